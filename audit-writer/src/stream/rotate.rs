//! Where a segment ends in order and the next begins.

use audit_log::line::Lifecycle;

use super::{LOG_LINE_BYTES, OpenStream};
use crate::clock::Stamp;
use crate::rotation::Today;
use crate::segment::active::Active;

impl OpenStream {
    /// Begins a new segment if the day is over, without waiting for a line.
    pub(crate) fn turn_day(&mut self) {
        let now = self.world.clock.now();
        self.make_room(now, 0);
    }

    /// Begins a new segment if this one cannot take `bytes` more at this time.
    pub(super) fn make_room(&mut self, at: Stamp, bytes: u64) {
        let Some(active) = &self.active else { return };
        let (synced, turned_up_ns) = (self.clock_synced, self.turned_up_ns);
        let today = Today { now: at, synced, turned_up_ns };
        if let Some(why) = self.world.config.rotation.due(active.filling(), today, bytes) {
            if why == "day" {
                self.turned_up_ns = Some(at.up_ns);
            }
            self.rotate(why);
        }
    }

    /// Ends the active segment and begins the next one.
    pub(super) fn rotate(&mut self, why: &'static str) {
        let now = self.world.clock.now();
        self.push_lifecycle(now, Lifecycle::Rotate { why });
        self.sign("rotate");
        self.turn_over();
    }

    /// Makes room for a run's first line, by another segment where this one is full or cannot be
    /// gone on with. No line of the run stands before its start but that segment's header.
    pub(super) fn make_room_for_start(&mut self, needs_segment: bool) {
        let Some(active) = &self.active else { return };
        let (now, synced) = (self.world.clock.now(), self.clock_synced);
        let today = Today { now, synced, turned_up_ns: self.turned_up_ns };
        let due = self.world.config.rotation.due(active.filling(), today, LOG_LINE_BYTES);
        if due == Some("day") {
            self.turned_up_ns = Some(now.up_ns);
        }
        if needs_segment || due.is_some() {
            // No line of this run makes the old segment durable, as it was found and repaired.
            match self.active.as_mut().map_or(Ok(()), Active::settle) {
                Ok(()) => self.turn_over(),
                Err(fault) => self.fail(fault.into()),
            }
        }
    }

    pub(super) fn turn_over(&mut self) {
        self.sync();
        let Some(active) = self.active.take() else { return };
        let over = active.into_remains();
        let name = over.name(self.world.stream);
        self.hand_over(Some(name), over.kept, Some(name));
        self.place();
        if !self.is_closed() {
            self.prune();
        }
    }
}
