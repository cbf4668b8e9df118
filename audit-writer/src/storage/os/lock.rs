//! Who has a directory: the process that locked it, for as long as it lives or until it lets go.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// What this process locked, and what a process locked that this one was forked from. A fork has the
/// same locks in its hands, and would keep the log from everybody, itself among them, when the parent
/// is gone.
static HELD: Mutex<Vec<Held>> = Mutex::new(Vec::new());

struct Held {
    dir: OwnedFd,
    id: (u64, u64),
    /// The process that locked it.
    owner: u32,
}

/// A locked directory.
pub(super) struct DirLock {
    id: (u64, u64),
    pub(super) owner: u32,
}

impl DirLock {
    /// Locks a directory that is known by `id`, opened for this alone; nothing if another has it.
    ///
    /// # Errors
    ///
    /// What the system said.
    pub(super) fn take(dir: OwnedFd, id: (u64, u64)) -> io::Result<Option<DirLock>> {
        let owner = std::process::id();
        let_go_of_parents(owner);
        match flock(&dir, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Ok(None),
            Err(other) => return Err(other.into()),
        }
        HELD.lock().unwrap_or_else(PoisonError::into_inner).push(Held { dir, id, owner });
        Ok(Some(DirLock { id, owner }))
    }
}

/// Closes what a parent locked, which unlocks it only if the parent is gone.
fn let_go_of_parents(process: u32) {
    // Held by a thread of the parent's at the moment of the fork it stays locked here for good.
    if let Ok(mut held) = HELD.try_lock() {
        held.retain(|held| held.owner == process);
    }
}

impl Drop for DirLock {
    /// Unlocked and not only closed: a child that was forked off has the same lock in its hands,
    /// and would keep it for as long as it lives. The child itself must not unlock it.
    fn drop(&mut self) {
        if self.owner != std::process::id() {
            return;
        }
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |held: &Held| held.id == self.id && held.owner == self.owner;
        if let Some(at) = held.iter().position(is_it) {
            // The directory is closed in any case.
            let _unlocked = flock(held.swap_remove(at).dir, FlockOperation::Unlock);
        }
    }
}
