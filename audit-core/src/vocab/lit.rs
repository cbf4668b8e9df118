//! Texts of the program itself.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::escape::escaped_len;
use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// A literal of the program, by [`lit!`](crate::lit): the one kind of text that cannot hold a
/// secret of the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lit(&'static str);

impl Lit {
    /// The longest literal, in escaped bytes.
    pub const LIMIT: u16 = 256;

    /// What [`lit!`](crate::lit) calls. A text that was leaked to live for ever is `&'static str`
    /// too, so that type alone proves nothing.
    ///
    /// # Safety
    ///
    /// The text must stand in the program's source.
    #[doc(hidden)]
    pub const unsafe fn __new(text: &'static str) -> Lit {
        assert!(
            escaped_len(text) <= Lit::LIMIT as usize,
            "a `lit!` is at most 256 bytes long once escaped"
        );
        Lit(text)
    }

    /// A literal of this crate.
    pub(crate) const fn ours(text: &'static str) -> Lit {
        Lit(text)
    }
}

// SAFETY: writes a literal of the program.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for Lit {
    const TYPE: Type = Type::Text(Lit::LIMIT);
    const CLASS: Class = Class::Public;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_text(self.0, Lit::LIMIT);
    }
}

/// A literal as a value of an event.
///
/// ```
/// let port = audit_core::lit!("front panel");
/// ```
///
/// Nothing else is taken:
///
/// ```compile_fail
/// let typed: &'static str = String::from("hunter2").leak();
/// let text = audit_core::lit!(typed);
/// ```
#[macro_export]
macro_rules! lit {
    ($text:literal) => {
        const {
            // SAFETY: the macro takes literals only.
            unsafe { $crate::vocab::Lit::__new($text) }
        }
    };
}
