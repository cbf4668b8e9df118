//! A directory in memory, for tests.

mod contents;
mod directory;
mod faults;

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use audit_log::storage::{ReadSeek, ReadStorage};

use self::contents::Contents;
use self::directory::{Directory, File};
use self::faults::{Faults, Pass};
use super::{FileState, Lock, Storage, StorageFile};

pub use self::faults::{Call, FaultPlan, Injected};

/// A directory in memory that tells what was written from what was made durable, in contents and
/// in names, and that fails as it is told to. Clones are the same directory.
///
/// A failed sync gives up what was written since the last one that succeeded: another sync of the
/// same file says `Ok` and makes nothing of it durable, as Linux has it. So a writer that asks
/// again is caught by [`after_power_cut`](MemoryStorage::after_power_cut).
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    directory: Directory,
    locked: bool,
    faults: Faults,
    /// Bytes that may still be written before the disk is full.
    room: Option<usize>,
}

impl MemoryStorage {
    /// An empty directory.
    pub fn new() -> MemoryStorage {
        MemoryStorage::default()
    }

    /// Lets all further calls of a kind fail.
    pub fn refuse(&self, call: Call) {
        self.lock_state().faults.refuse(call);
    }

    /// Lets a call to come fail. Several plans may wait; of those for one call the first counts.
    pub fn plan(&self, plan: FaultPlan) {
        self.lock_state().faults.plan(plan);
    }

    /// Lets `bytes` more be written, and then no more; a file that is removed makes room for as much
    /// as it held.
    pub fn fill_after(&self, bytes: usize) {
        self.lock_state().room = Some(bytes);
    }

    /// Lets all calls succeed again.
    pub fn heal(&self) {
        let mut state = self.lock_state();
        state.faults.heal();
        state.room = None;
    }

    /// Ends what lasts: from now on fails only what is planned to fail once.
    pub fn heal_what_lasts(&self) {
        let mut state = self.lock_state();
        state.faults.heal_what_lasts();
        state.room = None;
    }

    /// How many calls of a kind were made, those that failed included.
    pub fn calls(&self, call: Call) -> u64 {
        self.lock_state().faults.calls(call)
    }

    /// How many calls were hit by what was planned.
    pub fn faults_hit(&self) -> u64 {
        self.lock_state().faults.hits()
    }

    /// What a power cut now would leave at the least, as a directory of its own: what was synced,
    /// under the names of the last sync of the directory.
    pub fn after_power_cut(&self) -> MemoryStorage {
        self.after_power_cuts().swap_remove(0)
    }

    /// All that a power cut now could leave of the names: those of the last sync of the directory
    /// first, then with each change since; and what was synced of the contents.
    pub fn after_power_cuts(&self) -> Vec<MemoryStorage> {
        let state = self.lock_state();
        let cuts = state.directory.after_power_cuts().into_iter().map(|names| {
            let mut left = Directory::default();
            for (name, file) in names {
                let contents = Contents::durable(guard(&file).after_power_cut());
                left.put(&name, &Arc::new(Mutex::new(contents)));
            }
            MemoryStorage::of(left)
        });
        cuts.collect()
    }

    /// What else a power cut now could leave: all names as they are, and of one file that was not
    /// synced only some sectors of 512 bytes, torn ones among them.
    pub fn after_torn_power_cuts(&self) -> Vec<MemoryStorage> {
        let state = self.lock_state();
        let names = state.directory.names();
        let mut cuts = Vec::new();
        for torn_name in names.keys() {
            let Some(torn) = names.get(torn_name).map(|file| guard(file).torn()) else { continue };
            for bytes in torn {
                let mut left = Directory::default();
                for (name, file) in names {
                    let of_this = if name == torn_name {
                        bytes.clone()
                    } else {
                        guard(file).after_power_cut()
                    };
                    left.put(name, &Arc::new(Mutex::new(Contents::durable(of_this))));
                }
                cuts.push(MemoryStorage::of(left));
            }
        }
        cuts
    }

    /// What is there when the process is killed now, as a directory of its own: everything that was
    /// written, durable or not.
    pub fn after_kill(&self) -> MemoryStorage {
        let state = self.lock_state();
        MemoryStorage::of(state.directory.deep_copy(|file| guard(file).clone()))
    }

    /// Puts a file there, durable, in place of one of the same name.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let file = Arc::new(Mutex::new(Contents::durable(bytes.to_vec())));
        self.lock_state().directory.put(name, &file);
    }

    /// A file's bytes.
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let file = self.lock_state().directory.get(name).ok()?;
        let bytes = guard(&file).written().to_vec();
        Some(bytes)
    }

    fn of(directory: Directory) -> MemoryStorage {
        MemoryStorage(Arc::new(Mutex::new(State { directory, ..State::default() })))
    }

    fn lock_state(&self) -> MutexGuard<'_, State> {
        guard(&self.0)
    }

    /// The state, for a call that does not fail.
    fn pass(&self, call: Call) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.lock_state();
        state.faults.pass(call)?;
        Ok(state)
    }

    fn open(&self, file: File) -> Box<dyn StorageFile> {
        Box::new(MemoryFile { storage: self.clone(), file })
    }
}

impl State {
    fn state_of(&self, file: &File) -> FileState {
        let names = self.directory.names().values().filter(|other| Arc::ptr_eq(other, file));
        let id = (0, Arc::as_ptr(file).addr() as u64);
        let bytes = guard(file).written().len() as u64;
        FileState { id, bytes, allocated_bytes: bytes, names: names.count() as u64 }
    }
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Unlock(MemoryStorage);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.lock_state().locked = false;
    }
}

impl ReadStorage for MemoryStorage {
    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        let state = self.pass(Call::List)?;
        let names = state.directory.names().iter();
        Ok(names.map(|(name, file)| (name.clone(), guard(file).written().len() as u64)).collect())
    }

    fn read(&self, name: &str) -> io::Result<Box<dyn ReadSeek>> {
        let file = self.pass(Call::Read)?.directory.get(name)?;
        Ok(Box::new(MemoryReader { storage: self.clone(), file, at: 0 }))
    }
}

impl Storage for MemoryStorage {
    fn lock(&self, _: &str) -> io::Result<Lock> {
        match std::mem::replace(&mut self.pass(Call::Lock)?.locked, true) {
            true => Ok(Lock::Held(Some(std::process::id()))),
            false => Ok(Lock::Taken(Box::new(Unlock(self.clone())))),
        }
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let file = File::default();
        self.pass(Call::Create)?.directory.create(name, &file)?;
        Ok(self.open(file))
    }

    fn append(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let file = self.pass(Call::Append)?.directory.get(name)?;
        Ok(self.open(file))
    }

    fn renew(&self, name: &str, from: u64) -> io::Result<()> {
        let file = self.pass(Call::Renew)?.directory.get(name)?;
        guard(&file).renew(usize::try_from(from).unwrap_or(usize::MAX));
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.pass(Call::Rename)?.directory.rename(from, to)
    }

    fn replace(&self, from: &str, to: &str) -> io::Result<()> {
        self.pass(Call::Replace)?.directory.replace(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.pass(Call::Remove)?;
        let bytes = state.directory.get(name).map_or(0, |file| guard(&file).written().len());
        state.directory.remove(name)?;
        state.room = state.room.map(|room| room + bytes);
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut state = self.lock_state();
        match state.faults.pass(Call::SyncNames) {
            Ok(_) => state.directory.sync(),
            Err(error) => {
                state.directory.give_up();
                return Err(error);
            }
        }
        Ok(())
    }

    fn state(&self, name: &str) -> io::Result<Option<FileState>> {
        let state = self.pass(Call::State)?;
        let found = state.directory.get(name).ok();
        Ok(found.map(|file| state.state_of(&file)))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Ok(self.pass(Call::FreeBytes)?.room.map_or(u64::MAX, |room| room as u64))
    }
}

struct MemoryFile {
    storage: MemoryStorage,
    file: File,
}

impl StorageFile for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.storage.lock_state();
        let most = match state.faults.pass(Call::Write)? {
            Pass::Whole => bytes.len(),
            Pass::Short => bytes.len().div_ceil(2),
        };
        let taken = state.room.unwrap_or(usize::MAX).min(most);
        if taken == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.room = state.room.map(|room| room - taken);
        guard(&self.file).append(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn sync(&mut self) -> io::Result<()> {
        // Held until the contents say it too: a power cut sees all of a sync or nothing.
        let mut state = self.storage.lock_state();
        let mut contents = guard(&self.file);
        match state.faults.pass(Call::Sync) {
            Ok(_) => contents.sync(),
            Err(error) => {
                contents.give_up();
                return Err(error);
            }
        }
        Ok(())
    }

    fn truncate(&mut self, bytes: u64) -> io::Result<()> {
        let state = self.storage.pass(Call::Truncate)?;
        guard(&self.file).truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
        drop(state);
        Ok(())
    }

    fn state(&self) -> io::Result<FileState> {
        Ok(self.storage.pass(Call::State)?.state_of(&self.file))
    }
}

/// Reads what is written, also what is appended meanwhile, under whatever name the file has by then.
struct MemoryReader {
    storage: MemoryStorage,
    file: File,
    at: u64,
}

impl Read for MemoryReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        drop(self.storage.pass(Call::Read)?);
        let file = guard(&self.file);
        let from = usize::try_from(self.at).unwrap_or(usize::MAX);
        let read = file.written().get(from..).unwrap_or_default().read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for MemoryReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = guard(&self.file).written().len() as u64;
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
