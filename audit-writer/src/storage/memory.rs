//! A directory in memory, for tests.

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Lock, ReadSeek, Storage, StorageFile};

/// A directory in memory that tells what was written from what was made durable. Clones are the
/// same directory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Arc<Mutex<Contents>>>,
    locked: bool,
    /// Calls of these kinds fail as long as they stand here.
    refused: Vec<Call>,
    /// Bytes that may still be written before the disk is full.
    room: Option<usize>,
}

#[derive(Debug, Default)]
struct Contents {
    written: Vec<u8>,
    /// How many of them survive a power cut.
    durable: usize,
}

/// A kind of call that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// [`StorageFile::write`]
    Write,
    /// [`StorageFile::sync`]
    Sync,
    /// [`Storage::create`]
    Create,
    /// [`Storage::rename`]
    Rename,
}

impl MemoryStorage {
    /// An empty directory.
    pub fn new() -> MemoryStorage {
        MemoryStorage::default()
    }

    /// Lets all further calls of a kind fail.
    pub fn refuse(&self, call: Call) {
        self.state().refused.push(call);
    }

    /// Lets `bytes` more be written, and then no more.
    pub fn fill_after(&self, bytes: usize) {
        self.state().room = Some(bytes);
    }

    /// Lets all calls succeed again.
    pub fn heal(&self) {
        let mut state = self.state();
        state.refused.clear();
        state.room = None;
    }

    /// What a power cut now would leave, as a directory of its own.
    pub fn after_power_cut(&self) -> MemoryStorage {
        let state = self.state();
        let left = state.files.iter().map(|(name, contents)| {
            let contents = guard(contents);
            let durable = contents.written.get(..contents.durable).unwrap_or_default().to_vec();
            let contents = Contents { durable: durable.len(), written: durable };
            (name.clone(), Arc::new(Mutex::new(contents)))
        });
        MemoryStorage(Arc::new(Mutex::new(State { files: left.collect(), ..State::default() })))
    }

    /// Puts a file there, durable, in place of one of the same name.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let contents = Contents { written: bytes.to_vec(), durable: bytes.len() };
        self.state().files.insert(name.to_owned(), Arc::new(Mutex::new(contents)));
    }

    /// A file's bytes.
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.state().files.get(name).map(|contents| guard(contents).written.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        guard(&self.0)
    }

    fn check(&self, call: Call) -> io::Result<()> {
        match self.state().refused.contains(&call) {
            true => Err(io::Error::from_raw_os_error(5)), // EIO
            false => Ok(()),
        }
    }

    fn contents(&self, name: &str) -> io::Result<Arc<Mutex<Contents>>> {
        self.state().files.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn file(&self, contents: Arc<Mutex<Contents>>) -> Box<dyn StorageFile> {
        Box::new(MemoryFile { storage: self.clone(), contents })
    }
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Unlock(MemoryStorage);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.state().locked = false;
    }
}

impl Storage for MemoryStorage {
    fn lock(&self, _: &str) -> io::Result<Lock> {
        match std::mem::replace(&mut self.state().locked, true) {
            true => Ok(Lock::Held(Some(std::process::id()))),
            false => Ok(Lock::Taken(Box::new(Unlock(self.clone())))),
        }
    }

    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        let state = self.state();
        Ok(state
            .files
            .iter()
            .map(|(name, contents)| (name.clone(), guard(contents).written.len() as u64))
            .collect())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        self.check(Call::Create)?;
        let contents = Arc::new(Mutex::new(Contents::default()));
        let mut state = self.state();
        if state.files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.files.insert(name.to_owned(), Arc::clone(&contents));
        drop(state);
        Ok(self.file(contents))
    }

    fn append(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(self.file(self.contents(name)?))
    }

    fn read(&self, name: &str) -> io::Result<Box<dyn ReadSeek>> {
        let contents = self.contents(name)?;
        let bytes = guard(&contents).written.clone();
        Ok(Box::new(Cursor::new(bytes)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.check(Call::Rename)?;
        let mut state = self.state();
        if state.files.contains_key(to) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let contents = state.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.files.insert(to.to_owned(), contents);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.state().files.remove(name).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_names(&self) -> io::Result<()> {
        Ok(())
    }
}

struct MemoryFile {
    storage: MemoryStorage,
    contents: Arc<Mutex<Contents>>,
}

impl StorageFile for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.storage.check(Call::Write)?;
        let mut state = self.storage.state();
        let taken = state.room.unwrap_or(usize::MAX).min(bytes.len());
        if taken == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.room = state.room.map(|room| room - taken);
        drop(state);
        guard(&self.contents).written.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.storage.check(Call::Sync)?;
        let mut contents = guard(&self.contents);
        contents.durable = contents.written.len();
        Ok(())
    }

    fn truncate(&mut self, bytes: u64) -> io::Result<()> {
        let mut contents = guard(&self.contents);
        contents.written.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
        contents.durable = contents.durable.min(contents.written.len());
        Ok(())
    }
}
