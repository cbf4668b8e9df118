//! The encoded form of an event: what crosses the channel.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::pseudonym::Pseudonym;
use crate::schema::{Field, OutcomeRule, Schema};
use crate::value::Type;
use crate::{OutcomeKind, Place};

/// The encoded form of one event, in memory of the recorder's choice. It holds no withheld byte.
///
/// A record comes only from [`EventRef::encode`](crate::EventRef::encode): there is no way to make
/// one of bytes.
#[derive(Clone)]
pub struct Record<B> {
    schema: &'static Schema,
    buffer: B,
    len: usize,
}

impl<B: Buffer> Record<B> {
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
        Values { fields: self.schema.fields.iter(), rest: self.bytes() }
    }

    /// How it ended, and why, where there is a reason.
    pub fn ending(&self) -> (OutcomeKind, Option<&'static str>) {
        let constant = match self.schema.outcome {
            OutcomeRule::Always(kind) => kind,
            OutcomeRule::Field => OutcomeKind::Unknown,
        };
        // The outcome and the reason come first, see `Place`.
        match self.values().next() {
            Some(Ok((_, Value::Outcome(kind, reason)))) => (kind, reason),
            Some(Ok((field, Value::Label(reason)))) if field.place == Place::Reason => {
                (constant, Some(reason))
            }
            _ => (constant, None),
        }
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

/// Memory that a record may stand in.
pub trait Buffer: sealed::Buffer {}

impl<B: sealed::Buffer> Buffer for B {}

mod sealed {
    pub trait Buffer {
        fn bytes(&self) -> &[u8];
        fn bytes_mut(&mut self) -> &mut [u8];
    }

    impl<const N: usize> Buffer for [u8; N] {
        fn bytes(&self) -> &[u8] {
            self
        }
        fn bytes_mut(&mut self) -> &mut [u8] {
            self
        }
    }

    impl Buffer for &mut [u8] {
        fn bytes(&self) -> &[u8] {
            self
        }
        fn bytes_mut(&mut self) -> &mut [u8] {
            self
        }
    }

    #[cfg(feature = "std")]
    impl Buffer for Box<[u8]> {
        fn bytes(&self) -> &[u8] {
            self
        }
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
    /// An unsigned integer of 64 bits.
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
    /// How it ended, and why.
    Outcome(OutcomeKind, Option<&'static str>),
    /// A whole part from a context: its keys, such as `user`, and their values.
    Part([Option<(&'static str, PartValue<'a>)>; 2]),
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

/// The values of a record or of a group in it, in order.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    fields: core::slice::Iter<'static, Field>,
    rest: &'a [u8],
}

impl<'a> Iterator for Values<'a> {
    type Item = Result<(&'static Field, Value<'a>), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.fields.next()?;
        let value = Cursor { rest: &mut self.rest }.value(&field.ty);
        if value.is_none() {
            self.fields = [].iter(); // What follows a malformed value has no place any more.
        }
        Some(value.map(|value| (field, value)).ok_or(Malformed { field: field.name }))
    }
}

/// Reads values off the front of a record; `None` where the bytes do not follow the type.
struct Cursor<'c, 'a> {
    rest: &'c mut &'a [u8],
}

impl<'a> Cursor<'_, 'a> {
    fn value(&mut self, ty: &Type) -> Option<Value<'a>> {
        Some(match ty {
            Type::Bool => Value::Bool(self.flag()?),
            Type::Unsigned(64, _) => Value::Unsigned(u64::from_le_bytes(self.array()?)),
            Type::Unsigned(8, _) => Value::Small(i64::from(self.u8()?)),
            Type::Unsigned(16, _) => Value::Small(i64::from(self.u16()?)),
            Type::Unsigned(_, _) => Value::Small(i64::from(u32::from_le_bytes(self.array()?))),
            Type::Signed(64) => Value::Signed(i64::from_le_bytes(self.array()?)),
            Type::Signed(8) => Value::Small(i64::from(i8::from_le_bytes(self.array()?))),
            Type::Signed(16) => Value::Small(i64::from(i16::from_le_bytes(self.array()?))),
            Type::Signed(_) => Value::Small(i64::from(i32::from_le_bytes(self.array()?))),
            Type::Text(_) => self.text()?,
            Type::Ip => Value::Ip(self.ip()?),
            Type::Address => Value::Address(SocketAddr::new(self.ip()?, self.u16()?)),
            Type::Enum(labels) => Value::Label(self.label(labels)?),
            Type::Optional(inner) => match self.flag()? {
                true => self.value(inner)?,
                false => Value::Absent,
            },
            Type::Group(fields) => self.group(fields)?,
            Type::Withheld => Value::Withheld,
            Type::Keyed | Type::Claimed(_) => self.claimed()?,
            Type::Outcome(reason) => self.outcome(reason)?,
            Type::Actor => Value::Part(self.actor()?),
            Type::Source => Value::Part(self.source()?),
        })
    }

    fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        *self.rest = rest;
        Some(bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn flag(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn text(&mut self) -> Option<Value<'a>> {
        let len = self.u16()?;
        let cut = u32::from_le_bytes(self.array()?);
        let text = core::str::from_utf8(self.bytes(usize::from(len))?).ok()?;
        Some(Value::Text(text, cut))
    }

    fn ip(&mut self) -> Option<IpAddr> {
        match self.u8()? {
            4 => self.array().map(|octets: [u8; 4]| IpAddr::V4(Ipv4Addr::from(octets))),
            6 => self.array().map(|octets: [u8; 16]| IpAddr::V6(Ipv6Addr::from(octets))),
            _ => None,
        }
    }

    fn label(&mut self, labels: &'static [&'static str]) -> Option<&'static str> {
        labels.get(usize::from(self.u16()?)).copied()
    }

    /// A group's values are read twice: here to find its end, and by whoever iterates over it.
    fn group(&mut self, fields: &'static [Field]) -> Option<Value<'a>> {
        let group = Values { fields: fields.iter(), rest: self.rest };
        for field in fields {
            self.value(&field.ty)?;
        }
        Some(Value::Group(group))
    }

    fn claimed(&mut self) -> Option<Value<'a>> {
        match self.u8()? {
            0 => Some(Value::Withheld),
            1 => self.array().map(|bytes| Value::Pseudonym(Pseudonym(bytes))),
            2 => self.text(),
            _ => None,
        }
    }

    fn outcome(&mut self, reason: &Type) -> Option<Value<'a>> {
        let kind = OutcomeKind::from_byte(self.u8()?)?;
        let reason = match (kind, reason) {
            (OutcomeKind::Success | OutcomeKind::Unknown, _) => None,
            (_, Type::Enum(labels)) => Some(self.label(labels)?),
            _ => return None,
        };
        Some(Value::Outcome(kind, reason))
    }

    fn actor(&mut self) -> Option<[Option<(&'static str, PartValue<'a>)>; 2]> {
        Some(match self.u8()? {
            0 => [Some(("user", self.part_text()?)), None],
            1 => [Some(("user", self.part_text()?)), Some(("session", self.part_claimed()?))],
            2 => [Some(("user", self.part_claimed()?)), None],
            3 => [Some(("session", self.part_claimed()?)), None],
            4 => [Some(("service", self.part_text()?)), None],
            5 => [Some(("none", self.part_text()?)), None],
            _ => return None,
        })
    }

    fn source(&mut self) -> Option<[Option<(&'static str, PartValue<'a>)>; 2]> {
        Some(match self.u8()? {
            0 => [
                Some(("ip", PartValue::Ip(self.ip()?))),
                Some(("port", PartValue::Port(self.u16()?))),
            ],
            1 => [Some(("ip", PartValue::Ip(self.ip()?))), None],
            2 => [Some(("local", self.part_text()?)), None],
            3 => [Some(("none", self.part_text()?)), None],
            _ => return None,
        })
    }

    fn part_text(&mut self) -> Option<PartValue<'a>> {
        match self.text()? {
            Value::Text(text, _) => Some(PartValue::Text(text)),
            _ => None,
        }
    }

    fn part_claimed(&mut self) -> Option<PartValue<'a>> {
        Some(match self.claimed()? {
            Value::Text(text, _) => PartValue::Text(text),
            Value::Pseudonym(pseudonym) => PartValue::Pseudonym(pseudonym),
            _ => PartValue::Withheld,
        })
    }
}

pub(crate) use sealed::Buffer as SealedBuffer;
