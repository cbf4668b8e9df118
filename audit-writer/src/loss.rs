//! Counting what is lost, until a gap line says so.

use std::sync::PoisonError;

use audit_log::line::{Loss, Reasons};

use crate::clock::Stamp;
use crate::sync::{Mutex, MutexGuard};

/// Losses that no line tells of yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Losses {
    pub(crate) reasons: Reasons,
    pub(crate) first: Stamp,
    pub(crate) last: Stamp,
}

impl Losses {
    pub(crate) fn count(&self) -> u64 {
        self.reasons.total()
    }

    fn add(&mut self, why: Loss, count: u64, at: Stamp) {
        if self.count() == 0 {
            self.first = at;
        }
        self.last = at;
        *self.reasons.of(why) += count;
    }
}

/// Where the emitting threads count and the writer collects. Its lock is taken only when something
/// is lost.
#[derive(Debug, Default)]
pub(crate) struct LossCounter(Mutex<Losses>);

impl LossCounter {
    pub(crate) fn add(&self, why: Loss, count: u64, at: Stamp) {
        if count > 0 {
            self.lock().add(why, count, at);
        }
    }

    /// Takes what no line tells of yet.
    pub(crate) fn take(&self) -> Losses {
        std::mem::take(&mut self.lock())
    }

    /// Puts losses back whose gap line could not be written.
    pub(crate) fn put_back(&self, losses: Losses) {
        let mut now = self.lock();
        for why in [Loss::Full, Loss::Refused, Loss::NoRecorder, Loss::Malformed] {
            let mut reasons = losses.reasons;
            let count = *reasons.of(why);
            if count > 0 {
                let newer = now.last;
                now.add(why, count, losses.last);
                now.first = losses.first;
                now.last = if newer == Stamp::default() { losses.last } else { newer };
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Losses> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(unix_ns: i64) -> Stamp {
        Stamp { unix_ns, up_ns: 0 }
    }

    #[test]
    fn what_is_put_back_keeps_its_times() {
        let counter = LossCounter::default();
        counter.add(Loss::Full, 2, at(10));
        counter.add(Loss::Refused, 1, at(20));
        let taken = counter.take();
        assert_eq!((taken.count(), taken.first, taken.last), (3, at(10), at(20)));
        assert_eq!(counter.take().count(), 0);
        counter.add(Loss::Full, 1, at(30));
        counter.put_back(taken);
        let all = counter.take();
        assert_eq!((all.count(), all.first, all.last), (4, at(10), at(30)));
    }
}
