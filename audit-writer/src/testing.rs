//! For tests: a clock that stands still until it is set.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Stamp};

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct ManualClock(Mutex<Stamp>);

impl ManualClock {
    /// A clock that shows this time.
    pub const fn new(stamp: Stamp) -> ManualClock {
        ManualClock(Mutex::new(stamp))
    }

    /// Shows this time from now on.
    pub fn set(&self, stamp: Stamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stamp;
    }

    /// Lets time pass on both clocks.
    pub fn advance(&self, by: Duration) {
        let Stamp { unix_ns, up_us } = self.now();
        let ns = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        let us = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
        self.set(Stamp { unix_ns: unix_ns.saturating_add(ns), up_us: up_us.saturating_add(us) });
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Stamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_synced(&self) -> bool {
        true
    }

    fn boot_id(&self) -> String {
        "test-boot".to_owned()
    }
}
