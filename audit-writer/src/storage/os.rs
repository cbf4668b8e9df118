//! A real directory, to write to it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::PathBuf;

use audit_log::NotOurs;
use audit_log::storage::{Directory, ReadSeek, ReadStorage, SAFE, regular};
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;

use super::{FileState, Lock, Storage, StorageFile};
use crate::error::{Error, ErrorKind};

/// Owner reads and writes, group reads.
const FILE_MODE: Mode = Mode::from_raw_mode(0o640);
/// Owner does all, group lists and reads.
const DIR_MODE: u32 = 0o750;
/// How much is held of a file that is written once more.
const CHUNK_BYTES: usize = 64 * 1024;
/// Group or others write.
const OTHERS_WRITE: u32 = 0o022;

/// A directory of the machine. It is opened once and its files are reached from there, so that it
/// cannot be swapped for another one later; symbolic links in it are never followed.
#[derive(Debug)]
pub struct OsStorage {
    dir: Directory,
    file_mode: Mode,
}

impl OsStorage {
    /// Opens the directory, and creates it with mode 0750 if it is not there.
    ///
    /// # Errors
    ///
    /// What the system said; that group or others can write to the directory.
    pub fn open(path: impl Into<PathBuf>) -> Result<OsStorage, Error> {
        let path = path.into();
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(DIR_MODE)
            .create(&path)
            .map_err(Error::io("create the directory", &path))?;
        OsStorage::open_existing(path)
    }

    /// Opens a directory that is only its owner's, and creates it so if it is not there; files in it
    /// are, too.
    pub(crate) fn open_private(path: PathBuf) -> Result<OsStorage, Error> {
        const OWNERS: u32 = 0o700;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(OWNERS)
            .create(&path)
            .map_err(Error::io("create the directory", &path))?;
        let opened = OsStorage::open_existing(path.clone())?;
        let stat = rustix::fs::fstat(&opened.dir).map_err(io::Error::from);
        let mode = stat.map_err(Error::io("examine the directory", &path))?.st_mode & 0o7777;
        if mode & !OWNERS != 0 {
            return Err(ErrorKind::OthersCanRead { path, mode }.into());
        }
        Ok(OsStorage { file_mode: Mode::from_raw_mode(0o600), ..opened })
    }

    /// # Errors
    ///
    /// What the system said; that group or others can write to the directory.
    fn open_existing(path: PathBuf) -> Result<OsStorage, Error> {
        Ok(OsStorage { dir: Directory::open(path)?, file_mode: FILE_MODE })
    }

    /// Opens a file to write to it. It must be one of ours: regular, with one name, and only its
    /// owner may write to it.
    fn open_ours(&self, name: &str, flags: OFlags) -> io::Result<File> {
        let (file, stat) = self.open_regular(name, flags)?;
        if stat.st_nlink > 1 {
            return Err(not_ours(name, "a file with a second name"));
        }
        if stat.st_mode & OTHERS_WRITE != 0 {
            return Err(not_ours(name, "a file that others can write to"));
        }
        Ok(file)
    }

    /// The process that a file says has the log.
    fn pid_in(&self, name: &str) -> Option<u32> {
        let (file, _) = self.open_regular(name, OFlags::RDONLY).ok()?;
        let mut pid = String::new();
        file.take(16).read_to_string(&mut pid).ok()?;
        pid.trim().parse().ok()
    }

    /// Opens a regular file.
    fn open_regular(&self, name: &str, flags: OFlags) -> io::Result<(File, Stat)> {
        regular(name, rustix::fs::openat(&self.dir, name, flags | SAFE, self.file_mode))
    }
}

/// A locked directory.
struct DirLock {
    dir: OwnedFd,
    /// The process that locked it.
    owner: u32,
}

impl Drop for DirLock {
    /// Unlocked and not only closed: a child that was forked off has the same lock in its hands,
    /// and would keep it for as long as it lives. The child itself must not unlock it.
    fn drop(&mut self) {
        if self.owner == std::process::id() {
            // The directory is closed in any case.
            let _unlocked = rustix::fs::flock(&self.dir, FlockOperation::Unlock);
        }
    }
}

fn not_ours(name: &str, what: &'static str) -> io::Error {
    NotOurs { name: name.to_owned(), what }.into()
}

impl ReadStorage for OsStorage {
    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        self.dir.list()
    }

    fn read(&self, name: &str) -> io::Result<Box<dyn ReadSeek>> {
        self.dir.read(name)
    }
}

impl Storage for OsStorage {
    /// What is locked is the directory, which nobody can put another in the place of without the
    /// old one staying locked; the file of this name only tells who has it, and may be removed.
    fn lock(&self, name: &str) -> io::Result<Lock> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = rustix::fs::openat(&self.dir, ".", flags, Mode::empty())?;
        match rustix::fs::flock(&dir, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Ok(Lock::Held(self.pid_in(name))),
            Err(other) => return Err(other.into()),
        }
        let lock = DirLock { dir, owner: std::process::id() };
        let mut file = self.open_ours(name, OFlags::WRONLY | OFlags::CREATE)?;
        file.set_len(0)?;
        writeln!(file, "{}", lock.owner)?;
        Ok(Lock::Taken(Box::new(lock)))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL;
        Ok(Box::new(OsFile(self.open_ours(name, flags)?)))
    }

    fn append(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(OsFile(self.open_ours(name, OFlags::WRONLY | OFlags::APPEND)?)))
    }

    /// The same bytes to the same places: whatever moment it is ended at, the file is the same.
    fn renew(&self, name: &str) -> io::Result<()> {
        let file = self.open_ours(name, OFlags::RDWR)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut at = 0;
        loop {
            let taken = file.read_at(&mut chunk, at)?;
            let Some(bytes) = chunk.get(..taken).filter(|bytes| !bytes.is_empty()) else {
                return Ok(());
            };
            file.write_all_at(bytes, at)?;
            at += taken as u64;
        }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        match rustix::fs::renameat_with(&self.dir, from, &self.dir, to, RenameFlags::NOREPLACE) {
            // A file system that cannot refuse to replace (some network and FUSE ones). Nobody but
            // this process, which holds the lock, makes such names.
            Err(Errno::INVAL | Errno::NOSYS) => {
                match rustix::fs::statat(&self.dir, to, AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::NOENT) => Ok(rustix::fs::renameat(&self.dir, from, &self.dir, to)?),
                    Err(other) => Err(other.into()),
                    Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
                }
            }
            other => Ok(other?),
        }
    }

    fn replace(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.dir, from, &self.dir, to)?)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.dir, name, AtFlags::empty())?)
    }

    fn sync_names(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.dir)?)
    }

    fn state(&self, name: &str) -> io::Result<Option<FileState>> {
        match rustix::fs::statat(&self.dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(file_state(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let volume = rustix::fs::fstatvfs(&self.dir)?;
        Ok(volume.f_bavail.saturating_mul(volume.f_frsize))
    }
}

fn file_state(stat: &Stat) -> FileState {
    FileState {
        id: (stat.st_dev, stat.st_ino),
        bytes: u64::try_from(stat.st_size).unwrap_or(0),
        allocated_bytes: u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512),
        names: stat.st_nlink,
    }
}

struct OsFile(File);

impl StorageFile for OsFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn truncate(&mut self, bytes: u64) -> io::Result<()> {
        self.0.set_len(bytes)
    }

    fn state(&self) -> io::Result<FileState> {
        Ok(file_state(&rustix::fs::fstat(&self.0)?))
    }
}
