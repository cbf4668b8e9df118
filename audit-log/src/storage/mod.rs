//! Where a log's files are: a small trait, so that a log can be read from elsewhere than a directory.

mod os;

use std::io::{self, Read, Seek};

pub use os::Directory;
#[doc(hidden)]
pub use os::{SAFE, keeps_modes, regular};

/// One directory of files, to read. Names are plain file names without a separator.
///
/// For implementors: a call does what it says or returns an error; the caller retries nothing.
pub trait ReadStorage: Send + Sync {
    /// The names and sizes of the files that are there, in any order.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn list(&self) -> io::Result<Vec<(String, u64)>>;

    /// Opens a file to read it.
    ///
    /// # Errors
    ///
    /// What the system said; [`NotOurs`](crate::NotOurs) if what is there is not a regular file.
    fn read(&self, name: &str) -> io::Result<Box<dyn ReadSeek>>;
}

/// What a file is read by.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}
