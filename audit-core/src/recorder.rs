//! The seam between events and what records them.

#[cfg(feature = "std")]
pub use crate::pending::{Completer, pending};
pub use crate::pseudonym::{Domain, Pseudonym, Pseudonyms};
pub use crate::slot::{SetRecorderError, take_unrecorded};

use crate::declared::assert_fit_lines;
use crate::encode::Encoder;
use crate::record::SealedBuffer;
use crate::schema::takes_context;
use crate::{
    AuditEvent, Context, EmitError,
    record::{Buffer, Record, TooSmall},
    schema::Schema,
};

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
    /// An event that knows its actor and source, to be encoded without a recorder: on a
    /// microcontroller that sends its records elsewhere, say. One that takes them from a context
    /// does not compile here.
    ///
    /// ```
    /// use audit_core::{AuditEvent, record::EventRef};
    ///
    /// /// The case was opened.
    /// #[must_use]
    /// #[derive(AuditEvent)]
    /// #[audit(action = "open_case", category = "tamper", outcome = "success")]
    /// #[audit(none(actor = "the switch does not know"), source(local = "case switch"))]
    /// #[audit(object(id = "case"), object_type = "part")]
    /// struct CaseOpened {
    ///     #[audit(disclose = "counted by the switch", class = "public")]
    ///     times: u16,
    /// }
    ///
    /// let event = CaseOpened { times: 2 };
    /// let mut buffer = [0; CaseOpened::MAX_ENCODED];
    /// let record = EventRef::of(&event).encode(&mut buffer[..], None)?;
    /// assert_eq!(record.bytes(), [2, 0]);
    /// # Ok::<(), audit_core::record::TooSmall>(())
    /// ```
    pub fn of<E: AuditEvent>(event: &'a E) -> EventRef<'a> {
        const {
            assert!(
                !takes_context(E::SCHEMAS),
                "this audit event takes its actor or source from a context: use `EventRef::of_in`"
            );
        }
        EventRef::new(event, None)
    }

    /// An event with the context that knows its actor or source.
    pub fn of_in<E: AuditEvent>(event: &'a E, context: &'a Context<'a>) -> EventRef<'a> {
        EventRef::new(event, Some(context))
    }

    pub(crate) fn new<E: AuditEvent>(
        event: &'a E,
        context: Option<&'a Context<'a>>,
    ) -> EventRef<'a> {
        const { assert_fit_lines(E::SCHEMAS) };
        EventRef { event, context }
    }

    /// An event whose schemas were checked already.
    pub(crate) fn of_encoded(
        event: &'a dyn Encode,
        context: Option<&'a Context<'a>>,
    ) -> EventRef<'a> {
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
    #[inline]
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
pub(crate) trait Encode {
    fn schema(&self) -> &'static Schema;
    fn encode(&self, context: Option<&Context<'_>>, out: &mut Encoder<'_>);
}

impl<E: AuditEvent> Encode for E {
    fn schema(&self) -> &'static Schema {
        // Each variant has its schema, that is the trait's condition.
        E::SCHEMAS.get(self.variant()).copied().unwrap_or(const { first(E::SCHEMAS) })
    }

    fn encode(&self, context: Option<&Context<'_>>, out: &mut Encoder<'_>) {
        AuditEvent::encode(self, context, out);
    }
}

#[expect(clippy::panic, reason = "at compile time, where a panic is the message")]
const fn first(schemas: &[&'static Schema]) -> &'static Schema {
    match schemas {
        [first, ..] => first,
        [] => panic!("an audit event has at least one schema"),
    }
}

/// Proof that an event is on stable storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The number of the event's line in its stream.
    pub seq: u64,
}
