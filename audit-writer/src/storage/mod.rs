//! Where the log's files are written: a small trait, so that tests can put them into memory.

#[cfg(any(test, feature = "testing"))]
mod hanging;
#[cfg(any(test, feature = "testing"))]
mod memory;
mod os;

use std::any::Any;
use std::io;

use audit_log::storage::ReadStorage;

#[cfg(any(test, feature = "testing"))]
pub use hanging::HangingStorage;
#[cfg(any(test, feature = "testing"))]
pub use memory::{Call, FaultPlan, Injected, MemoryStorage};
pub use os::OsStorage;

/// One directory of files, to read and to write. Names are plain file names without a separator.
///
/// For implementors: a call does what it says or returns an error; nothing is retried by the
/// caller.
pub trait Storage: ReadStorage {
    /// Takes the directory for this process, until the returned value is dropped.
    ///
    /// # Errors
    ///
    /// What the system said; that another has it is not an error but [`Lock::Held`].
    fn lock(&self, name: &str) -> io::Result<Lock>;

    /// Creates an empty file that is not there yet, to append to it.
    ///
    /// # Errors
    ///
    /// What the system said; that a file of this name is there.
    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>>;

    /// Opens a file that is there, to append to it.
    ///
    /// # Errors
    ///
    /// What the system said; [`NotOurs`](audit_log::NotOurs) if what is there is not a regular file of
    /// this log.
    fn append(&self, name: &str) -> io::Result<Box<dyn StorageFile>>;

    /// Writes what a file holds from a place on once more, to the same places, so that its next sync
    /// makes all of that durable; also what a sync before this process was there may have given up.
    ///
    /// # Errors
    ///
    /// As for [`append`](Storage::append). The file holds what it held in any case.
    fn renew(&self, name: &str, from: u64) -> io::Result<()>;

    /// Gives a file another name, which nothing has yet.
    ///
    /// # Errors
    ///
    /// What the system said; that a file of the new name is there.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Gives a file another name, in place of what has it.
    ///
    /// # Errors
    ///
    /// What the system said; the other name stands for one of the two then.
    fn replace(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes what was created, renamed and removed before durable.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn sync_names(&self) -> io::Result<()>;

    /// What a name stands for now, without following a link; `None` if nothing is there.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn state(&self, name: &str) -> io::Result<Option<FileState>>;

    /// How many bytes this process may still write here.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn free_bytes(&self) -> io::Result<u64>;

    /// How large the system lets this process make a file, in bytes.
    fn file_bytes_max(&self) -> u64 {
        u64::MAX
    }

    /// What the way leads to now by which this directory was reached.
    ///
    /// # Errors
    ///
    /// What the system said: it cannot be known.
    fn place(&self) -> io::Result<Place> {
        Ok(Place::Here)
    }
}

/// What the way to a directory leads to that was opened before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To that directory.
    Here,
    /// To another one, or to something that is none.
    Elsewhere,
    /// To nothing.
    Nowhere,
}

/// What stands under a name, or behind an open file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Tells it from everything else that is there: device and inode.
    pub id: (u64, u64),
    /// Its size.
    pub bytes: u64,
    /// What it takes on the disk: less where it has holes or is compressed there.
    pub allocated_bytes: u64,
    /// How many names it has; none after it was removed.
    pub names: u64,
}

/// A file that is being written.
pub trait StorageFile: Send {
    /// Appends bytes, as many as the system takes, and says how many.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Makes what was written before durable.
    ///
    /// # Errors
    ///
    /// What the system said. After an error nothing is known about what was written since the last
    /// success, and calling again proves nothing.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts the file to its first `bytes`.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn truncate(&mut self, bytes: u64) -> io::Result<()>;

    /// What this file is now, whatever its name.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn state(&self) -> io::Result<FileState>;
}

/// Removes a file, and says whether it was there.
pub(crate) fn remove_if_there(storage: &dyn Storage, name: &str) -> io::Result<bool> {
    match storage.remove(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        other => other.map(|()| true),
    }
}

/// So many directories are moved out of the way of one name.
const ASIDE_MAX: u32 = 16;

/// Makes a name free that only the log gives: a file of that name is removed, and whether there was
/// one is said. A directory, which another process must have made, is moved out of the way and stays.
///
/// # Errors
///
/// What the storage said; too many directories were moved already.
pub(crate) fn make_free(storage: &dyn Storage, name: &str) -> io::Result<bool> {
    match remove_if_there(storage, name) {
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
            for number in 1..=ASIDE_MAX {
                let aside = format!("{name}.{number}.foreign");
                match storage.rename(name, &aside) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    moved => {
                        moved?;
                        tracing::error!(target: "audit_writer", name, aside, "a directory stood in the way of the audit log's next segment");
                        return Ok(false);
                    }
                }
            }
            Err(error)
        }
        other => other,
    }
}

/// A write that is interrupted so often in a row has failed.
const INTERRUPTIONS_MAX: u32 = 100;

/// Writes all of it; what is interrupted before anything was written is simply done again.
///
/// # Errors
///
/// What the storage said; how much was written is not known then.
pub(crate) fn write_all(file: &mut dyn StorageFile, bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    let mut interruptions = 0;
    while !rest.is_empty() {
        match file.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => {
                rest = rest.get(taken..).unwrap_or_default();
                interruptions = 0;
            }
            Err(error)
                if error.kind() == io::ErrorKind::Interrupted
                    && interruptions < INTERRUPTIONS_MAX =>
            {
                interruptions += 1;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether the directory could be taken.
pub enum Lock {
    /// It is ours until this is dropped.
    Taken(Box<dyn Any + Send>),
    /// Another has it: the process, where that is known.
    Held(Option<u32>),
}

impl std::fmt::Debug for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Lock::Taken(_) => f.write_str("Taken"),
            Lock::Held(pid) => f.debug_tuple("Held").field(pid).finish(),
        }
    }
}
