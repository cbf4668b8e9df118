//! What a writer has done so far.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of a run. Only the writer thread counts what it takes from the channel and writes; the
/// emitting threads count only what they lose.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Events that the writer took from the channel.
    pub(crate) taken: AtomicU64,
    pub(crate) written: AtomicU64,
    /// Events that were accepted and lost without having been in the channel.
    pub(crate) lost_outside: AtomicU64,
    /// Events that the writer took and could not write.
    pub(crate) lost_inside: AtomicU64,
}

/// What a writer has done since it was opened.
///
/// `accepted = written + lost` only if everything that was accepted is through. While events are
/// on their way `accepted` may be too high for a moment, and is never too low.
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
    /// What was done, where so many events wait in the channel.
    pub(crate) fn now(&self, waiting: impl FnOnce() -> u64) -> Stats {
        let [written, inside, outside] = [&self.written, &self.lost_inside, &self.lost_outside]
            .map(|counter| counter.load(Ordering::Acquire));
        // Asked before what is taken, so that an event on its way between them counts twice for a
        // moment and never not at all: what looks complete is.
        let waiting = waiting();
        let taken = self.taken.load(Ordering::Acquire);
        Stats { accepted: taken + outside + waiting, written, lost: inside + outside }
    }
}

pub(crate) fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::AcqRel);
}
