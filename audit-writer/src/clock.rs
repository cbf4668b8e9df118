//! Time, handed in as a value.

use std::fmt;
use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};

/// A moment by both clocks of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Nanoseconds since 1970 in UTC, as far as the machine knows.
    pub unix_ns: i64,
    /// Nanoseconds since the machine was booted, time asleep included. It never jumps.
    pub up_ns: u64,
}

/// What tells the time.
pub trait Clock: Send + Sync {
    /// Now, by both clocks. Called by the writer thread, once for many lines, and where an event is
    /// lost.
    fn now(&self) -> Stamp;

    /// Nanoseconds since boot, as in [`Stamp::up_ns`]. Called on every emitting thread, so it
    /// should be fast.
    fn up_ns(&self) -> u64 {
        self.now().up_ns
    }

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
    /// The calendar clock is read between two looks at the other one, again where the thread was
    /// interrupted meanwhile, so that both are of one moment.
    fn now(&self) -> Stamp {
        const AT_ONCE_NS: u64 = 1_000;
        let mut stamp = Stamp::default();
        for _ in 0..3 {
            let before = self.up_ns();
            let unix_ns = nanos_of(clock_gettime(ClockId::Realtime));
            let between = self.up_ns().saturating_sub(before);
            stamp = Stamp { unix_ns, up_ns: before + between / 2 };
            if between < AT_ONCE_NS {
                break;
            }
        }
        stamp
    }

    fn up_ns(&self) -> u64 {
        u64::try_from(nanos_of(clock_gettime(ClockId::Boottime))).unwrap_or(0)
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

fn nanos_of(time: Timespec) -> i64 {
    time.tv_sec.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec)
}

/// A duration in nanoseconds, as far as they can be counted: 584 years.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Stamp {
    /// The moment of `up_ns`, by a calendar clock that now shows what this stamp says: of what
    /// happened before the clock was set, the time as the clock is set now.
    pub(crate) fn at(self, up_ns: u64) -> Stamp {
        let since_ns = up_ns.wrapping_sub(self.up_ns).cast_signed();
        Stamp { unix_ns: self.unix_ns.saturating_add(since_ns), up_ns }
    }

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
pub(crate) struct Rfc3339(pub(crate) i64);

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
        assert_eq!(Stamp { unix_ns: -1, up_ns: 0 }.day(), -1);
        assert_eq!(Stamp { unix_ns: 86_400_000_000_000, up_ns: 0 }.day(), 1);
    }

    #[test]
    fn moments_before_and_after_a_stamp_have_its_calendar() {
        let now = Stamp { unix_ns: 1_000, up_ns: 50 };
        assert_eq!(now.at(50), now);
        assert_eq!(now.at(70), Stamp { unix_ns: 1_020, up_ns: 70 });
        assert_eq!(now.at(20), Stamp { unix_ns: 970, up_ns: 20 });
        assert_eq!(Stamp { unix_ns: i64::MIN, up_ns: 50 }.at(20).unix_ns, i64::MIN);
    }

    #[test]
    fn both_ways_to_ask_the_machine_agree() {
        let before = SystemClock::new().up_ns();
        let now = SystemClock::new().now();
        let after = SystemClock::new().up_ns();
        assert!(before <= now.up_ns && now.up_ns <= after);
        assert!(now.unix_ns > 1_700_000_000_000_000_000);
    }
}
