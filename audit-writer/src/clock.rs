//! Time, handed in as a value.

use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};

pub use audit_log::time::Stamp;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_ask_the_machine_agree() {
        let before = SystemClock::new().up_ns();
        let now = SystemClock::new().now();
        let after = SystemClock::new().up_ns();
        assert!(before <= now.up_ns && now.up_ns <= after);
        assert!(now.unix_ns > 1_700_000_000_000_000_000);
    }
}
