//! Files by what they are and not by what they are called.
#![expect(clippy::disallowed_methods, reason = "files of others, which are only read")]

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use audit_log::Shown;

use super::opened::Opened;
use super::position::Key;

/// The first line tells files apart by at most so many bytes.
pub(crate) const FIRST_MAX: usize = 4096;

/// A file, before it is opened.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    /// Device and inode.
    pub(crate) node: (u64, u64),
    /// In nanoseconds.
    pub(crate) modified: i128,
    pub(crate) bytes: u64,
}

impl Place {
    pub(crate) fn of(path: &Path) -> io::Result<Place> {
        let it = fs::metadata(path)?;
        if !it.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        let modified = i128::from(it.mtime()) * 1_000_000_000 + i128::from(it.mtime_nsec());
        Ok(Place { path: path.into(), node: (it.dev(), it.ino()), modified, bytes: it.len() })
    }

    /// # Errors
    ///
    /// `NotFound` too if there is another file by now.
    pub(crate) fn open(&self) -> io::Result<Opened> {
        let file = File::open(&self.path)?;
        let it = file.metadata()?;
        match (it.dev(), it.ino()) == self.node {
            true => Opened::new(file),
            false => Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }
}

impl Key {
    /// What tells a file from others that had its inode: a keyed hash of its first line, so that
    /// it does not tell what that says. None while that is not whole, unless the file is over.
    pub(crate) fn mark(&self, file: &Opened, is_over: bool) -> io::Result<Option<u64>> {
        let mut room = [0; FIRST_MAX];
        let first = file.begin(&mut room)?;
        let line = first.iter().position(|byte| *byte == b'\n').and_then(|end| first.get(..=end));
        let is_whole = first.len() == FIRST_MAX || (is_over && !first.is_empty());
        Ok(line.or(is_whole.then_some(first)).map(|it| self.hash(it)))
    }
}

pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

pub(crate) fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

pub(crate) fn told(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", Shown(path)))
}
