//! Sessions, without their credentials.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::pseudonym::Domain;
use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// A session, made from its cookie or token. Those are credentials, so only a short keyed hash is
/// recorded: enough to join the lines of one session, useless to take it over.
#[derive(Clone, Copy)]
pub struct SessionRef<'a>(&'a [u8]);

impl<'a> SessionRef<'a> {
    /// The session that this cookie or token opens.
    pub const fn of(credential: &'a str) -> SessionRef<'a> {
        SessionRef(credential.as_bytes())
    }

    /// The session that this cookie or token opens, where it is not text.
    pub const fn of_bytes(credential: &'a [u8]) -> SessionRef<'a> {
        SessionRef(credential)
    }

    #[cfg(feature = "std")]
    pub(crate) const fn credential(self) -> &'a [u8] {
        self.0
    }
}

impl core::fmt::Debug for SessionRef<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SessionRef")
    }
}

// SAFETY: writes a keyed hash of the credential, or nothing where there is no key.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for SessionRef<'_> {
    const TYPE: Type = Type::Keyed;
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_keyed(Domain::Session, self.0);
    }
}
