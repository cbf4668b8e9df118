//! What may be said of content: types that look at it and keep none of it.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// About how large something is.
///
/// Content is told of in buckets and not in bytes, because an exact length gives the content away:
/// it rules out almost every password that could have been pasted, and among files or scripts that
/// are known it as good as names the one. A bucket still tells a slip of the mouse from a program.
///
/// ```
/// use audit_core::vocab::SizeBucket;
/// assert_eq!(SizeBucket::of_bytes(28), SizeBucket::of_bytes(7));
/// ```
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
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for SizeBucket {
    const TYPE: Type = Type::Enum(SizeBucket::LABELS);
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_u16(*self as u16);
    }
}

macro_rules! sizes {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(SizeBucket);

        // SAFETY: writes the bucket.
        #[diagnostic::do_not_recommend]
        unsafe impl AuditValue for $name {
            const TYPE: Type = SizeBucket::TYPE;
            const CLASS: Class = SizeBucket::CLASS;

            fn encode(&self, out: &mut Encoder<'_>) {
                self.0.encode(out);
            }
        }
    )*};
}

sizes! {
    /// About how large a pasted text was, and nothing else of it.
    ///
    /// ```
    /// use audit_core::vocab::PasteSize;
    /// let size = PasteSize::of("correct horse battery staple");
    /// assert_eq!(size, PasteSize::of("hunter2")); // both are short, and that is all
    /// ```
    PasteSize;
    /// About how large an uploaded file was, and nothing else of it.
    ///
    /// ```
    /// use audit_core::vocab::UploadSize;
    /// assert_eq!(UploadSize::of(b"root:x:0:0"), UploadSize::of_bytes(64));
    /// ```
    UploadSize;
    /// About how large a script was that somebody handed in to be run, and nothing else of it.
    ///
    /// ```
    /// use audit_core::vocab::ScriptSize;
    /// assert_eq!(ScriptSize::of("reboot"), ScriptSize::of("mount /dev/sdb1 /mnt"));
    /// ```
    ScriptSize;
}

impl PasteSize {
    /// Looks at a pasted text and keeps the bucket of its size.
    pub const fn of(text: &str) -> PasteSize {
        PasteSize(SizeBucket::of_bytes(text.len() as u64))
    }
}

impl UploadSize {
    /// Looks at an uploaded file's bytes and keeps the bucket of their number.
    pub const fn of(bytes: &[u8]) -> UploadSize {
        UploadSize::of_bytes(bytes.len() as u64)
    }

    /// The bucket of an upload of so many bytes, for one that is never in memory as a whole.
    pub const fn of_bytes(bytes: u64) -> UploadSize {
        UploadSize(SizeBucket::of_bytes(bytes))
    }
}

impl ScriptSize {
    /// Looks at a script and keeps the bucket of its size.
    pub const fn of(script: &str) -> ScriptSize {
        ScriptSize(SizeBucket::of_bytes(script.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::{PasteSize, ScriptSize, SizeBucket, UploadSize};

    #[test]
    fn a_bucket_ends_where_the_next_begins() {
        let check = |last, bucket, next| {
            assert_eq!(SizeBucket::of_bytes(last), bucket, "{last}");
            assert_eq!(SizeBucket::of_bytes(last + 1), next, "{last} + 1");
        };
        check(0, SizeBucket::Empty, SizeBucket::UpTo64B);
        check(64, SizeBucket::UpTo64B, SizeBucket::UpTo1KiB);
        check(1024, SizeBucket::UpTo1KiB, SizeBucket::UpTo16KiB);
        check(16 * 1024, SizeBucket::UpTo16KiB, SizeBucket::UpTo1MiB);
        check(1024 * 1024, SizeBucket::UpTo1MiB, SizeBucket::Over1MiB);
        assert_eq!(SizeBucket::of_bytes(u64::MAX), SizeBucket::Over1MiB);
    }

    #[test]
    fn every_bucket_has_its_label() {
        assert_eq!(SizeBucket::LABELS.len(), SizeBucket::Over1MiB as usize + 1);
        assert_eq!(SizeBucket::LABELS.get(SizeBucket::UpTo1KiB as usize), Some(&"up_to_1_kib"));
    }

    #[test]
    fn content_leaves_only_its_bucket() {
        assert_eq!(PasteSize::of("é".repeat(32).as_str()).0, SizeBucket::UpTo64B);
        assert_eq!(PasteSize::of("é".repeat(33).as_str()).0, SizeBucket::UpTo1KiB);
        assert_eq!(ScriptSize::of("").0, SizeBucket::Empty);
        assert_eq!(UploadSize::of(&[0; 65]), UploadSize::of_bytes(1024));
        assert_eq!(format!("{:?}", ScriptSize::of("hunter2")), "ScriptSize(UpTo64B)");
    }
}
