//! How the writer waits: it parks for a bounded time and looks again, so that an emitting thread
//! need not wake it, which would cost a system call. Only a thread that waits for an answer or for
//! room, and one that sends a burst, wakes it.

use std::cell::Cell;
use std::time::Duration;

use crate::sync::thread_local;

/// The interval after something was done.
const SHORTEST: Duration = Duration::from_millis(1);
/// The interval of a writer that has nothing to do. It and a write are how long an event may take to
/// reach the file: 10 ms.
const LONGEST: Duration = Duration::from_millis(8);

/// How long the writer parks: longer from time to time.
#[derive(Debug)]
pub(super) struct PollInterval {
    next: Duration,
}

impl PollInterval {
    pub(super) const fn new() -> PollInterval {
        PollInterval { next: SHORTEST }
    }

    /// Something was done: more may come soon.
    pub(super) fn shorten(&mut self) {
        self.next = SHORTEST;
    }

    /// How long to park now.
    pub(super) fn next(&mut self) -> Duration {
        let now = self.next;
        self.next = now.saturating_mul(2).min(LONGEST);
        now
    }
}

thread_local! {
    /// How many events this thread sent since a moment, in nanoseconds after boot. It needs no
    /// destructor, so it can be used to the very end of a thread.
    static SENT: Cell<(usize, u64)> = const { Cell::new((0, 0)) };
}

/// Whether this thread, which sends an event at this moment, has sent so many others within an interval
/// that the queue could fill before the writer looks. Told once for each `many`.
pub(super) fn is_burst(at_ns: u64, many: usize) -> bool {
    SENT.with(|sent| {
        let (count, since_ns) = sent.get();
        if count < many {
            sent.set((count + 1, since_ns));
            return false;
        }
        sent.set((0, at_ns));
        at_ns.saturating_sub(since_ns) < crate::clock::nanos(LONGEST)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_grows_to_a_bound() {
        let mut interval = PollInterval::new();
        let taken: Vec<u128> = (0..5).map(|_| interval.next().as_millis()).collect();
        assert_eq!(taken, [1, 2, 4, 8, 8]);
        interval.shorten();
        assert_eq!(interval.next().as_millis(), 1);
    }

    #[test]
    fn only_many_events_at_once_are_a_burst() {
        const MS: u64 = 1_000_000;
        SENT.with(|sent| sent.set((0, 0)));
        let bursts = |from: u64, step: u64| -> usize {
            (0..100).filter(|n| is_burst(from + n * step, 10)).count()
        };
        assert_eq!(bursts(100 * MS, MS), 0); // Ten events take 10 ms.
        assert_eq!(bursts(1_000 * MS, MS / 10), 8); // The first pause is long before.
        assert!(!is_burst(u64::MAX, 1_000));
    }
}
