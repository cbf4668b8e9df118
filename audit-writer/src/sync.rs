//! What the threads of the channel share and wait by: the standard library and crossbeam-channel.
//! In unit tests built with `--cfg shuttle` it is what stands in for them in `channel/models.rs`,
//! where a scheduler of its own chooses after every step which thread goes on.

#[cfg(all(test, shuttle))]
mod model;

#[cfg(not(all(test, shuttle)))]
pub(crate) use std::{
    sync::{Mutex, MutexGuard, atomic},
    thread, thread_local,
};

#[cfg(not(all(test, shuttle)))]
pub(crate) use crossbeam_channel as queue;

#[cfg(all(test, shuttle))]
pub(crate) use shuttle::{
    sync::{Mutex, MutexGuard, atomic},
    thread_local,
};

#[cfg(all(test, shuttle))]
pub(crate) use self::model::{queue, thread};
