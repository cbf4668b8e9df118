//! What may be said of content: types that look at it and keep none of it.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::value::{AuditValue, Type};
use crate::{Class, Encoder};

/// About how large something is: an exact length would help to guess what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum SizeBucket {
    /// Nothing at all.
    Empty = 0,
    /// 1 to 64 bytes.
    UpTo64B = 1,
    /// 65 to 1,024 bytes.
    UpTo1KiB = 2,
    /// Up to 16 KiB.
    UpTo16KiB = 3,
    /// Up to 1 MiB.
    UpTo1MiB = 4,
    /// More than 1 MiB.
    Over1MiB = 5,
}

impl SizeBucket {
    const LABELS: &'static [&'static str] =
        &["empty", "up_to_64_b", "up_to_1_kib", "up_to_16_kib", "up_to_1_mib", "over_1_mib"];

    /// The bucket that so many bytes fall into.
    pub const fn of_bytes(bytes: u64) -> SizeBucket {
        match bytes {
            0 => SizeBucket::Empty,
            1..=64 => SizeBucket::UpTo64B,
            65..=1024 => SizeBucket::UpTo1KiB,
            1025..=16_384 => SizeBucket::UpTo16KiB,
            16_385..=1_048_576 => SizeBucket::UpTo1MiB,
            _ => SizeBucket::Over1MiB,
        }
    }
}

// SAFETY: writes the bucket.
unsafe impl AuditValue for SizeBucket {
    const TYPE: Type = Type::Enum(SizeBucket::LABELS);
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_u16(*self as u16);
    }
}

/// About how large a pasted text was, and nothing else of it.
///
/// ```
/// use audit_core::vocab::PasteSize;
/// let size = PasteSize::of("correct horse battery staple");
/// assert_eq!(size, PasteSize::of("hunter2")); // both are short, and that is all
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasteSize(SizeBucket);

impl PasteSize {
    /// Looks at a pasted text and keeps the bucket of its size.
    pub const fn of(text: &str) -> PasteSize {
        PasteSize(SizeBucket::of_bytes(text.len() as u64))
    }
}

// SAFETY: writes the bucket.
unsafe impl AuditValue for PasteSize {
    const TYPE: Type = SizeBucket::TYPE;
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        self.0.encode(out);
    }
}
