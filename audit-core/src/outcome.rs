//! How an action ended, and how severe that is.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::value::{AuditReason, AuditValue, Type};
use crate::{Class, record::Encoder};

/// How an action ended, as a field of an event: what is not a success always has a reason.
///
/// ```
/// use audit_core::{AuditValue, Outcome};
/// #[derive(AuditValue)]
/// enum VaultRefusal { NotInvited, Revoked }
/// let outcome = Outcome::Denied(VaultRefusal::Revoked);
/// # let _ = outcome;
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome<R> {
    /// It was done.
    Success,
    /// It was not allowed.
    Denied(R),
    /// It was allowed and did not work.
    Failure(R),
}

impl<R> Outcome<R> {
    /// The outcome that a `Result` is. Of an error `reason` says what it is: a reason alone is that of a
    /// failure, `Outcome::Denied(reason)` that of a refusal.
    ///
    /// ```
    /// use audit_core::{AuditValue, Outcome};
    /// #[derive(AuditValue, Debug)]
    /// enum MediaReason { NotFound, NotAllowed, Io }
    /// # fn mount(_: &str) -> std::io::Result<()> { Err(std::io::ErrorKind::PermissionDenied.into()) }
    /// let result = mount("debian.iso");
    /// let outcome = Outcome::of(&result, |error| match error.kind() {
    ///     std::io::ErrorKind::PermissionDenied => Outcome::Denied(MediaReason::NotAllowed),
    ///     std::io::ErrorKind::NotFound => MediaReason::NotFound.into(),
    ///     _ => MediaReason::Io.into(),
    /// });
    /// assert!(matches!(outcome, Outcome::Denied(MediaReason::NotAllowed)));
    /// ```
    pub fn of<T, E, W: Into<Outcome<R>>>(
        result: &Result<T, E>,
        reason: impl FnOnce(&E) -> W,
    ) -> Outcome<R> {
        match result {
            Ok(_) => Outcome::Success,
            Err(error) => reason(error).into(),
        }
    }

    /// The outcome without its reason.
    pub const fn kind(&self) -> OutcomeKind {
        match self {
            Outcome::Success => OutcomeKind::Success,
            Outcome::Denied(_) => OutcomeKind::Denied,
            Outcome::Failure(_) => OutcomeKind::Failure,
        }
    }
}

impl<R> From<R> for Outcome<R> {
    /// A failure, for this reason.
    fn from(reason: R) -> Outcome<R> {
        Outcome::Failure(reason)
    }
}

impl<R> core::fmt::Debug for Outcome<R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.kind().name())
    }
}

// SAFETY: writes the kind and what the reason, itself a value, writes.
unsafe impl<R: AuditReason> AuditValue for Outcome<R> {
    const TYPE: Type = Type::Outcome(&R::TYPE);
    const CLASS: Class = R::CLASS;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_u8(self.kind() as u8);
        match self {
            Outcome::Success => {}
            Outcome::Denied(reason) | Outcome::Failure(reason) => reason.encode(out),
        }
    }
}

/// How an action ended, as another log tells: it may not say, and then nobody knows whether it was
/// done. Whoever acts knows, and has an [`Outcome`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reported<R> {
    /// It is as that log says.
    Ended(Outcome<R>),
    /// It may have been done or not.
    Unknown,
}

impl<R> core::fmt::Debug for Reported<R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Reported::Ended(outcome) => outcome.fmt(f),
            Reported::Unknown => f.write_str(OutcomeKind::Unknown.name()),
        }
    }
}

// SAFETY: writes an outcome, or the kind alone, which is read as one without a reason.
unsafe impl<R: AuditReason> AuditValue for Reported<R> {
    const TYPE: Type = Type::Outcome(&R::TYPE);
    const CLASS: Class = R::CLASS;

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Reported::Ended(outcome) => outcome.encode(out),
            Reported::Unknown => out.put_u8(OutcomeKind::Unknown as u8),
        }
    }
}

/// A type for `#[audit(outcome)]`: [`Outcome`], or [`Reported`] where another log tells of it.
///
/// # Safety
///
/// As for [`AuditValue`]; its [`Type`] is [`Type::Outcome`].
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an outcome",
    label = "not an outcome",
    note = "an outcome is an `audit_core::Outcome<Reason>`; the reason is a fieldless enum with `#[derive(AuditValue)]`",
    note = "one that is known only when the operation ends, an `Awaited<Reason>`, goes with `#[audit(two_phase)]`"
)]
pub unsafe trait IsOutcome: AuditValue {}

// SAFETY: it is the type that is meant.
unsafe impl<R: AuditReason> IsOutcome for Outcome<R> {}

// SAFETY: its type is an outcome's.
unsafe impl<R: AuditReason> IsOutcome for Reported<R> {}

/// How an action ended, without the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum OutcomeKind {
    /// It was done.
    Success = 0,
    /// It was not allowed.
    Denied = 1,
    /// It was allowed and did not work.
    Failure = 2,
    /// Nobody knows.
    Unknown = 3,
}

impl OutcomeKind {
    /// The outcome's name in a line.
    pub const fn name(self) -> &'static str {
        match self {
            OutcomeKind::Success => "success",
            OutcomeKind::Denied => "denied",
            OutcomeKind::Failure => "failure",
            OutcomeKind::Unknown => "unknown",
        }
    }

    /// The level that follows from the outcome, unless the event says otherwise.
    pub const fn level(self) -> Level {
        match self {
            OutcomeKind::Success => Level::Info,
            OutcomeKind::Denied | OutcomeKind::Unknown => Level::Warn,
            OutcomeKind::Failure => Level::Error,
        }
    }

    pub(crate) const fn from_byte(byte: u8) -> Option<OutcomeKind> {
        match byte {
            0 => Some(OutcomeKind::Success),
            1 => Some(OutcomeKind::Denied),
            2 => Some(OutcomeKind::Failure),
            3 => Some(OutcomeKind::Unknown),
            _ => None,
        }
    }
}

/// How loudly a record speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// As expected.
    Info,
    /// Worth a look.
    Warn,
    /// Something did not work.
    Error,
}

impl Level {
    /// The level's name in a line.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }
}
