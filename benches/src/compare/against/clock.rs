//! The clocks of the hosts that are measured on.

use audit_writer::clock::{Clock, Stamp, SystemClock};

/// The machine's clock, known to be right or not: the machine itself says so by a file that only
/// some have.
pub(crate) struct ToldClock {
    pub(crate) machine: SystemClock,
    pub(crate) is_right: bool,
}

impl Clock for ToldClock {
    fn now(&self) -> Stamp {
        self.machine.now()
    }

    fn up_ns(&self) -> u64 {
        self.machine.up_ns()
    }

    fn is_synced(&self) -> bool {
        self.is_right
    }

    fn boot_id(&self) -> String {
        self.machine.boot_id()
    }
}

/// A clock that is read for nothing: under valgrind the machine's cannot be read.
pub(crate) struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> Stamp {
        Stamp { unix_ns: 1_795_176_000_123_456_789, up_ns: 8_123_456_789_000 }
    }

    fn is_synced(&self) -> bool {
        true
    }

    fn boot_id(&self) -> String {
        "still".to_owned()
    }
}
