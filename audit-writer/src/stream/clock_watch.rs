//! What a stream records of the machine's clock.

use audit_log::line::{ClockBody, Lifecycle};

use super::OpenStream;
use crate::clock::Stamp;
use crate::jumps::Jump;

impl OpenStream {
    /// Asks the clock whether it is right, and records whether it jumped.
    pub(crate) fn look_at_clock(&mut self) {
        let now = self.watch_clock();
        if self.is_closed() {
            return;
        }
        if self.told_synced != self.clock_synced {
            self.told_synced = self.clock_synced;
            self.record(Lifecycle::TimeSync { time_synced: self.clock_synced });
        }
        if let Some(jump) = self.jumps.take(now) {
            self.record_jump(jump);
        }
    }

    /// Records at the end of the run what the clock did since it was recorded last.
    pub(super) fn tell_last_jump(&mut self) {
        let _now = self.watch_clock();
        if let Some(jump) = self.jumps.rest() {
            self.record_jump(jump);
        }
    }

    fn record_jump(&mut self, Jump { from, to, times }: Jump) {
        tracing::warn!(target: "audit_writer", times, "the clock jumped");
        let step = ClockBody { from: from.rfc3339(), to: to.rfc3339(), steps: times };
        self.record(Lifecycle::Clock(step));
    }

    /// Asks the clock whether it is right, and whether it jumped.
    pub(super) fn watch_clock(&mut self) -> Stamp {
        self.clock_synced = self.world.clock.is_synced();
        let now = self.world.clock.now();
        if let Some(by_ns) = self.jumps.look(now) {
            self.ages.jumped(by_ns, now);
        }
        now
    }
}
