//! What a writer has done so far.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of a run, shared between the emitting threads and the writer.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) accepted: AtomicU64,
    pub(crate) written: AtomicU64,
    pub(crate) lost: AtomicU64,
}

/// What a writer has done since it was opened.
///
/// `accepted = written + lost`, once everything that was accepted is through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Events that `emit` said `Ok` to, and those that `emit_or_count` counted.
    pub accepted: u64,
    /// Events whose lines were written.
    pub written: u64,
    /// Events that gap lines tell of, or will.
    pub lost: u64,
}

impl Counters {
    pub(crate) fn now(&self) -> Stats {
        Stats {
            accepted: self.accepted.load(Ordering::Acquire),
            written: self.written.load(Ordering::Acquire),
            lost: self.lost.load(Ordering::Acquire),
        }
    }
}

pub(crate) fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::AcqRel);
}
