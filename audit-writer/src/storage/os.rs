//! A real directory, to write to it.

mod lock;

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use audit_log::NotOurs;
use audit_log::storage::{Directory, ReadSeek, ReadStorage, SAFE, regular};
use rustix::fs::{AtFlags, FsWord, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

use self::lock::DirLock;
use super::{FileState, Lock, Place, Storage, StorageFile};
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
    /// Where it was found.
    path: PathBuf,
    /// Device and inode, by which it is known.
    id: (u64, u64),
    /// Names that were given to files since names were made durable last, where a file loses with its
    /// name what was made durable of it.
    renamed: Option<Mutex<Vec<String>>>,
}

/// Of the file system that is called vfat: a renamed file has no size and no content on its disk until the
/// file itself is synced once more, whatever was synced before (measured on Linux 6.1).
const VFAT: FsWord = 0x4d44;

impl OsStorage {
    /// Opens the directory, and creates it with mode 0750 if it is not there.
    ///
    /// # Errors
    ///
    /// What the system said; that group or others can write to the directory.
    pub fn open(path: impl Into<PathBuf>) -> Result<OsStorage, Error> {
        let path = path.into();
        OsStorage::make_dir(&path)?;
        OsStorage::open_existing(path)
    }

    /// Makes a log's directory, if it is not there.
    ///
    /// # Errors
    ///
    /// What the system said.
    pub(crate) fn make_dir(path: &Path) -> Result<(), Error> {
        let made = std::fs::DirBuilder::new().recursive(true).mode(DIR_MODE).create(path);
        made.map_err(Error::io("create the directory", path))
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
            let keeps_modes = audit_log::storage::keeps_modes(&opened.dir);
            return Err(ErrorKind::OthersCanRead { path, mode, keeps_modes }.into());
        }
        Ok(OsStorage { file_mode: Mode::from_raw_mode(0o600), ..opened })
    }

    /// # Errors
    ///
    /// What the system said; that group or others can write to the directory.
    fn open_existing(path: PathBuf) -> Result<OsStorage, Error> {
        let absolute = std::path::absolute(&path).map_err(Error::io("find", &path))?;
        let dir = Directory::open(path.clone())?;
        let stat = rustix::fs::fstat(&dir).map_err(io::Error::from);
        let id = id_of(&stat.map_err(Error::io("examine the directory", path))?);
        let volume = rustix::fs::fstatfs(&dir).map_err(io::Error::from);
        let volume = volume.map_err(Error::io("examine the file system of", &absolute))?;
        let renamed = (volume.f_type == VFAT).then(Mutex::default);
        Ok(OsStorage { dir, file_mode: FILE_MODE, path: absolute, id, renamed })
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

    /// Remembers that a file got this name, where that matters.
    fn note_renamed(&self, to: &str) {
        if let Some(renamed) = &self.renamed {
            renamed.lock().unwrap_or_else(PoisonError::into_inner).push(to.to_owned());
        }
    }

    /// Makes durable once more what got another name, where that matters.
    ///
    /// # Errors
    ///
    /// What the system said. It is done again the next time then.
    fn sync_renamed(&self) -> io::Result<()> {
        let Some(renamed) = &self.renamed else { return Ok(()) };
        let mut renamed = renamed.lock().unwrap_or_else(PoisonError::into_inner);
        for name in renamed.iter() {
            match self.open_regular(name, OFlags::RDONLY) {
                Ok((file, _)) => file.sync_data()?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {} // It has yet another.
                Err(error) => return Err(error),
            }
        }
        renamed.clear();
        Ok(())
    }

    /// Opens a regular file.
    fn open_regular(&self, name: &str, flags: OFlags) -> io::Result<(File, Stat)> {
        regular(name, rustix::fs::openat(&self.dir, name, flags | SAFE, self.file_mode))
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
        let Some(lock) = DirLock::take(dir, self.id)? else {
            return Ok(Lock::Held(self.pid_in(name)));
        };
        let mut file = self.open_ours(name, OFlags::WRONLY | OFlags::CREATE)?;
        file.set_len(0)?;
        writeln!(file, "{}", lock.owner)?;
        Ok(Lock::Taken(Box::new(lock)))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL;
        Ok(Box::new(OsFile { file: self.open_ours(name, flags)?, bytes: 0 }))
    }

    fn append(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let file = self.open_ours(name, OFlags::WRONLY | OFlags::APPEND)?;
        let bytes = file.metadata()?.len();
        Ok(Box::new(OsFile { file, bytes }))
    }

    /// The same bytes to the same places: whatever moment it is ended at, the file is the same.
    fn renew(&self, name: &str, from: u64) -> io::Result<()> {
        let file = self.open_ours(name, OFlags::RDWR)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut at = from;
        loop {
            let taken = file.read_at(&mut chunk, at)?;
            let Some(bytes) = chunk.get(..taken).filter(|bytes| !bytes.is_empty()) else {
                return Ok(());
            };
            let end = at + taken as u64;
            check_allowed(end)?;
            file.write_all_at(bytes, at)?;
            at = end;
        }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        match rustix::fs::renameat_with(&self.dir, from, &self.dir, to, RenameFlags::NOREPLACE) {
            // A file system that cannot refuse to replace (some network and FUSE ones). Nobody but
            // this process, which holds the lock, makes such names.
            Err(Errno::INVAL | Errno::NOSYS) => {
                match rustix::fs::statat(&self.dir, to, AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::NOENT) => rustix::fs::renameat(&self.dir, from, &self.dir, to)?,
                    Err(other) => return Err(other.into()),
                    Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
                }
            }
            other => other?,
        }
        self.note_renamed(to);
        Ok(())
    }

    fn replace(&self, from: &str, to: &str) -> io::Result<()> {
        rustix::fs::renameat(&self.dir, from, &self.dir, to)?;
        self.note_renamed(to);
        self.sync_renamed()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.dir, name, AtFlags::empty())?)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.sync_renamed()?;
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

    fn file_bytes_max(&self) -> u64 {
        getrlimit(Resource::Fsize).current.unwrap_or(u64::MAX)
    }

    /// A name that cannot be asked after leads where it led, as far as is known.
    fn place(&self) -> io::Result<Place> {
        match rustix::fs::stat(&self.path) {
            Ok(stat) if id_of(&stat) == self.id => Ok(Place::Here),
            Ok(_) => Ok(Place::Elsewhere),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(Place::Nowhere),
            Err(other) => Err(other.into()),
        }
    }
}

/// Whether a file may have so many bytes. Asked before they are written, because the system ends a
/// process that writes more (`SIGXFSZ`), and how it takes signals is the program's to say.
///
/// # Errors
///
/// `FileTooLarge`.
fn check_allowed(bytes: u64) -> io::Result<()> {
    match getrlimit(Resource::Fsize).current {
        Some(limit) if bytes > limit => Err(Errno::FBIG.into()),
        _ => Ok(()),
    }
}

fn id_of(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

fn file_state(stat: &Stat) -> FileState {
    FileState {
        id: id_of(stat),
        bytes: u64::try_from(stat.st_size).unwrap_or(0),
        allocated_bytes: u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512),
        names: stat.st_nlink,
    }
}

struct OsFile {
    file: File,
    /// How many it holds, as far as this process wrote or found them.
    bytes: u64,
}

impl StorageFile for OsFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        check_allowed(self.bytes.saturating_add(bytes.len() as u64))?;
        let taken = self.file.write(bytes)?;
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn truncate(&mut self, bytes: u64) -> io::Result<()> {
        self.file.set_len(bytes)?;
        self.bytes = bytes;
        Ok(())
    }

    fn state(&self) -> io::Result<FileState> {
        Ok(file_state(&rustix::fs::fstat(&self.file)?))
    }
}
