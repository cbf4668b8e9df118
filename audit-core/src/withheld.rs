//! What an event may hold and never tells.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use zeroize::Zeroize;

use crate::value::{AuditValue, Type};
use crate::{Class, Encoder};

/// A secret or content that an event carries past the log: recorded as withheld, and nothing more.
///
/// There is no way to its value: no accessor, no `Debug` of it, no comparison, no hash, no length.
/// An owned value is wiped when it is dropped; a borrowed one cannot be.
///
/// ```
/// use audit_core::Withheld;
/// let password = Withheld::new(String::from("hunter2"));
/// assert_eq!(format!("{password:?}"), "Withheld");
/// ```
///
/// Because it wipes on drop, an event that borrows must be declared after the buffer that it
/// borrows from.
pub struct Withheld<T: Withholdable>(T);

impl<T: Withholdable> Withheld<T> {
    /// Takes a value out of sight.
    pub const fn new(value: T) -> Withheld<T> {
        Withheld(value)
    }
}

impl<T: Withholdable> From<T> for Withheld<T> {
    fn from(value: T) -> Withheld<T> {
        Withheld::new(value)
    }
}

impl<T: Withholdable> Drop for Withheld<T> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

impl<T: Withholdable> core::fmt::Debug for Withheld<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Withheld")
    }
}

// SAFETY: writes nothing.
unsafe impl<T: Withholdable> AuditValue for Withheld<T> {
    const TYPE: Type = Type::Withheld;
    const CLASS: Class = Class::Withheld;

    fn encode(&self, _: &mut Encoder<'_>) {}
}

/// What can be withheld: text and bytes, borrowed or owned.
///
/// Implement it for a type of your own by wiping what it owns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be withheld",
    label = "nothing says how to wipe it",
    note = "text and bytes can be, borrowed or owned; implement `Withholdable` for a type of your own"
)]
pub trait Withholdable {
    /// Overwrites what the value owns; called when it is dropped.
    fn wipe(&mut self);
}

impl Withholdable for &str {
    fn wipe(&mut self) {}
}

impl Withholdable for &[u8] {
    fn wipe(&mut self) {}
}

impl<const N: usize> Withholdable for [u8; N] {
    fn wipe(&mut self) {
        self.zeroize();
    }
}

#[cfg(feature = "std")]
impl Withholdable for String {
    fn wipe(&mut self) {
        self.zeroize();
    }
}

#[cfg(feature = "std")]
impl Withholdable for Vec<u8> {
    fn wipe(&mut self) {
        self.zeroize();
    }
}

impl<T: Withholdable> Withholdable for Option<T> {
    fn wipe(&mut self) {
        if let Some(value) = self {
            value.wipe();
        }
    }
}
