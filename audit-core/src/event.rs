//! The trait that the derive implements.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::schema::longest_encoded;
use crate::{Context, record::Encoder, schema::Schema};

/// A typed audit event, by `#[derive(AuditEvent)]`.
///
/// # Safety
///
/// Whoever implements this by hand vouches that `variant` is the place of a schema in `SCHEMAS`, and
/// that `encode` writes the fields of this schema, in its order, and nothing that is withheld.
/// Crates that `#![forbid(unsafe_code)]` cannot, and that is what the guarantee rests on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an audit event",
    label = "not an audit event",
    note = "declare it with `#[derive(AuditEvent)]`; if it is declared so, one of its fields does not qualify"
)]
pub unsafe trait AuditEvent {
    /// What the event is and records: one schema, or one for each variant of an enum, in the order
    /// of declaration.
    const SCHEMAS: &'static [&'static Schema];

    /// The longest record of this event, in bytes: a buffer of this size always suffices.
    ///
    /// ```ignore
    /// let mut buffer = [0; <DoorOpened<'_> as AuditEvent>::MAX_ENCODED];
    /// ```
    const MAX_ENCODED: usize = longest_encoded(Self::SCHEMAS);

    /// The place of this very event's schema in `SCHEMAS`.
    #[doc(hidden)]
    fn variant(&self) -> usize {
        0
    }

    #[doc(hidden)]
    fn encode(&self, context: Option<&Context<'_>>, out: &mut Encoder<'_>);
}
