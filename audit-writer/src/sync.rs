//! What the threads of the channel share and wait by: the standard library and crossbeam-channel.
//! In unit tests built with `--cfg shuttle` it is what stands in for them in `channel/models.rs`,
//! where a scheduler of its own chooses after every step which thread goes on.

#[cfg(all(test, shuttle))]
mod model;

#[cfg(not(all(test, shuttle)))]
pub(crate) use std::{
    sync::{Condvar, Mutex, MutexGuard, atomic},
    thread, thread_local,
};

#[cfg(not(all(test, shuttle)))]
pub(crate) use crossbeam_channel as queue;

#[cfg(all(test, shuttle))]
pub(crate) use shuttle::{
    sync::{Condvar, Mutex, MutexGuard, atomic},
    thread_local,
};

#[cfg(all(test, shuttle))]
pub(crate) use self::model::{queue, thread, wait_while};

/// Waits while the condition holds, for at most so long.
#[cfg(not(all(test, shuttle)))]
pub(crate) fn wait_while<'a, T>(
    wakes: &Condvar,
    mutex: &'a Mutex<T>,
    at_most: std::time::Duration,
    condition: impl FnMut(&mut T) -> bool,
) -> MutexGuard<'a, T> {
    use std::sync::PoisonError;
    let guard = mutex.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = wakes.wait_timeout_while(guard, at_most, condition);
    waited.unwrap_or_else(PoisonError::into_inner).0
}
