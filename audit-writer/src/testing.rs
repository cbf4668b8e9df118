//! For tests and measurements: a clock that stands still until it is set.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Stamp};

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct ManualClock {
    stamp: Mutex<Stamp>,
    synced: AtomicBool,
}

impl ManualClock {
    /// A clock that shows this time, and is known to be right.
    pub const fn new(stamp: Stamp) -> ManualClock {
        ManualClock { stamp: Mutex::new(stamp), synced: AtomicBool::new(true) }
    }

    /// Says from now on whether it is known to be right.
    pub fn set_synced(&self, synced: bool) {
        self.synced.store(synced, Ordering::Release);
    }

    /// Shows this time from now on.
    pub fn set(&self, stamp: Stamp) {
        *self.stamp.lock().unwrap_or_else(PoisonError::into_inner) = stamp;
    }

    /// Lets time pass on both clocks.
    pub fn advance(&self, by: Duration) {
        let Stamp { unix_ns, up_ns } = self.now();
        let ns = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        self.set(Stamp {
            unix_ns: unix_ns.saturating_add(ns),
            up_ns: up_ns.saturating_add(ns.unsigned_abs()),
        });
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Stamp {
        *self.stamp.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_synced(&self) -> bool {
        self.synced.load(Ordering::Acquire)
    }

    fn boot_id(&self) -> String {
        "test-boot".to_owned()
    }
}
