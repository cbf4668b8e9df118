//! What an event may hold and never tells.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use zeroize::Zeroize;

use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// A secret or content that an event carries past the log: recorded as withheld, and nothing more.
///
/// There is no way to its value: no accessor, no `Debug` of it, no comparison, no hash, no length.
/// An owned value is wiped when it is dropped; a borrowed one cannot be. [`Withholdable`] says what
/// is wiped and what is not.
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

/// What can be withheld: text, bytes, numbers, and lists, boxes and options of these, borrowed or
/// owned.
///
/// What a value owns is overwritten when it is dropped, the unused rest of a `String` or `Vec`
/// included. Not overwritten: what is borrowed, which belongs to somebody else (also by a `Cow`);
/// what the program copied, or moved away from, before; and what a `Vec` left behind when it grew.
///
/// Implement it for a type of your own by wiping what it owns:
///
/// ```
/// use audit_core::{Withheld, Withholdable};
///
/// struct Report { modifiers: u8, keys: [u8; 6] }
///
/// impl Withholdable for Report {
///     fn wipe(&mut self) {
///         self.modifiers.wipe();
///         self.keys.wipe();
///     }
/// }
///
/// let typed = Withheld::new(Report { modifiers: 2, keys: [11, 0, 0, 0, 0, 0] });
/// let buffered = Withheld::new(vec![Report { modifiers: 0, keys: [24, 0, 0, 0, 0, 0] }]);
/// # drop((typed, buffered));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be withheld",
    label = "nothing says how to wipe it",
    note = "text, bytes and numbers can be, borrowed or owned, in lists, boxes and options too; implement `Withholdable` for a type of your own"
)]
pub trait Withholdable {
    /// Overwrites what the value owns; called when it is dropped.
    fn wipe(&mut self);
}

/// Nothing is wiped: it belongs to somebody else.
impl<T: ?Sized> Withholdable for &T {
    fn wipe(&mut self) {}
}

macro_rules! withholdable {
    ($($ty:ty),*) => {$(
        impl Withholdable for $ty {
            fn wipe(&mut self) {
                self.zeroize();
            }
        }
    )*};
}

withholdable!(bool, char, str, f32, f64);
withholdable!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);
#[cfg(feature = "std")]
withholdable!(String);

impl<T: Withholdable> Withholdable for [T] {
    fn wipe(&mut self) {
        self.iter_mut().for_each(T::wipe);
    }
}

impl<T: Withholdable, const N: usize> Withholdable for [T; N] {
    fn wipe(&mut self) {
        self.as_mut_slice().wipe();
    }
}

impl<T: Withholdable> Withholdable for Option<T> {
    fn wipe(&mut self) {
        if let Some(value) = self {
            value.wipe();
        }
    }
}

#[cfg(feature = "std")]
impl<T: Withholdable + ?Sized> Withholdable for Box<T> {
    fn wipe(&mut self) {
        (**self).wipe();
    }
}

#[cfg(feature = "std")]
impl<T: Withholdable> Withholdable for Vec<T> {
    fn wipe(&mut self) {
        self.spare_capacity_mut().zeroize(); // What was there before a `truncate` or a `pop`.
        self.as_mut_slice().wipe();
        self.clear();
    }
}

#[cfg(feature = "std")]
impl<T: ToOwned<Owned: Withholdable> + ?Sized> Withholdable for std::borrow::Cow<'_, T> {
    fn wipe(&mut self) {
        if let std::borrow::Cow::Owned(value) = self {
            value.wipe();
        }
    }
}

#[cfg(feature = "std")]
impl Withholdable for std::ffi::OsString {
    fn wipe(&mut self) {
        core::mem::take(self).into_encoded_bytes().wipe(); // The same memory, not a copy of it.
    }
}

#[cfg(feature = "std")]
impl Withholdable for std::path::PathBuf {
    fn wipe(&mut self) {
        core::mem::take(self).into_os_string().wipe();
    }
}

#[cfg(feature = "std")]
#[cfg(test)]
mod tests {
    use core::cell::{Cell, RefCell};
    use std::borrow::Cow;
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};

    use super::{Withheld, Withholdable};

    fn wiped<T: Withholdable>(mut value: T) -> T {
        value.wipe();
        value
    }

    /// Counts how often it was wiped.
    struct Counting<'a>(&'a Cell<u32>);

    impl Withholdable for Counting<'_> {
        fn wipe(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }

    /// Wipes a buffer that outlives it, so that a test can look at what is left.
    struct Buffer<'a>(&'a RefCell<[u8; 7]>);

    impl Withholdable for Buffer<'_> {
        fn wipe(&mut self) {
            self.0.borrow_mut().wipe();
        }
    }

    #[test]
    fn a_value_is_wiped_once_and_when_it_is_dropped() {
        let wipes = Cell::new(0);
        let withheld = Withheld::new(Counting(&wipes));
        let moved = withheld;
        assert_eq!(wipes.get(), 0);
        drop(moved);
        assert_eq!(wipes.get(), 1);
        let buffer = RefCell::new(*b"hunter2");
        drop(Withheld::new(Buffer(&buffer)));
        assert_eq!(buffer.into_inner(), [0; 7]);
    }

    #[test]
    fn every_item_of_what_holds_several_is_wiped() {
        let wipes = Cell::new(0);
        let taken = || {
            let taken = wipes.get();
            wipes.set(0);
            taken
        };
        let counting = || Counting(&wipes);
        drop(Withheld::new(vec![counting(), counting(), counting()]));
        assert_eq!(taken(), 3);
        drop(Withheld::new([counting(), counting()]));
        assert_eq!(taken(), 2);
        drop(Withheld::new(Box::new(counting())));
        assert_eq!(taken(), 1);
        let boxed: Box<[Counting<'_>]> = vec![counting(), counting()].into_boxed_slice();
        drop(Withheld::new(boxed));
        assert_eq!(taken(), 2);
        drop(Withheld::new(Box::new(counting()) as Box<dyn Withholdable + '_>));
        assert_eq!(taken(), 1);
        drop(Withheld::new(Some(vec![Some(counting()), None])));
        assert_eq!(taken(), 1);
    }

    #[test]
    fn numbers_are_overwritten_with_zero() {
        assert_eq!((wiped(0x5a_u8), wiped(u128::MAX), wiped(-1_i64)), (0, 0, 0));
        assert_eq!((wiped('x'), wiped(true)), ('\0', false));
        assert_eq!((wiped(4.2_f32).to_bits(), wiped(-4.2_f64).to_bits()), (0, 0));
        assert_eq!(wiped([[1_u16, 2], [3, 4]]), [[0, 0], [0, 0]]);
        assert_eq!(wiped(Some(['x'; 3])), Some(['\0'; 3]));
    }

    #[test]
    fn owned_text_is_overwritten_and_emptied() {
        assert_eq!(wiped(String::from("hunter2")), "");
        assert_eq!(wiped(vec![1_u8, 2, 3]), []);
        assert_eq!(&*wiped(Box::<str>::from("hunter2")), "\0\0\0\0\0\0\0");
        assert_eq!(&*wiped(Box::<[u8]>::from(*b"hunter2")), [0; 7]);
        assert_eq!(wiped(OsString::from("hunter2")), "");
        assert_eq!(wiped(PathBuf::from("/hunter2")), PathBuf::new());
    }

    #[test]
    fn what_is_borrowed_stays() {
        let text = String::from("hunter2");
        assert_eq!(wiped(text.as_str()), "hunter2");
        assert_eq!(wiped(&text), "hunter2");
        assert_eq!(wiped(Path::new("/hunter2")), Path::new("/hunter2"));
        assert_eq!(wiped(Cow::from("hunter2")), "hunter2");
        assert_eq!(wiped(Cow::<str>::from(text.clone())), "");
        assert_eq!(wiped(Cow::<[u8]>::from(vec![7])), [0; 0].as_slice());
        assert_eq!(wiped([text.as_str(), "x"]), ["hunter2", "x"]);
        let no_such: &dyn core::fmt::Debug = &"hunter2";
        assert_eq!(format!("{:?}", Withheld::new(no_such)), "Withheld");
    }
}
