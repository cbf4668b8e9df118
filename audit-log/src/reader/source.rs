//! Where segments are opened when their turn comes.

use std::io;
use std::sync::Arc;

use crate::storage::{Directory, ReadSeek, ReadStorage};

/// Where segments are opened: a storage that the caller has, or a directory that was opened for them.
#[derive(Clone)]
pub enum Source<'a> {
    /// It was handed in.
    Lent(&'a dyn ReadStorage),
    /// It was opened for this, and is closed with it.
    Own(Arc<Directory>),
}

impl Source<'_> {
    /// The storage itself.
    pub fn storage(&self) -> &dyn ReadStorage {
        match self {
            Source::Lent(storage) => *storage,
            Source::Own(directory) => directory.as_ref(),
        }
    }

    /// Opens a file, if there is one of this name.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub(super) fn open_if_there(&self, name: &str) -> io::Result<Option<Box<dyn ReadSeek>>> {
        match self.storage().read(name) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl<'a> From<&'a dyn ReadStorage> for Source<'a> {
    fn from(storage: &'a dyn ReadStorage) -> Source<'a> {
        Source::Lent(storage)
    }
}

impl From<Directory> for Source<'_> {
    fn from(directory: Directory) -> Self {
        Source::Own(Arc::new(directory))
    }
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Source::Lent(_) => "Lent",
            Source::Own(_) => "Own",
        })
    }
}
