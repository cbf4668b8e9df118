//! For tests and measurements: a clock that stands still until it is set, and lines without a log.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use audit_core::{Buffer, Malformed, Record, Schema};

use crate::clock::{Clock, Stamp};
use crate::line::{Envelope, Spelling, Times};

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

/// Spells lines as a writer does, without a log: to measure that alone.
#[derive(Debug)]
pub struct Speller {
    spelling: Spelling,
    times: Times,
    seq: u64,
}

impl Speller {
    /// For events of this schema.
    pub fn of(schema: &'static Schema) -> Speller {
        Speller { spelling: Spelling::of(schema), times: Times::default(), seq: 0 }
    }

    /// Appends the line of a record of the schema, its newline included, as if it was emitted at
    /// this moment.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the record is one of another schema.
    pub fn line<B: Buffer>(
        &mut self,
        at: Stamp,
        record: &Record<B>,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        let envelope =
            Envelope { seq: self.seq, at, run: "9f2c51d07a3be641", synced: true, told: b"" };
        self.spelling.write(&envelope, record, &mut self.times, out)?;
        self.seq += 1;
        Ok(())
    }
}
