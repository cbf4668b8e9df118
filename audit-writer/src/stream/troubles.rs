//! What a stream that goes on tells of its troubles: once, in a line, and to the program.

use audit_log::line::{FaultBody, Lifecycle};

use super::OpenStream;
use crate::clock::Stamp;
use crate::health::Health;

impl OpenStream {
    /// Records what was refused and is still, once. Not at once, because that may be between two lines
    /// between which there is no other.
    pub(crate) fn tell_unable(&mut self) {
        if self.is_broken() {
            return;
        }
        let faults = self.unable.untold(self.next_seq);
        for fault in faults {
            self.record(Lifecycle::Fault(fault));
        }
    }

    /// Records that the log's path does not lead to its directory any more, but somewhere else; of a
    /// stream that was opened there, why it was.
    pub(crate) fn tell_lost(&mut self, leads: &str, since: Stamp) {
        if self.is_broken() {
            return;
        }
        let (error, at, unsynced_from) = (leads.to_owned(), since.rfc3339(), self.next_seq);
        self.record(Lifecycle::Fault(FaultBody { doing: "find", error, at, unsynced_from }));
        self.want_checkpoint("repair");
    }

    /// What it can do.
    pub(crate) fn health(&self) -> Health {
        Health {
            writes: !self.is_broken(),
            rotates: self.unable.rotates(),
            signs: self.unable.signs(),
            ..Health::WELL
        }
    }
}
