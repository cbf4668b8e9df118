//! The seam between events and what records them.

use crate::encode::Encoder;
use crate::record::SealedBuffer;
use crate::{AuditEvent, Buffer, Context, EmitError, Pseudonyms, Record, Schema, TooSmall};

/// What takes events: the writer, or a double in a test.
pub trait Recorder: Send + Sync {
    /// Takes an event. `Ok` means accepted: it will be written, or its loss will be recorded.
    ///
    /// For implementors: encode the event here, on the caller's thread, and keep nothing of it but
    /// the record.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why it was not accepted.
    fn record(&self, event: EventRef<'_>) -> Result<(), EmitError>;

    /// Takes an event that must reach stable storage, and says when it has.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why it was not accepted.
    #[cfg(feature = "std")]
    fn record_durable(&self, event: EventRef<'_>) -> Result<crate::Pending, EmitError>;

    /// The longest that `emit_durable` waits for an answer.
    #[cfg(feature = "std")]
    fn durable_within(&self) -> core::time::Duration {
        core::time::Duration::from_secs(10)
    }

    /// Counts an event that was not accepted and whose caller goes on all the same
    /// (`emit_or_count`). The count must reach the log.
    fn count_lost(&self, event: &'static Schema, why: EmitError);
}

/// An event on its way to a [`Recorder`].
#[derive(Clone, Copy)]
pub struct EventRef<'a> {
    event: &'a dyn Encode,
    context: Option<&'a Context<'a>>,
}

impl<'a> EventRef<'a> {
    pub(crate) fn new<E: AuditEvent>(
        event: &'a E,
        context: Option<&'a Context<'a>>,
    ) -> EventRef<'a> {
        const {
            assert!(
                E::SCHEMA.max_line() <= crate::LINE_BYTES_MAX
                    && E::SCHEMA.max_schema_line() <= crate::LINE_BYTES_MAX,
                "this audit event could exceed the longest line of 16 KiB: record fewer or shorter fields"
            );
            assert!(
                E::SCHEMA.absences_have_reasons(),
                "an actor, source or object of this audit event may be absent: say why with `absent`"
            );
        }
        EventRef { event, context }
    }

    /// What the event is.
    pub fn schema(&self) -> &'static Schema {
        self.event.schema()
    }

    /// The size of buffer that suffices for any event of this type, in bytes.
    pub fn max_encoded(&self) -> usize {
        self.event.schema().max_encoded()
    }

    /// Encodes the event into a buffer. Without `pseudonyms` what would be one is recorded as
    /// withheld.
    ///
    /// # Errors
    ///
    /// [`TooSmall`] says how large a buffer this event needs.
    pub fn encode<B: Buffer>(
        &self,
        mut buffer: B,
        pseudonyms: Option<&dyn Pseudonyms>,
    ) -> Result<Record<B>, TooSmall> {
        let room = SealedBuffer::bytes_mut(&mut buffer);
        let capacity = room.len();
        let mut encoder = Encoder::new(room, pseudonyms);
        self.event.encode(self.context, &mut encoder);
        let needed = encoder.len();
        if needed > capacity {
            return Err(TooSmall { needed });
        }
        Ok(Record::new(self.schema(), buffer, needed))
    }
}

impl core::fmt::Debug for EventRef<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EventRef").field("event", &self.schema().event).finish_non_exhaustive()
    }
}

/// [`AuditEvent`] without its constants, so that it can stand behind a pointer.
trait Encode {
    fn schema(&self) -> &'static Schema;
    fn encode(&self, context: Option<&Context<'_>>, out: &mut Encoder<'_>);
}

impl<E: AuditEvent> Encode for E {
    fn schema(&self) -> &'static Schema {
        E::SCHEMA
    }

    fn encode(&self, context: Option<&Context<'_>>, out: &mut Encoder<'_>) {
        AuditEvent::encode(self, context, out);
    }
}

/// Proof that an event is on stable storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The number of the event's line in its stream.
    pub seq: u64,
}
