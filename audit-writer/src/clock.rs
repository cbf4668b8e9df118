//! Time, handed in as a value.

use std::fmt;

/// A moment by both clocks of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Nanoseconds since 1970 in UTC, as far as the machine knows.
    pub unix_ns: i64,
    /// Microseconds since the machine was booted, time asleep included. It never jumps.
    pub up_us: u64,
}

/// What tells the time.
pub trait Clock: Send + Sync {
    /// Now. Called on every emitting thread, so it should be fast.
    fn now(&self) -> Stamp;

    /// Whether the calendar clock is known to be set right. Called by the writer thread about once
    /// a second.
    fn is_synced(&self) -> bool;

    /// What identifies this boot of the machine; empty if nothing does.
    fn boot_id(&self) -> String;
}

/// The machine's clocks.
///
/// Whether the calendar clock is right it knows only from systemd-timesyncd, which leaves a file
/// when it has set it. A device that sets its clock by other means hands in a [`Clock`] of its own.
#[derive(Debug, Default)]
pub struct SystemClock(());

impl SystemClock {
    /// The machine's clocks.
    pub const fn new() -> SystemClock {
        SystemClock(())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Stamp {
        use rustix::time::{ClockId, clock_gettime};
        let utc = clock_gettime(ClockId::Realtime);
        let up = clock_gettime(ClockId::Boottime);
        Stamp {
            unix_ns: utc.tv_sec.saturating_mul(1_000_000_000).saturating_add(utc.tv_nsec),
            up_us: u64::try_from(
                up.tv_sec.saturating_mul(1_000_000).saturating_add(up.tv_nsec / 1_000),
            )
            .unwrap_or(0),
        }
    }

    fn is_synced(&self) -> bool {
        std::path::Path::new("/run/systemd/timesync/synchronized").exists()
    }

    fn boot_id(&self) -> String {
        std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .unwrap_or_default()
            .trim()
            .to_owned()
    }
}

impl Stamp {
    /// The day in UTC, counted from 1970.
    pub(crate) fn day(self) -> i64 {
        self.unix_ns.div_euclid(86_400_000_000_000)
    }

    pub(crate) fn rfc3339(self) -> Rfc3339 {
        Rfc3339(self.unix_ns)
    }
}

/// Prints as `2026-11-20T12:00:00.123456789Z`.
#[derive(Clone, Copy)]
pub(crate) struct Rfc3339(i64);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every i64 of nanoseconds is a moment that jiff knows: the years 1677 to 2262.
        let time = jiff::Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or_default();
        write!(f, "{time:.9}")
    }
}

impl serde::Serialize for Rfc3339 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_nine_digits_always() {
        assert_eq!(Rfc3339(0).to_string(), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(
            Rfc3339(1_763_640_000_123_456_789).to_string(),
            "2025-11-20T12:00:00.123456789Z"
        );
        assert_eq!(Rfc3339(i64::MIN).to_string(), "1677-09-21T00:12:43.145224192Z");
        assert_eq!(Rfc3339(i64::MAX).to_string(), "2262-04-11T23:47:16.854775807Z");
    }

    #[test]
    fn days_before_1970_count_down() {
        assert_eq!(Stamp { unix_ns: -1, up_us: 0 }.day(), -1);
        assert_eq!(Stamp { unix_ns: 86_400_000_000_000, up_us: 0 }.day(), 1);
    }
}
