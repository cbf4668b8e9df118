//! What may stand in an event, and what its values are.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use crate::escape::escaped_len;
use crate::schema::{Field, fields_max_encoded, fields_max_line, fields_max_schema};
use crate::{Class, record::Encoder};

/// A value that may stand in an audit event.
///
/// There is none for text, bytes, numbers, paths, maps or errors: nothing about those types says
/// that they hold no secret. What has it: `bool`, IP and socket addresses,
/// [`Withheld`](crate::Withheld), [`vocab`](crate::vocab), and what `#[derive(AuditValue)]` makes
/// of these.
///
/// ```compile_fail
/// #[derive(audit_core::AuditValue)]
/// struct Credentials { password: String }
/// ```
///
/// # Safety
///
/// Whoever implements this by hand vouches that `encode` writes what `TYPE` says and nothing that
/// must stay unsaid.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of an audit event",
    label = "this type does not say that it is safe to record",
    note = "a secret, or user content such as pasted text: wrap it, `Withheld<…>`",
    note = "a name, id, size, version or literal of the program (`lit!`): use the matching type in `audit_core::vocab`",
    note = "a fieldless enum, newtype or struct of your own: add `#[derive(AuditValue)]` to it",
    note = "text or an integer that is safe anyway: give the reason, `#[audit(disclose = \"…\", class = \"internal\")]`"
)]
pub unsafe trait AuditValue {
    /// What the values are.
    const TYPE: Type;
    /// How far they may travel.
    const CLASS: Class;

    #[doc(hidden)]
    fn encode(&self, out: &mut Encoder<'_>);
}

/// Why an action was denied or failed: a fieldless enum with `#[derive(AuditValue)]`, so that it is
/// a code and not a text that may quote a secret.
///
/// # Safety
///
/// As for [`AuditValue`]; its values are labels of its [`Type::Enum`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a reason",
    label = "a reason is a code",
    note = "declare a fieldless enum with `#[derive(AuditValue)]`, one variant a reason"
)]
pub unsafe trait AuditReason: AuditValue {
    /// What tells this trait from others that have no items, should its name mean another one where
    /// generated code stands.
    #[doc(hidden)]
    const IS_A_REASON: () = ();
}

/// What the values of a field are: how they are encoded, and how they look in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// An unsigned integer of so many bits (8, 16, 32 or 64). 64-bit ones are strings in a line,
    /// because many readers of JSON round them.
    Unsigned(u8),
    /// A signed integer of so many bits (8, 16, 32 or 64). 64-bit ones are strings in a line.
    Signed(u8),
    /// How many of this unit, as 64 bits; of nothing in particular where the unit is empty. It is a
    /// number in a line, because what it counts stays far below the numbers that readers round.
    Measure(&'static str),
    /// Text, cut visibly when it is longer than so many bytes once escaped.
    Text(u16),
    /// An IP address.
    Ip,
    /// An IP address and a port.
    Address,
    /// One of these labels.
    Enum(&'static [&'static str]),
    /// A value or nothing.
    Optional(&'static Type),
    /// Several values, by name.
    Group(&'static [Field]),
    /// Nothing but the fact that it was there.
    Withheld,
    /// A keyed pseudonym.
    Keyed,
    /// A name of at most so many escaped bytes where the account is known, otherwise a keyed
    /// pseudonym.
    Claimed(u16),
    /// An outcome, with a reason of this type where it is not a success.
    Outcome(&'static Type),
    /// The phase of an event of two phases, and at its end its outcome, with a reason of this type
    /// where it is not a success.
    Awaited(&'static Type),
    /// A whole actor, from a context.
    Actor,
    /// A whole source, from a context.
    Source,
}

impl Type {
    /// The longest encoding of a value, in bytes.
    pub const fn max_encoded(&self) -> usize {
        match self {
            Type::Bool => 1,
            Type::Unsigned(bits) | Type::Signed(bits) => *bits as usize / 8,
            Type::Measure(_) => 8,
            Type::Text(limit) => TEXT_HEADER + *limit as usize,
            Type::Ip => 17,
            Type::Address => 19,
            Type::Enum(_) => 2,
            Type::Optional(inner) => 1 + inner.max_encoded(),
            Type::Group(fields) => fields_max_encoded(fields),
            Type::Withheld => 0,
            Type::Keyed => 9,
            Type::Claimed(limit) => 1 + TEXT_HEADER + *limit as usize,
            Type::Outcome(reason) => 1 + reason.max_encoded(),
            Type::Awaited(reason) => 10 + reason.max_encoded(),
            Type::Actor => 1 + 2 * (TEXT_HEADER + 256) + 9,
            Type::Source => 1 + TEXT_HEADER + 256,
        }
    }

    /// An upper bound of a value's width in a line, in bytes.
    pub const fn max_line(&self) -> usize {
        match self {
            Type::Bool => 5,
            Type::Unsigned(_) | Type::Signed(_) | Type::Measure(_) => 22,
            Type::Text(limit) => *limit as usize + 40,
            Type::Ip => 60,
            Type::Address => 80,
            Type::Enum(labels) => longest(labels) + 2,
            Type::Optional(inner) => max(4, inner.max_line()),
            Type::Group(fields) => fields_max_line(fields),
            Type::Withheld => 17,
            Type::Keyed => 34,
            Type::Claimed(limit) => max(34, *limit as usize + 2),
            Type::Outcome(reason) => 40 + reason.max_line(),
            Type::Awaited(reason) => 100 + reason.max_line(),
            Type::Actor => 700,
            Type::Source => 300,
        }
    }

    /// How many fields stand in a group, and in the groups in it.
    pub(crate) const fn leaves(&self) -> usize {
        let mut rest: &[Field] = match self {
            Type::Group(fields) => fields,
            Type::Optional(inner) => return inner.leaves(),
            _ => &[],
        };
        let mut count = 0;
        while let [field, tail @ ..] = rest {
            count += 1 + field.ty.leaves();
            rest = tail;
        }
        count
    }

    /// An upper bound of the width of the type's name in a schema line, in bytes.
    pub(crate) const fn max_schema(&self) -> usize {
        match self {
            Type::Enum(labels) => {
                let mut total = 16;
                let mut rest = *labels;
                while let [label, tail @ ..] = rest {
                    total += escaped_len(label) + 3;
                    rest = tail;
                }
                total
            }
            Type::Optional(inner) => 16 + inner.max_schema(),
            Type::Outcome(reason) | Type::Awaited(reason) => 16 + reason.max_schema(),
            Type::Group(fields) => 32 + fields_max_schema(fields),
            _ => 32,
        }
    }
}

/// A text's length and how much of it was cut, before its bytes.
pub(crate) const TEXT_HEADER: usize = 6;

pub(crate) const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

const fn longest(labels: &[&str]) -> usize {
    let mut longest = 0;
    let mut rest = labels;
    while let [label, tail @ ..] = rest {
        longest = max(longest, escaped_len(label));
        rest = tail;
    }
    longest
}

// SAFETY: one bit says nothing but itself.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for bool {
    const TYPE: Type = Type::Bool;
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_u8(u8::from(*self));
    }
}

macro_rules! address_values {
    ($($address:ident => $ty:ident, $put:ident, $whole:ident;)*) => {$(
        // SAFETY: an address is what an audit record is asked for.
        #[diagnostic::do_not_recommend]
        unsafe impl AuditValue for $address {
            const TYPE: Type = Type::$ty;
            const CLASS: Class = Class::Personal;

            fn encode(&self, out: &mut Encoder<'_>) {
                out.$put($whole::from(*self));
            }
        }
    )*};
}

address_values! {
    IpAddr => Ip, put_ip, IpAddr;
    Ipv4Addr => Ip, put_ip, IpAddr;
    Ipv6Addr => Ip, put_ip, IpAddr;
    SocketAddr => Address, put_address, SocketAddr;
    SocketAddrV4 => Address, put_address, SocketAddr;
    SocketAddrV6 => Address, put_address, SocketAddr;
}

// SAFETY: writes what the inner value writes, or nothing.
unsafe impl<T: AuditValue> AuditValue for Option<T> {
    const TYPE: Type = Type::Optional(&T::TYPE);
    const CLASS: Class = T::CLASS;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_u8(u8::from(self.is_some()));
        if let Some(value) = self {
            value.encode(out);
        }
    }
}

// SAFETY: writes what the value behind the reference writes.
unsafe impl<T: AuditValue + ?Sized> AuditValue for &T {
    const TYPE: Type = T::TYPE;
    const CLASS: Class = T::CLASS;

    fn encode(&self, out: &mut Encoder<'_>) {
        (**self).encode(out);
    }
}
