//! Counting what is lost, until a gap line says so.

use std::sync::PoisonError;

use serde::Serialize;

use crate::clock::Stamp;
use crate::sync::{Mutex, MutexGuard};

/// Why events were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The channel was full for longer than an event may wait.
    Full,
    /// `emit_or_count` met a recorder that refused: full, too large, closed.
    Refused,
    /// `emit_or_count` met no recorder, before the writer was installed.
    NoRecorder,
    /// A record could not be spelled out, which is a defect.
    Malformed,
}

/// Lost events by reason; what is zero is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Reasons {
    #[serde(skip_serializing_if = "is_zero")]
    full: u64,
    #[serde(skip_serializing_if = "is_zero")]
    refused: u64,
    #[serde(skip_serializing_if = "is_zero")]
    no_recorder: u64,
    #[serde(skip_serializing_if = "is_zero")]
    malformed: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Reasons {
    fn of(&mut self, why: Loss) -> &mut u64 {
        match why {
            Loss::Full => &mut self.full,
            Loss::Refused => &mut self.refused,
            Loss::NoRecorder => &mut self.no_recorder,
            Loss::Malformed => &mut self.malformed,
        }
    }

    fn total(&self) -> u64 {
        let Reasons { full, refused, no_recorder, malformed } = *self;
        full + refused + no_recorder + malformed
    }
}

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
