//! What went wrong, as a code and never as a text.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// An error's number: the operating system's, or one of a vendor's. Never the error's text, which
/// quotes what it is about: a path, an argument, a line of input.
///
/// It is for numbers that stand in a manual. A number that somebody typed, such as a PIN, is a
/// secret: that is [`Withheld`](crate::Withheld).
///
/// ```
/// use audit_core::vocab::ErrorCode;
/// let no_such_file = ErrorCode::new(2);
/// # #[cfg(feature = "std")]
/// assert_eq!(ErrorCode::of_io(&std::io::Error::from_raw_os_error(2)), Some(no_such_file));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(i32);

impl ErrorCode {
    /// The error of this number.
    pub const fn new(code: i32) -> ErrorCode {
        ErrorCode(code)
    }

    /// The number that the operating system gave an I/O error; `None` where a program made it.
    #[cfg(feature = "std")]
    pub fn of_io(error: &std::io::Error) -> Option<ErrorCode> {
        error.raw_os_error().map(ErrorCode)
    }
}

// SAFETY: writes the number, whose meaning is that of a code.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for ErrorCode {
    const TYPE: Type = Type::Signed(32);
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.0.to_le_bytes());
    }
}
