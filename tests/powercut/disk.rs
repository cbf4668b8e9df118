//! A disk that keeps a log of what is written to it: a file system with one file, the image, in
//! memory. A loop device over that file makes a disk of it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, UNIX_EPOCH};

use fuser::{
    BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, Generation, INodeNo,
    LockOwner, MountOption, OpenFlags, ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyWrite,
    Request, TimeOrNow, WriteFlags,
};

/// What a disk tears a write at.
pub(crate) const SECTOR_BYTES: usize = 512;
/// How much a disk holds.
pub(crate) const IMAGE_BYTES: usize = 12 * 1024 * 1024;
/// The file's name.
const IMAGE: &str = "image";
const IMAGE_NO: INodeNo = INodeNo(2);
/// What is said of the file does not change.
const FOR_EVER: Duration = Duration::from_secs(1_000_000);

/// What a disk is told, in this order.
#[derive(Debug)]
pub(crate) enum Step {
    Write {
        offset: usize,
        bytes: Vec<u8>,
    },
    /// All that was written before is to be on stable storage.
    Flush,
}

/// What the disk holds, and how it came to.
#[derive(Debug, Default)]
struct State {
    image: Vec<u8>,
    /// Since the image was handed in.
    steps: Vec<Step>,
}

/// A disk that is there as a file.
pub(crate) struct Disk {
    state: Arc<Mutex<State>>,
    dir: PathBuf,
    /// Serves until the directory is not mounted any more.
    _session: fuser::BackgroundSession,
}

impl Disk {
    /// Serves this image below an empty directory.
    ///
    /// # Errors
    ///
    /// What the system said.
    pub(crate) fn new(dir: &Path, image: Vec<u8>) -> std::io::Result<Disk> {
        let state = Arc::new(Mutex::new(State { image, steps: Vec::new() }));
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("powercut".to_owned())];
        let session = fuser::spawn_mount(Served(Arc::clone(&state)), dir, &config)?;
        Ok(Disk { state, dir: dir.to_owned(), _session: session })
    }

    /// The file.
    pub(crate) fn path(&self) -> PathBuf {
        self.dir.join(IMAGE)
    }

    /// How many steps there were.
    pub(crate) fn position(&self) -> usize {
        lock(&self.state).steps.len()
    }

    /// What the image is now.
    pub(crate) fn image(&self) -> Vec<u8> {
        lock(&self.state).image.clone()
    }

    /// All steps since the last time.
    pub(crate) fn take_steps(&self) -> Vec<Step> {
        std::mem::take(&mut lock(&self.state).steps)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the loop device lets go of the file a moment later.
        drop(Command::new("umount").arg("-l").arg(&self.dir).status());
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap()
}

/// What the kernel talks to.
struct Served(Arc<Mutex<State>>);

impl Served {
    fn attr(&self, of: INodeNo) -> FileAttr {
        let (kind, size) = match of {
            IMAGE_NO => (FileType::RegularFile, lock(&self.0).image.len() as u64),
            _ => (FileType::Directory, 0),
        };
        FileAttr {
            ino: of,
            size,
            blocks: size / SECTOR_BYTES as u64,
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind,
            perm: 0o700,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        }
    }
}

impl Filesystem for Served {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match name == IMAGE {
            true => reply.entry(&FOR_EVER, &self.attr(IMAGE_NO), Generation(0)),
            false => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, of: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&FOR_EVER, &self.attr(of));
    }

    /// Times and the like: nothing is kept of them.
    fn setattr(
        &self,
        _: &Request,
        of: INodeNo,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<std::time::SystemTime>,
        _: Option<FileHandle>,
        _: Option<std::time::SystemTime>,
        _: Option<std::time::SystemTime>,
        _: Option<std::time::SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let attr = self.attr(of);
        match size.is_none_or(|size| size == attr.size) {
            true => reply.attr(&FOR_EVER, &attr),
            false => reply.error(Errno::EPERM),
        }
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let state = lock(&self.0);
        let from = usize::try_from(offset).unwrap().min(state.image.len());
        let to = (from + size as usize).min(state.image.len());
        reply.data(state.image.get(from..to).unwrap());
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut state = lock(&self.0);
        let offset = usize::try_from(offset).unwrap();
        let Some(place) = state.image.get_mut(offset..offset + data.len()) else {
            return reply.error(Errno::ENOSPC);
        };
        place.copy_from_slice(data);
        state.steps.push(Step::Write { offset, bytes: data.to_vec() });
        reply.written(u32::try_from(data.len()).unwrap());
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        lock(&self.0).steps.push(Step::Flush);
        reply.ok();
    }
}
