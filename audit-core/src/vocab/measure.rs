//! Numbers with a meaning.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use core::time::Duration;

use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

macro_rules! measures {
    ($($(#[$doc:meta])* $name:ident, $unit:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        // SAFETY: writes the number.
        #[diagnostic::do_not_recommend]
        unsafe impl AuditValue for $name {
            const TYPE: Type = Type::Measure($unit);
            const CLASS: Class = Class::Internal;

            fn encode(&self, out: &mut Encoder<'_>) {
                out.put(&self.0.to_le_bytes());
            }
        }
    )*};
}

measures! {
    /// How many.
    Count, "";
    /// How large, in bytes. Not for content that somebody typed or pasted, whose exact length helps to guess it:
    /// [`PasteSize`](super::PasteSize) keeps a bucket.
    ByteSize, "bytes";
    /// How long, in whole milliseconds.
    Elapsed, "ms";
    /// Which of several things of a kind: a line of GPIO, a slot, a channel, a port; by the number that
    /// the hardware gives it.
    HardwareIndex, "";
}

impl Count {
    /// So many.
    pub const fn new(count: u64) -> Count {
        Count(count)
    }
}

impl ByteSize {
    /// So many bytes.
    pub const fn new(bytes: u64) -> ByteSize {
        ByteSize(bytes)
    }
}

impl HardwareIndex {
    /// The one with this number.
    pub const fn new(number: u32) -> HardwareIndex {
        HardwareIndex(number as u64)
    }
}

impl From<Duration> for Elapsed {
    /// The duration in whole milliseconds; one beyond 2^64 of them counts as that.
    fn from(duration: Duration) -> Elapsed {
        Elapsed(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}
