//! A storage whose writes wait while it is told so: a disk that does not answer.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use audit_log::storage::{ReadSeek, ReadStorage};

use super::{FileState, Lock, MemoryStorage, Storage, StorageFile};

/// A storage in memory whose writes wait while it is told so. Clones share the disk.
#[derive(Clone, Debug, Default)]
pub struct HangingStorage {
    inner: MemoryStorage,
    disk: Arc<(Mutex<Disk>, Condvar)>,
}

#[derive(Debug, Default)]
struct Disk {
    hangs: bool,
    /// Whether a write waits for it.
    is_awaited: bool,
}

impl HangingStorage {
    /// From the next write on the disk does not answer.
    pub fn hang(&self) {
        self.change(|disk| disk.hangs = true);
    }

    /// The disk answers again, first to whoever waits.
    pub fn answer(&self) {
        self.change(|disk| disk.hangs = false);
    }

    /// Waits until a write waits for the disk.
    pub fn wait_until_awaited(&self) {
        drop(self.wait_while(|disk| !disk.is_awaited));
    }

    /// What is on the disk.
    pub fn inner(&self) -> &MemoryStorage {
        &self.inner
    }

    fn pass(&self) {
        self.change(|disk| disk.is_awaited = true);
        self.wait_while(|disk| disk.hangs).is_awaited = false;
    }

    fn change(&self, change: impl FnOnce(&mut Disk)) {
        change(&mut self.disk.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.disk.1.notify_all();
    }

    fn wait_while(&self, condition: impl Fn(&Disk) -> bool) -> MutexGuard<'_, Disk> {
        let (disk, changed) = &*self.disk;
        let disk = disk.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_while(disk, |disk| condition(disk));
        waited.unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReadStorage for HangingStorage {
    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        self.inner.list()
    }

    fn read(&self, name: &str) -> io::Result<Box<dyn ReadSeek>> {
        self.inner.read(name)
    }
}

impl Storage for HangingStorage {
    fn lock(&self, name: &str) -> io::Result<Lock> {
        self.inner.lock(name)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(HangingFile { inner: self.inner.create(name)?, storage: self.clone() }))
    }

    fn append(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(HangingFile { inner: self.inner.append(name)?, storage: self.clone() }))
    }

    fn renew(&self, name: &str, from: u64) -> io::Result<()> {
        self.inner.renew(name, from)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.inner.rename(from, to)
    }

    fn replace(&self, from: &str, to: &str) -> io::Result<()> {
        self.inner.replace(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.inner.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.inner.sync_names()
    }

    fn state(&self, name: &str) -> io::Result<Option<FileState>> {
        self.inner.state(name)
    }

    fn free_bytes(&self) -> io::Result<u64> {
        self.inner.free_bytes()
    }
}

struct HangingFile {
    inner: Box<dyn StorageFile>,
    storage: HangingStorage,
}

impl StorageFile for HangingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.storage.pass();
        self.inner.write(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.inner.sync()
    }

    fn truncate(&mut self, bytes: u64) -> io::Result<()> {
        self.inner.truncate(bytes)
    }

    fn state(&self) -> io::Result<FileState> {
        self.inner.state()
    }
}
