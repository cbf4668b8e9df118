//! From a record's bytes to its values.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::OutcomeKind;
use crate::pseudonym::Pseudonym;
use crate::record::{Ending, Malformed, PartValue, Value};
use crate::schema::Field;
use crate::two_phase::Phase;
use crate::value::Type;

/// The values of a record or of a group in it, in order.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    fields: core::slice::Iter<'static, Field>,
    rest: &'a [u8],
}

impl<'a> Values<'a> {
    pub(crate) fn of(fields: &'static [Field], bytes: &'a [u8]) -> Values<'a> {
        Values { fields: fields.iter(), rest: bytes }
    }

    /// What follows the values that were read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }
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
            Type::Outcome(reason) => Value::Outcome(self.outcome(reason)?),
            Type::Awaited(reason) => Value::Outcome(self.awaited(reason)?),
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
        let group = Values::of(fields, self.rest);
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

    fn outcome(&mut self, reason: &Type) -> Option<Ending> {
        let outcome = OutcomeKind::from_byte(self.u8()?)?;
        let reason = match (outcome, reason) {
            (OutcomeKind::Success | OutcomeKind::Unknown, _) => None,
            (_, Type::Enum(labels)) => Some(self.label(labels)?),
            _ => return None,
        };
        Some(Ending { outcome, reason, phase: None })
    }

    fn awaited(&mut self, reason: &Type) -> Option<Ending> {
        let unknown =
            |phase| Ending { outcome: OutcomeKind::Unknown, reason: None, phase: Some(phase) };
        Some(match self.u8()? {
            0 => unknown(Phase::Begun),
            1 => {
                let phase = Phase::Ended(u64::from_le_bytes(self.array()?));
                Ending { phase: Some(phase), ..self.outcome(reason)? }
            }
            2 => unknown(Phase::Abandoned(u64::from_le_bytes(self.array()?))),
            _ => return None,
        })
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
