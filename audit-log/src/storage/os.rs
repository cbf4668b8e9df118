//! A real directory, reached by its handle alone.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{AtFlags, Dir, FileType, FsWord, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::{ReadSeek, ReadStorage};
use crate::error::{Error, ErrorKind, NotOurs};
use crate::name::is_active;

/// Group or others write.
const OTHERS_WRITE: u32 = 0o022;

/// A directory of the machine, to read. It is opened once and its files are reached from there, so
/// that it cannot be swapped for another one later; symbolic links in it are never followed.
#[derive(Debug)]
pub struct Directory(OwnedFd);

impl Directory {
    /// Opens the directory, which must be there.
    ///
    /// # Errors
    ///
    /// What the system said; that group or others can write to the directory.
    pub fn open(path: impl Into<PathBuf>) -> Result<Directory, Error> {
        let path = path.into();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = rustix::fs::open(&path, flags, Mode::empty()).map_err(io::Error::from);
        let dir = opened.map_err(Error::io("open the directory", &path))?;
        let stat = rustix::fs::fstat(&dir).map_err(io::Error::from);
        let mode = stat.map_err(Error::io("examine the directory", &path))?.st_mode & 0o7777;
        if mode & OTHERS_WRITE != 0 {
            let keeps_modes = keeps_modes(&dir);
            return Err(ErrorKind::OthersCanWrite { path, mode, keeps_modes }.into());
        }
        Ok(Directory(dir))
    }
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl ReadStorage for Directory {
    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        let mut files = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else {
                continue; // None of our names is other than ASCII.
            };
            let stat = match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => stat,
                Err(Errno::NOENT) => continue, // It went while we looked.
                Err(other) => return Err(other.into()),
            };
            // Whatever stands in an active segment's place is listed: it must not be passed over.
            if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile || is_active(name) {
                files.push((name.to_owned(), u64::try_from(stat.st_size).unwrap_or(0)));
            }
        }
        Ok(files)
    }

    fn read(&self, name: &str) -> io::Result<Box<dyn ReadSeek>> {
        let flags = OFlags::RDONLY | SAFE;
        let opened = rustix::fs::openat(&self.0, name, flags, Mode::empty());
        Ok(Box::new(regular(name, opened)?.0))
    }
}

/// File systems that keep no modes, by their numbers: vfat, exfat and NTFS. There `chmod` says that it did
/// what it did not, and how the file system was mounted says who may do what.
const WITHOUT_MODES: [FsWord; 3] = [0x4d44, 0x2011_bab0, 0x5346_544e];

/// Whether `chmod` changes anything in a directory.
#[doc(hidden)]
pub fn keeps_modes(dir: impl AsFd) -> bool {
    rustix::fs::fstatfs(dir).map_or(true, |volume| !WITHOUT_MODES.contains(&volume.f_type))
}

/// Neither follows a link nor waits for a pipe: a pipe in a file's place must not hang a reader.
#[doc(hidden)]
pub const SAFE: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// What was opened under a name with [`SAFE`] flags, if it is a regular file.
///
/// # Errors
///
/// What the system said; [`NotOurs`] if it is anything else.
#[doc(hidden)]
pub fn regular(name: &str, opened: Result<OwnedFd, Errno>) -> io::Result<(File, Stat)> {
    let file = opened.map_err(|error| match error {
        Errno::LOOP => not_ours(name, "a symbolic link"),
        Errno::ISDIR => not_ours(name, "a directory"),
        Errno::NXIO => not_ours(name, "a pipe or a device"),
        other => io::Error::from(other),
    })?;
    let stat = rustix::fs::fstat(&file)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok((File::from(file), stat)),
        FileType::Directory => Err(not_ours(name, "a directory")),
        _ => Err(not_ours(name, "a pipe or a device")),
    }
}

fn not_ours(name: &str, what: &'static str) -> io::Error {
    NotOurs { name: name.to_owned(), what }.into()
}
