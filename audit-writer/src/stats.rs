//! What a writer has done so far.

use crate::health::SharedHealth;
use crate::sync::atomic::{AtomicU64, Ordering};

/// Counters of a run. Only the writer thread counts what it takes from the channel and writes; the
/// emitting threads count only what they lose.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Events that the writer took from the channel.
    pub(crate) taken: AtomicU64,
    pub(crate) written: AtomicU64,
    /// Events that `summary` lines tell of.
    pub(crate) folded: AtomicU64,
    /// Events that were accepted and lost without having been in the channel.
    pub(crate) lost_outside: AtomicU64,
    /// Events that the writer took and could not write.
    pub(crate) lost_inside: AtomicU64,
    /// Of those that were written.
    pub(crate) unlisted: AtomicU64,
    /// What it can do at present.
    pub(crate) health: SharedHealth,
}

/// What a writer has done since it was opened.
///
/// `accepted = written + folded + lost` only if everything that was accepted is through. While
/// events are on their way `accepted` may be too high for a moment, and is never too low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Events that `emit` said `Ok` to, and those that `emit_or_count` counted.
    pub accepted: u64,
    /// Events whose lines were written.
    pub written: u64,
    /// Events that were denied or failed in a flood, and that `summary` lines tell of by number.
    pub folded: u64,
    /// Events that gap lines tell of, or will.
    pub lost: u64,
    /// Of those that were written: events that are in no catalog that
    /// [`Builder::catalog`](crate::Builder::catalog) was given.
    pub unlisted: u64,
}

impl Stats {
    /// Events that were accepted and are neither written nor told of by a gap line or a `summary` line:
    /// those on their way, and after a shutdown those that the writer had no time for or could not
    /// write.
    #[must_use]
    pub fn unwritten(&self) -> u64 {
        self.accepted.saturating_sub(self.written + self.folded + self.lost)
    }

    /// What was done since the moment of others.
    pub(crate) fn since(self, earlier: Stats) -> Stats {
        Stats {
            accepted: self.accepted.saturating_sub(earlier.accepted),
            written: self.written.saturating_sub(earlier.written),
            folded: self.folded.saturating_sub(earlier.folded),
            lost: self.lost.saturating_sub(earlier.lost),
            unlisted: self.unlisted.saturating_sub(earlier.unlisted),
        }
    }
}

impl Counters {
    /// What was done, for the writer thread, which knows how many events wait.
    pub(crate) fn now(&self, waiting: impl FnOnce() -> u64) -> Stats {
        self.now_of(|taken| waiting() + taken.load(Ordering::Acquire))
    }

    /// What was done, where `let_in` says how many events the channel let in, by what is `taken`.
    pub(crate) fn now_of(&self, let_in: impl FnOnce(&AtomicU64) -> u64) -> Stats {
        let counters = [&self.written, &self.folded, &self.lost_inside, &self.lost_outside];
        let [written, folded, inside, outside] =
            counters.map(|counter| counter.load(Ordering::Acquire));
        // Asked after what is done, so that what looks complete is.
        let accepted = let_in(&self.taken) + outside;
        let unlisted = self.unlisted.load(Ordering::Acquire);
        Stats { accepted, written, folded, lost: inside + outside, unlisted }
    }
}

pub(crate) fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::AcqRel);
}
