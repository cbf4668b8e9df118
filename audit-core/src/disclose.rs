//! Recording what is not vocabulary, by word.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::record::Encoder;
use crate::value::Type;

/// The most that is recorded of a disclosed text, in escaped bytes; the rest is cut visibly.
pub(crate) const DISCLOSED_TEXT_MAX: u16 = 256;

/// Text or a number that a field may record with `#[audit(disclose = "why")]`.
///
/// Never byte sequences, arrays or collections, nor anything that is [`Withheld`](crate::Withheld).
///
/// # Safety
///
/// As for [`AuditValue`](crate::AuditValue).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be disclosed",
    label = "only text, integers and `Option`s of these can",
    note = "bytes are content: record their size with `audit_core::vocab::ByteSize`, or declare the field as `Withheld<…>`",
    note = "a type that is an `AuditValue` is recorded without `disclose`"
)]
pub unsafe trait Disclosable {
    /// What the values are.
    const TYPE: Type;

    #[doc(hidden)]
    fn encode(&self, out: &mut Encoder<'_>);
}

macro_rules! disclosable_integers {
    ($($ty:ident => $make:expr;)*) => {$(
        // SAFETY: writes the integer, as its type says.
        #[diagnostic::do_not_recommend]
        unsafe impl Disclosable for $ty {
            const TYPE: Type = $make;

            fn encode(&self, out: &mut Encoder<'_>) {
                out.put(&self.to_le_bytes());
            }
        }
    )*};
}

disclosable_integers! {
    u8 => Type::Unsigned(8);
    u16 => Type::Unsigned(16);
    u32 => Type::Unsigned(32);
    u64 => Type::Unsigned(64);
    i8 => Type::Signed(8);
    i16 => Type::Signed(16);
    i32 => Type::Signed(32);
    i64 => Type::Signed(64);
}

macro_rules! disclosable_texts {
    ($($ty:ty),*) => {$(
        // SAFETY: writes the text up to the limit of its type.
        #[diagnostic::do_not_recommend]
        unsafe impl Disclosable for $ty {
            const TYPE: Type = Type::Text(DISCLOSED_TEXT_MAX);

            fn encode(&self, out: &mut Encoder<'_>) {
                out.put_text(self, DISCLOSED_TEXT_MAX);
            }
        }
    )*};
}

disclosable_texts!(&str);
#[cfg(feature = "std")]
disclosable_texts!(String, &String, std::borrow::Cow<'_, str>);

// SAFETY: writes what the inner value writes, or nothing.
unsafe impl<T: Disclosable> Disclosable for Option<T> {
    const TYPE: Type = Type::Optional(&T::TYPE);

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_u8(u8::from(self.is_some()));
        if let Some(value) = self {
            value.encode(out);
        }
    }
}
