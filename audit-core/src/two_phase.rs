//! Events of two phases: recorded durably before a dangerous operation, and again at its end.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::value::{AuditReason, AuditValue, Type};
use crate::{AuditEvent, Class, Outcome, record::Encoder};

/// The outcome of an event with `#[audit(two_phase)]`: nobody knows it before the operation's end.
///
/// ```
/// use audit_core::vocab::Version;
/// use audit_core::{AuditEvent, AuditValue, Awaited};
///
/// /// Why firmware was not written.
/// #[derive(AuditValue)]
/// enum FlashFault { Verify, PowerLow }
///
/// /// Firmware is written, or was.
/// #[must_use]
/// #[derive(AuditEvent)]
/// #[audit(action = "firmware_update", category = "maintenance", two_phase)]
/// #[audit(actor(service = "updater"), source(local = "updater"))]
/// #[audit(object(id = "firmware"), object_type = "image")]
/// struct FirmwareUpdate<'a> {
///     #[audit(outcome)]
///     outcome: Awaited<FlashFault>,
///     version: Version<'a>,
/// }
///
/// let event = FirmwareUpdate { outcome: Awaited::new(), version: Version::new("2.1")? };
/// // let begun = event.begin()?; write(image)?; begun.finish(Outcome::Success)?;
/// # let _ = event;
/// # Ok::<(), audit_core::vocab::Refused>(())
/// ```
pub struct Awaited<R>(State<R>);

#[cfg_attr(
    not(feature = "std"),
    expect(
        dead_code,
        reason = "nothing waits there for a beginning to be durable, so nothing ends"
    )
)]
enum State<R> {
    Begun,
    Ended { begun: u64, outcome: Outcome<R> },
    Abandoned { begun: u64 },
}

impl<R> Awaited<R> {
    /// Not known yet.
    pub const fn new() -> Awaited<R> {
        Awaited(State::Begun)
    }

    #[cfg(feature = "std")]
    pub(crate) const fn ended(begun: u64, outcome: Outcome<R>) -> Awaited<R> {
        Awaited(State::Ended { begun, outcome })
    }

    #[cfg(feature = "std")]
    pub(crate) const fn abandoned(begun: u64) -> Awaited<R> {
        Awaited(State::Abandoned { begun })
    }
}

impl<R> Default for Awaited<R> {
    fn default() -> Awaited<R> {
        Awaited::new()
    }
}

impl<R> core::fmt::Debug for Awaited<R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Awaited")
    }
}

// SAFETY: writes the phase and what the outcome, itself a value, writes.
unsafe impl<R: AuditReason> AuditValue for Awaited<R> {
    const TYPE: Type = Type::Awaited(&R::TYPE);
    const CLASS: Class = R::CLASS;

    fn encode(&self, out: &mut Encoder<'_>) {
        match &self.0 {
            State::Begun => out.put_u8(0),
            State::Ended { begun, outcome } => {
                out.put_u8(1);
                out.put(&begun.to_le_bytes());
                outcome.encode(out);
            }
            State::Abandoned { begun } => {
                out.put_u8(2);
                out.put(&begun.to_le_bytes());
            }
        }
    }
}

/// A type for `#[audit(outcome)]` in an event of two phases: [`Awaited`] alone.
///
/// # Safety
///
/// As for [`AuditValue`]; its [`Type`] is [`Type::Awaited`].
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an outcome that is known later",
    label = "known too early",
    note = "the outcome of an event with `two_phase` is an `audit_core::Awaited<Reason>`, for nobody knows it when the operation begins"
)]
pub unsafe trait IsAwaited: AuditValue {
    type Reason: AuditReason;

    fn awaited(&mut self) -> &mut Awaited<Self::Reason>;
}

// SAFETY: it is the type that is meant.
unsafe impl<R: AuditReason> IsAwaited for Awaited<R> {
    type Reason = R;

    #[inline]
    fn awaited(&mut self) -> &mut Awaited<R> {
        self
    }
}

/// [`IsAwaited`], as the implementation of [`TwoPhase`] requires it; see
/// [`Emittable`](crate::emit::Emittable).
#[doc(hidden)]
pub trait KnownLater<'x>: IsAwaited {}

impl<T: IsAwaited> KnownLater<'_> for T {}

/// An event of two phases, by `#[audit(two_phase)]`.
///
/// # Safety
///
/// `awaited` is the field of the event that its outcome is recorded from.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an audit event of two phases",
    label = "not an event of two phases",
    note = "declare it with `#[derive(AuditEvent)]` and `#[audit(two_phase)]`; if it is declared so, one of its fields does not qualify"
)]
pub unsafe trait TwoPhase: AuditEvent {
    /// Why the operation is denied or fails.
    type Reason: AuditReason;

    #[doc(hidden)]
    fn awaited(&mut self) -> &mut Awaited<Self::Reason>;
}

/// Where a record of an event of two phases stands between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// The operation begins.
    Begun,
    /// It has ended; the number of the line of its beginning.
    Ended(u64),
    /// The program let go of it without an outcome; the number of the line of its beginning.
    Abandoned(u64),
}

impl Phase {
    /// The phase's name in a line.
    pub const fn name(self) -> &'static str {
        match self {
            Phase::Begun => "begun",
            Phase::Ended(_) => "ended",
            Phase::Abandoned(_) => "abandoned",
        }
    }

    /// The number of the line of the operation's beginning, in the record of its end.
    pub const fn begun(self) -> Option<u64> {
        match self {
            Phase::Begun => None,
            Phase::Ended(seq) | Phase::Abandoned(seq) => Some(seq),
        }
    }
}
