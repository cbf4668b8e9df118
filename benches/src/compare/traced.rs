//! A storage that notes how much is written between two syncs, so that a bare loop can write and
//! sync the same.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use audit_log::storage::{ReadSeek, ReadStorage};
use audit_writer::storage::{FileState, Lock, OsStorage, Storage, StorageFile};

use crate::Failure;

/// How many bytes went before each sync. The bytes after the last one are not in it.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Synced>>);

#[derive(Default)]
struct Synced {
    batches: Vec<usize>,
    waiting: usize,
}

impl Trace {
    fn note(&self, note: impl FnOnce(&mut Synced)) {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What was synced since the last time this was asked.
    pub(crate) fn take(&self) -> Vec<usize> {
        let mut taken = Vec::new();
        self.note(|synced| taken = std::mem::take(&mut synced.batches));
        taken
    }
}

impl Synced {
    fn sync(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.batches.push(waiting);
    }
}

/// A directory of the machine, traced.
pub(crate) struct Traced {
    storage: OsStorage,
    trace: Trace,
}

impl Traced {
    pub(crate) fn new(dir: &Path) -> Result<(Arc<Traced>, Trace), Failure> {
        let trace = Trace::default();
        let traced = Traced { storage: OsStorage::open(dir)?, trace: trace.clone() };
        Ok((Arc::new(traced), trace))
    }

    fn traced(&self, file: Box<dyn StorageFile>) -> Box<dyn StorageFile> {
        Box::new(TracedFile { file, trace: self.trace.clone() })
    }
}

impl ReadStorage for Traced {
    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        self.storage.list()
    }

    fn read(&self, name: &str) -> io::Result<Box<dyn ReadSeek>> {
        self.storage.read(name)
    }
}

impl Storage for Traced {
    fn lock(&self, name: &str) -> io::Result<Lock> {
        self.storage.lock(name)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(self.traced(self.storage.create(name)?))
    }

    fn append(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(self.traced(self.storage.append(name)?))
    }

    fn renew(&self, name: &str, from: u64) -> io::Result<()> {
        self.storage.renew(name, from)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.storage.rename(from, to)
    }

    fn replace(&self, from: &str, to: &str) -> io::Result<()> {
        self.storage.replace(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.storage.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.storage.sync_names()
    }

    fn state(&self, name: &str) -> io::Result<Option<FileState>> {
        self.storage.state(name)
    }

    fn free_bytes(&self) -> io::Result<u64> {
        self.storage.free_bytes()
    }
}

struct TracedFile {
    file: Box<dyn StorageFile>,
    trace: Trace,
}

impl StorageFile for TracedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.trace.note(|synced| synced.waiting += written);
        Ok(written)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()?;
        self.trace.note(Synced::sync);
        Ok(())
    }

    fn truncate(&mut self, bytes: u64) -> io::Result<()> {
        self.file.truncate(bytes)
    }

    fn state(&self) -> io::Result<FileState> {
        self.file.state()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sync_ends_a_batch() {
        let dir = tempfile::tempdir().unwrap();
        let (storage, trace) = Traced::new(dir.path()).unwrap();
        let mut file = storage.create("a").unwrap();
        assert_eq!(file.write(b"123").unwrap(), 3);
        assert_eq!(file.write(b"45").unwrap(), 2);
        file.sync().unwrap();
        assert_eq!(file.write(b"6").unwrap(), 1);
        assert_eq!(trace.take(), [5]);
        file.sync().unwrap();
        assert_eq!(trace.take(), [1]);
    }
}
