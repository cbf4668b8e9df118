//! A segment that is being compressed, on a thread of its own.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use audit_log::name::Name;

use crate::compression::Compression;
use crate::segment::compressed::Sizes;

/// What is done about compressing.
#[derive(Debug)]
pub(super) struct Compressing {
    pub(super) job: Option<Job>,
    /// Whether there may be a segment to compress.
    pub(super) is_due: bool,
    pub(super) not_before_ns: u64,
    /// Segments that stay as they are, because nobody could read them again.
    pub(super) stay: BTreeSet<Name>,
}

/// A segment that is being compressed.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) name: Name,
    pub(super) thread: JoinHandle<io::Result<Sizes>>,
    pub(super) _flag: Flag,
}

/// Tells the thread to end when nobody waits for it any more. It is not waited for, because the
/// disk may hang; it holds its file, and gives it no name.
#[derive(Debug)]
pub(super) struct Flag(pub(super) Arc<AtomicBool>);

impl Drop for Flag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Compressing {
    pub(super) fn new(compression: Compression) -> Compressing {
        let is_due = compression == Compression::Gzip;
        Compressing { job: None, is_due, not_before_ns: 0, stay: BTreeSet::new() }
    }
}
