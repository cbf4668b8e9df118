//! A clock that is read for nothing. The machine's clocks cannot be read under valgrind, which
//! hides the page by which the kernel lends them to programs; rustix looks for it all the same
//! (rustix#1559).

use audit_writer::clock::{Clock, Stamp};

pub(crate) const NOON: Stamp =
    Stamp { unix_ns: 1_795_176_000_123_456_789, up_ns: 8_123_456_789_000 };

pub(crate) struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> Stamp {
        NOON
    }

    fn is_synced(&self) -> bool {
        true
    }

    fn boot_id(&self) -> String {
        "still".to_owned()
    }
}
