//! The encoded form of an event: what crosses the channel.

#[doc(hidden)]
pub use crate::decode::Sink;
pub use crate::decode::{PartValues, Values};
pub use crate::encode::Encoder;
#[doc(hidden)]
pub use crate::escape::specials;
pub use crate::recorder::EventRef;
pub use crate::wire::{ParseError, WIRE_HEADER};

use core::net::{IpAddr, SocketAddr};

use crate::pseudonym::Pseudonym;
use crate::recorder::Encode;
use crate::schema::{OutcomeRule, Schema};
use crate::two_phase::Phase;
use crate::{
    Context, Emission, EmitError, Level, Recorder,
    schema::{OutcomeKind, Place},
};

/// The longest line that a record may become, in bytes, its newline included.
pub const LINE_BYTES_MAX: usize = 16 * 1024;

/// The encoded form of one event, in memory of the recorder's choice. It holds no withheld byte.
///
/// A record comes only from [`EventRef::encode`](crate::record::EventRef::encode), or, where it was made
/// elsewhere, from [`Catalog::parse`](crate::Catalog::parse), which checks it against its schema.
#[derive(Clone)]
pub struct Record<B> {
    schema: &'static Schema,
    buffer: B,
    len: usize,
}

impl<B: Bytes> Record<B> {
    /// `buffer` holds `len` bytes that an encoder wrote by this schema.
    pub(crate) fn new(schema: &'static Schema, buffer: B, len: usize) -> Record<B> {
        Record { schema, buffer, len }
    }

    /// What the record is a record of.
    pub fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// The encoded bytes.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.bytes().get(..self.len).unwrap_or_default()
    }

    /// The values, in the order of the schema's fields.
    pub fn values(&self) -> Values<'_> {
        Values::of(self.schema.fields, self.bytes())
    }

    /// How it ended.
    pub fn ending(&self) -> Ending {
        self.ending_and_rest().0
    }

    /// How it ended, and the values that do not tell of that.
    #[doc(hidden)]
    pub fn ending_and_rest(&self) -> (Ending, Values<'_>) {
        let outcome = match self.schema.outcome {
            OutcomeRule::Always(kind) => kind,
            OutcomeRule::Field => OutcomeKind::Unknown,
        };
        let unphased = Ending { outcome, reason: None, phase: None };
        let mut values = self.values();
        // The outcome and the reason come first, see `Place`.
        match self.schema.fields.first().map(|field| field.place) {
            Some(Place::Outcome | Place::Reason) => {}
            _ => return (unphased, values),
        }
        let ending = match values.next() {
            Some(Ok((_, Value::Outcome(ending)))) => ending,
            Some(Ok((_, Value::Label(reason)))) => Ending { reason: Some(reason), ..unphased },
            _ => unphased,
        };
        (ending, values)
    }

    /// How loudly it speaks: a beginning is as expected, an end speaks by its outcome.
    pub fn level(&self) -> Level {
        let Ending { outcome, phase, .. } = self.ending();
        self.schema.level_of(outcome, phase)
    }
}

impl<B: Bytes> Record<B> {
    /// Hands the record to the program's recorder, as an event's `emit` does: for records that came
    /// from elsewhere.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why it was not accepted.
    pub fn emit(&self) -> Result<(), EmitError> {
        Emission::of_encoded(self).emit()
    }

    /// The record with this recorder instead of the program's: `record.to(&recorder).emit()`.
    pub fn to<'a>(&'a self, recorder: &'a dyn Recorder) -> Emission<'a> {
        Emission::of_encoded(self).to(recorder)
    }
}

/// A record is encoded already.
impl<B: Bytes> Encode for Record<B> {
    fn schema(&self) -> &'static Schema {
        self.schema
    }

    fn encode(&self, _: Option<&Context<'_>>, out: &mut Encoder<'_>) {
        out.put(self.bytes());
    }
}

impl<B> core::fmt::Debug for Record<B> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Record")
            .field("event", &self.schema.event)
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

/// Memory that a record may be read from: what a [`Buffer`] is, and `&[u8]`.
pub trait Bytes: sealed::Bytes {}

impl<B: sealed::Bytes> Bytes for B {}

/// Memory that an event may be encoded into: an array, `&mut [u8]` or, with `std`, `Box<[u8]>`.
pub trait Buffer: Bytes + sealed::Buffer {}

impl<B: sealed::Buffer> Buffer for B {}

mod sealed {
    pub trait Bytes {
        fn bytes(&self) -> &[u8];
    }

    pub trait Buffer: Bytes {
        fn bytes_mut(&mut self) -> &mut [u8];
    }

    impl Bytes for &[u8] {
        fn bytes(&self) -> &[u8] {
            self
        }
    }

    impl<const N: usize> Bytes for [u8; N] {
        fn bytes(&self) -> &[u8] {
            self
        }
    }

    impl<const N: usize> Buffer for [u8; N] {
        fn bytes_mut(&mut self) -> &mut [u8] {
            self
        }
    }

    impl Bytes for &mut [u8] {
        fn bytes(&self) -> &[u8] {
            self
        }
    }

    impl Buffer for &mut [u8] {
        fn bytes_mut(&mut self) -> &mut [u8] {
            self
        }
    }

    #[cfg(feature = "std")]
    impl Bytes for Box<[u8]> {
        fn bytes(&self) -> &[u8] {
            self
        }
    }

    #[cfg(feature = "std")]
    impl Buffer for Box<[u8]> {
        fn bytes_mut(&mut self) -> &mut [u8] {
            self
        }
    }
}

/// A buffer was too small for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSmall {
    /// The size that suffices for this very event, in bytes.
    pub needed: usize,
}

impl core::fmt::Display for TooSmall {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the record needs a buffer of {} bytes", self.needed)
    }
}

impl core::error::Error for TooSmall {}

/// A record's bytes do not follow its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The name of the first field that could not be read.
    pub field: &'static str,
}

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the record's field `{}` does not follow its schema", self.field)
    }
}

impl core::error::Error for Malformed {}

/// How the action of a record ended, as far as the record knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ending {
    /// How it ended.
    pub outcome: OutcomeKind,
    /// Why, where there is a reason.
    pub reason: Option<&'static str>,
    /// Where the operation stands, if its event has two phases.
    pub phase: Option<Phase>,
}

/// One value of a record.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value<'a> {
    /// There is none.
    Absent,
    /// There is one, and it is withheld.
    Withheld,
    /// `true` or `false`.
    Bool(bool),
    /// An integer of at most 32 bits.
    Small(i64),
    /// An unsigned integer of 64 bits, or a measure.
    Unsigned(u64),
    /// A signed integer of 64 bits.
    Signed(i64),
    /// Text, and how many bytes of it were cut.
    Text(&'a str, u32),
    /// A label of an enum.
    Label(&'static str),
    /// An IP address.
    Ip(IpAddr),
    /// An IP address and a port.
    Address(SocketAddr),
    /// What stands for a text that is not recorded.
    Pseudonym(Pseudonym),
    /// Several values, by name.
    Group(Values<'a>),
    /// How it ended.
    Outcome(Ending),
    /// A whole part from a context.
    Part(PartValues<'a>),
}

/// A value inside a [`Value::Part`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum PartValue<'a> {
    /// Text.
    Text(&'a str),
    /// What stands for a text that is not recorded.
    Pseudonym(Pseudonym),
    /// Something withheld.
    Withheld,
    /// An IP address.
    Ip(IpAddr),
    /// A port.
    Port(u16),
}

pub(crate) use sealed::Buffer as SealedBuffer;
