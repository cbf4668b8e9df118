//! Lines about the log itself: each gets its number, and goes into the active segment.

use audit_log::line::{Body, Envelope, Lifecycle, LifecycleBody};

use super::{BUFFER_BYTES, LOG_LINE_BYTES, OpenStream};
use crate::clock::Stamp;
use crate::segment::active::Active;

impl OpenStream {
    /// Records what happens to the log, at this moment; the line's number, if it could be given one.
    pub(super) fn record(&mut self, lifecycle: Lifecycle<'_>) -> Option<u64> {
        let now = self.world.clock.now();
        self.make_room(now, LOG_LINE_BYTES);
        self.push_lifecycle(now, lifecycle)
    }

    /// The same where there is room.
    pub(super) fn push_lifecycle(&mut self, now: Stamp, lifecycle: Lifecycle<'_>) -> Option<u64> {
        self.push(now, &LifecycleBody { lifecycle, up_us: now.up_ns / 1_000 })
    }

    /// A line about the log itself, at this moment; its number, if it could be given one.
    pub(super) fn log_line<B: Body>(&mut self, body: &B) -> Option<u64> {
        let now = self.world.clock.now();
        self.make_room(now, LOG_LINE_BYTES);
        self.push(now, body)
    }

    /// Gives a line about the log its number and takes it into the buffer; nothing if the stream is
    /// broken or the body refuses.
    pub(super) fn push<B: Body>(&mut self, at: Stamp, body: &B) -> Option<u64> {
        let seq = self.next_seq;
        let active = self.active.as_mut()?;
        let envelope = Envelope::new(seq, at.unix_ns);
        let scratch = &mut self.scratch;
        let chain = self.signing.as_mut().map(|signing| &mut signing.chain);
        let pushed = active.push(seq, chain, |out| {
            audit_log::line::write(&envelope, body, scratch, out).map_err(|error| {
                tracing::error!(target: "audit_writer", kind = B::KIND, %error, "an audit line could not be spelled out");
            })
        });
        pushed.ok()?;
        self.was_pushed(seq);
        Some(seq)
    }

    /// A line of this number is in the buffer.
    pub(super) fn was_pushed(&mut self, seq: u64) {
        self.next_seq = seq + 1;
        let unwritten = self.active.as_ref().map_or(0, Active::unwritten_bytes);
        if unwritten >= BUFFER_BYTES {
            self.write_out();
        }
    }
}
