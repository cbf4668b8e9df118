//! From a record's bytes to its values.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::pseudonym::Pseudonym;
use crate::record::{Ending, Malformed, PartValue, Value};
use crate::schema::Field;
use crate::schema::OutcomeKind;
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

impl<'a> Values<'a> {
    /// Hands the next value to what takes it. That is quicker than [`next`](Iterator::next), which
    /// puts a [`Value`] together first.
    #[doc(hidden)]
    #[inline]
    pub fn next_into<S: Sink<'a>>(
        &mut self,
        sink: impl FnOnce(&'static Field) -> S,
    ) -> Option<Result<S::Taken, Malformed>> {
        let field = self.fields.next()?;
        match (Cursor { rest: &mut self.rest }).read(&field.ty, sink(field)) {
            Some(taken) => Some(Ok(taken)),
            None => {
                self.fields = [].iter(); // What follows a malformed value has no place any more.
                Some(Err(Malformed { field: field.name }))
            }
        }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Result<(&'static Field, Value<'a>), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_into(ToValue)
    }
}

/// Takes one value of a record, whatever it is. `None` says that it is malformed.
#[doc(hidden)]
pub trait Sink<'a>: Sized {
    type Taken;

    fn absent(self) -> Option<Self::Taken>;
    fn withheld(self) -> Option<Self::Taken>;
    fn bool(self, value: bool) -> Option<Self::Taken>;
    fn small(self, number: i64) -> Option<Self::Taken>;
    fn unsigned(self, number: u64) -> Option<Self::Taken>;
    /// For those that write it as they write any other number of 64 bits.
    fn measure(self, number: u64) -> Option<Self::Taken> {
        self.unsigned(number)
    }
    fn signed(self, number: i64) -> Option<Self::Taken>;
    /// The bytes of a text, which nobody has looked at, and how many were cut.
    fn text(self, utf8: &'a [u8], cut: u32) -> Option<Self::Taken>;
    fn label(self, label: &'static str) -> Option<Self::Taken>;
    fn ip(self, ip: IpAddr) -> Option<Self::Taken>;
    fn address(self, address: SocketAddr) -> Option<Self::Taken>;
    fn pseudonym(self, pseudonym: Pseudonym) -> Option<Self::Taken>;
    fn group(self, values: Values<'a>) -> Option<Self::Taken>;
    fn outcome(self, ending: Ending) -> Option<Self::Taken>;
    fn part(self, part: PartValues<'a>) -> Option<Self::Taken>;
}

/// Makes a [`Value`] of it, beside its field.
struct ToValue(&'static Field);

macro_rules! to_value {
    ($($method:ident($($argument:ident: $ty:ty),*) => $value:expr;)*) => {$(
        fn $method(self, $($argument: $ty),*) -> Option<Self::Taken> {
            Some((self.0, $value))
        }
    )*};
}

impl<'a> Sink<'a> for ToValue {
    type Taken = (&'static Field, Value<'a>);

    to_value! {
        absent() => Value::Absent;
        withheld() => Value::Withheld;
        bool(value: bool) => Value::Bool(value);
        small(number: i64) => Value::Small(number);
        unsigned(number: u64) => Value::Unsigned(number);
        signed(number: i64) => Value::Signed(number);
        text(utf8: &'a [u8], cut: u32) => Value::Text(core::str::from_utf8(utf8).ok()?, cut);
        label(label: &'static str) => Value::Label(label);
        ip(ip: IpAddr) => Value::Ip(ip);
        address(address: SocketAddr) => Value::Address(address);
        pseudonym(pseudonym: Pseudonym) => Value::Pseudonym(pseudonym);
        group(values: Values<'a>) => Value::Group(values);
        outcome(ending: Ending) => Value::Outcome(ending);
        part(part: PartValues<'a>) => Value::Part(part);
    }
}

/// What stands for a name that somebody claimed, or for a credential.
enum Claim<'a> {
    Withheld,
    Pseudonym(Pseudonym),
    Text(&'a [u8], u32),
}

/// A whole part from a context: its keys, such as `user`, and their values.
#[derive(Clone, Copy)]
pub struct PartValues<'a> {
    whole: Whole,
    /// Begins with the part's values, which have been read once.
    bytes: &'a [u8],
}

type Entries<'a> = [Option<(&'static str, PartValue<'a>)>; 2];

#[derive(Clone, Copy)]
enum Whole {
    Actor,
    Source,
}

impl<'a> PartValues<'a> {
    /// The keys and values, in order.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, PartValue<'a>)> + use<'a> {
        let mut rest = self.bytes;
        let entries = Cursor { rest: &mut rest }.entries(self.whole);
        entries.into_iter().flatten().flatten()
    }
}

impl core::fmt::Debug for PartValues<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_map().entries(self.entries()).finish()
    }
}

/// Reads values off the front of a record; `None` where the bytes do not follow the type.
struct Cursor<'c, 'a> {
    rest: &'c mut &'a [u8],
}

impl<'a> Cursor<'_, 'a> {
    /// Inlined with its sink: what was put together in pieces is slow to move.
    #[inline]
    fn read<S: Sink<'a>>(&mut self, ty: &Type, sink: S) -> Option<S::Taken> {
        match ty {
            Type::Bool => sink.bool(self.flag()?),
            Type::Unsigned(64) => sink.unsigned(u64::from_le_bytes(self.array()?)),
            Type::Unsigned(8) => sink.small(i64::from(self.u8()?)),
            Type::Unsigned(16) => sink.small(i64::from(self.u16()?)),
            Type::Unsigned(_) => sink.small(i64::from(u32::from_le_bytes(self.array()?))),
            Type::Signed(64) => sink.signed(i64::from_le_bytes(self.array()?)),
            Type::Signed(8) => sink.small(i64::from(i8::from_le_bytes(self.array()?))),
            Type::Signed(16) => sink.small(i64::from(i16::from_le_bytes(self.array()?))),
            Type::Signed(_) => sink.small(i64::from(i32::from_le_bytes(self.array()?))),
            Type::Measure(_) => sink.measure(u64::from_le_bytes(self.array()?)),
            Type::Text(_) => {
                let (utf8, cut) = self.text()?;
                sink.text(utf8, cut)
            }
            Type::Ip => sink.ip(self.ip()?),
            Type::Address => sink.address(SocketAddr::new(self.ip()?, self.u16()?)),
            Type::Enum(labels) => sink.label(self.label(labels)?),
            Type::Optional(inner) => match self.flag()? {
                true => self.read_inner(inner, sink),
                false => sink.absent(),
            },
            Type::Group(fields) => sink.group(self.group(fields)?),
            Type::Withheld => sink.withheld(),
            Type::Keyed | Type::Claimed(_) => match self.claim()? {
                Claim::Withheld => sink.withheld(),
                Claim::Pseudonym(pseudonym) => sink.pseudonym(pseudonym),
                Claim::Text(utf8, cut) => sink.text(utf8, cut),
            },
            Type::Outcome(reason) => sink.outcome(self.outcome(reason)?),
            Type::Awaited(reason) => sink.outcome(self.awaited(reason)?),
            Type::Actor => sink.part(self.part(Whole::Actor)?),
            Type::Source => sink.part(self.part(Whole::Source)?),
        }
    }

    /// As `read`, of what stands inside another.
    fn read_inner<S: Sink<'a>>(&mut self, ty: &Type, sink: S) -> Option<S::Taken> {
        self.read(ty, sink)
    }

    #[inline]
    fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        *self.rest = rest;
        Some(bytes)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    #[inline]
    fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    #[inline]
    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    #[inline]
    fn flag(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    #[inline]
    fn text(&mut self) -> Option<(&'a [u8], u32)> {
        let len = self.u16()?;
        let cut = u32::from_le_bytes(self.array()?);
        Some((self.bytes(usize::from(len))?, cut))
    }

    #[inline]
    fn ip(&mut self) -> Option<IpAddr> {
        match self.u8()? {
            4 => self.array().map(|octets: [u8; 4]| IpAddr::V4(Ipv4Addr::from(octets))),
            6 => self.array().map(|octets: [u8; 16]| IpAddr::V6(Ipv6Addr::from(octets))),
            _ => None,
        }
    }

    #[inline]
    fn label(&mut self, labels: &'static [&'static str]) -> Option<&'static str> {
        labels.get(usize::from(self.u16()?)).copied()
    }

    /// A group's values are read twice: here to find its end, and by whoever iterates over it.
    fn group(&mut self, fields: &'static [Field]) -> Option<Values<'a>> {
        let group = Values::of(fields, self.rest);
        for field in fields {
            self.read_inner(&field.ty, ToValue(field))?;
        }
        Some(group)
    }

    #[inline]
    fn claim(&mut self) -> Option<Claim<'a>> {
        match self.u8()? {
            0 => Some(Claim::Withheld),
            1 => self.array().map(|bytes| Claim::Pseudonym(Pseudonym(bytes))),
            2 => self.text().map(|(utf8, cut)| Claim::Text(utf8, cut)),
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

    /// A part's values are read twice, as a group's are.
    fn part(&mut self, whole: Whole) -> Option<PartValues<'a>> {
        let bytes = *self.rest;
        self.entries(whole)?;
        Some(PartValues { whole, bytes })
    }

    fn entries(&mut self, whole: Whole) -> Option<Entries<'a>> {
        match whole {
            Whole::Actor => self.actor(),
            Whole::Source => self.source(),
        }
    }

    fn actor(&mut self) -> Option<Entries<'a>> {
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

    fn source(&mut self) -> Option<Entries<'a>> {
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
        let (utf8, _) = self.text()?;
        core::str::from_utf8(utf8).ok().map(PartValue::Text)
    }

    fn part_claimed(&mut self) -> Option<PartValue<'a>> {
        Some(match self.claim()? {
            Claim::Withheld => PartValue::Withheld,
            Claim::Pseudonym(pseudonym) => PartValue::Pseudonym(pseudonym),
            Claim::Text(utf8, _) => PartValue::Text(core::str::from_utf8(utf8).ok()?),
        })
    }
}
