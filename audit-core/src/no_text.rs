//! What may stand under a name that says content or credential.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::value::AuditValue;
use crate::vocab::{
    ByteSize, Count, Elapsed, HttpMethod, HttpStatus, KeyFingerprint, PasteSize, ScriptSize,
    SizeBucket, UploadSize,
};
use crate::{Withheld, Withholdable};

/// A type that carries no text: what a field may have whose name says content or credential.
///
/// Under such a name (`password`, `token`, `paste`) a text is most likely the very thing that must
/// not be recorded, whatever type it was put into. Numbers and digests of any meaning, such as
/// [`ErrorCode`](crate::vocab::ErrorCode) and [`Digest`](crate::vocab::Digest), are not among these
/// types: a PIN is a number, and the digest of a password is a way to guess it.
///
/// ```
/// use audit_core::vocab::{KeyFingerprint, PasteSize};
/// use audit_core::{Withheld, vocab::CarriesNoText};
///
/// fn may_stand_under_any_name<T: CarriesNoText>(_: T) {}
/// may_stand_under_any_name(PasteSize::of("hunter2"));
/// may_stand_under_any_name(Some(Withheld::new("hunter2")));
/// may_stand_under_any_name(&KeyFingerprint::from_sha256_digest([0x5a; 32]));
/// ```
///
/// ```compile_fail
/// fn may_stand_under_any_name<T: audit_core::vocab::CarriesNoText>(_: T) {}
/// may_stand_under_any_name(audit_core::vocab::UserName::new("hunter2").unwrap());
/// ```
///
/// # Safety
///
/// Whoever implements this by hand vouches that no value's record lets a text, or a number that
/// somebody typed, be read or guessed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` could carry a secret: this field's name suggests one",
    label = "could carry a secret",
    note = "a secret, or content such as pasted text: withhold it, in `Withheld<…>`",
    note = "say what may be said of it: `PasteSize`, `SizeBucket`, `Count`, `KeyFingerprint`, or a fieldless enum of your own with `#[derive(AuditValue)]`",
    note = "if it holds no such thing, give it another name"
)]
pub unsafe trait CarriesNoText: AuditValue {
    /// As in [`AuditReason`](crate::AuditReason).
    #[doc(hidden)]
    const HAS_NO_TEXT: () = ();
}

// SAFETY: nothing of the value is recorded.
#[diagnostic::do_not_recommend]
unsafe impl<T: Withholdable> CarriesNoText for Withheld<T> {}

// SAFETY: one bit is no text.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for bool {}

// SAFETY: a number of things, which nobody types in place of a secret.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for Count {}

// SAFETY: a size that its type's documentation keeps away from what was typed or pasted.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for ByteSize {}

// SAFETY: a span of time that the program measured.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for Elapsed {}

// SAFETY: one of six labels.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for SizeBucket {}

// SAFETY: a size's bucket.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for PasteSize {}

// SAFETY: a size's bucket.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for UploadSize {}

// SAFETY: a size's bucket.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for ScriptSize {}

// SAFETY: a digest of what is public; its text has one form, and none but a digest fits.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for KeyFingerprint {}

// SAFETY: a label of this crate, whatever text it was made of.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for HttpMethod {}

// SAFETY: one of five hundred numbers that the program answered with.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for HttpStatus {}

#[cfg(feature = "std")]
// SAFETY: a label of this crate.
#[diagnostic::do_not_recommend]
unsafe impl CarriesNoText for crate::vocab::IoErrorKind {}

// SAFETY: such a value, or its absence.
#[diagnostic::do_not_recommend]
unsafe impl<T: CarriesNoText> CarriesNoText for Option<T> {}

// SAFETY: writes what the value behind the reference writes.
#[diagnostic::do_not_recommend]
unsafe impl<T: CarriesNoText + ?Sized> CarriesNoText for &T {}

/// A type that tells no length either: what a field may have whose name says something typed or
/// pasted, unless the name says too that it counts something (`paste_count`, `pin_attempts`).
///
/// The exact length of a password is half of guessing it, and a code or the number of a key is a
/// number, so [`Count`], [`ByteSize`] and [`Elapsed`] are not among these types: [`PasteSize`] and
/// [`SizeBucket`] tell about how large something was. Nor is [`KeyFingerprint`]: of what is secret
/// none is made.
///
/// # Safety
///
/// As for [`CarriesNoText`]; and no value's record lets the length of a text be read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` could carry a secret, or its length: this field's name suggests something typed, pasted or secret",
    label = "could carry a secret, or its length",
    note = "a secret, or content such as pasted text: withhold it, in `Withheld<…>`",
    note = "about how large it was: `PasteSize`, `SizeBucket`; or a fieldless enum of your own with `#[derive(AuditValue)]`",
    note = "if it counts occasions, say so in the name: `…_count`, `…_attempts`; if it holds no such thing, give it another name"
)]
pub unsafe trait TellsNoLength: CarriesNoText {
    /// As in [`AuditReason`](crate::AuditReason).
    #[doc(hidden)]
    const HAS_NO_LENGTH: () = ();
}

macro_rules! tell_no_length {
    ($($ty:ty),* $(,)?) => {$(
        // SAFETY: a value of its type is as long as any other, or a label of its type, and neither
        // counts characters.
        #[diagnostic::do_not_recommend]
        unsafe impl TellsNoLength for $ty {}
    )*};
}

tell_no_length! {
    bool, HttpMethod, HttpStatus, PasteSize, ScriptSize, SizeBucket, UploadSize,
}

// SAFETY: nothing of the value is recorded.
#[diagnostic::do_not_recommend]
unsafe impl<T: Withholdable> TellsNoLength for Withheld<T> {}

// SAFETY: a label of this crate.
#[cfg(feature = "std")]
#[diagnostic::do_not_recommend]
unsafe impl TellsNoLength for crate::vocab::IoErrorKind {}

// SAFETY: such a value, or its absence.
#[diagnostic::do_not_recommend]
unsafe impl<T: TellsNoLength> TellsNoLength for Option<T> {}

// SAFETY: writes what the value behind the reference writes.
#[diagnostic::do_not_recommend]
unsafe impl<T: TellsNoLength + ?Sized> TellsNoLength for &T {}
