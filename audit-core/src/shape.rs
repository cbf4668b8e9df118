//! As which types of JSON values stand in a line's `data`.

use crate::Class;
use crate::schema::{Field, Place, Treatment};
use crate::value::Type;

/// As which type of JSON a value stands under its key.
///
/// A key of `data` has one of these, in all events of a program and in all versions of it, because
/// what stores lines in columns refuses a second one: [`catalog!`](crate::catalog) checks the events
/// of a list, the lock what they recorded before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// A number.
    Number,
    /// A string: texts, labels, addresses without a port, disclosed integers of 64 bits.
    Text,
    /// `true` or `false`.
    Bool,
    /// An object: groups, and addresses with a port.
    Group,
}

impl Shape {
    /// The shape's name in a lock.
    pub const fn name(self) -> &'static str {
        match self {
            Shape::Number => "number",
            Shape::Text => "text",
            Shape::Bool => "bool",
            Shape::Group => "group",
        }
    }

    pub(crate) const fn is(self, other: Shape) -> bool {
        self as u8 == other as u8
    }
}

impl Type {
    /// As which type of JSON a value of this type stands under its key. `None` where nothing ever
    /// stands there: what is withheld is in the line's list of these, and a keyed pseudonym has a
    /// key of its own.
    pub const fn shape(&self) -> Option<Shape> {
        Some(match self {
            Type::Bool => Shape::Bool,
            // Many readers of JSON round larger ones.
            Type::Unsigned(64) | Type::Signed(64) => Shape::Text,
            Type::Unsigned(_) | Type::Signed(_) | Type::Measure(_) => Shape::Number,
            Type::Text(_) | Type::Ip | Type::Enum(_) | Type::Claimed(_) => Shape::Text,
            Type::Address | Type::Group(_) => Shape::Group,
            Type::Outcome(_) | Type::Awaited(_) | Type::Actor | Type::Source => Shape::Group,
            Type::Optional(inner) => return inner.shape(),
            Type::Withheld | Type::Keyed => return None,
        })
    }

    /// The keys of the object that a value of this type is, where it is one.
    pub(crate) const fn members(&'static self) -> &'static [Field] {
        match self {
            Type::Group(fields) => fields,
            Type::Address => ADDRESS,
            Type::Optional(inner) => inner.members(),
            _ => &[],
        }
    }
}

/// The keys of an address with a port.
const ADDRESS: &[Field] = &[of_address("ip", Type::Ip), of_address("port", Type::Unsigned(16))];

const fn of_address(name: &'static str, ty: Type) -> Field {
    let (place, class) = (Place::Data, Class::Personal);
    Field { name, place, ty, class, treatment: Treatment::ByType, absent: None }
}

#[cfg(test)]
mod tests {
    use super::{Field, Shape, Type};
    use crate::vocab::{ByteSize, Count, Elapsed, ErrorCode, HttpStatus, PasteSize, SessionRef};
    use crate::{AuditValue, vocab::Disclosable};

    #[test]
    fn measures_are_numbers_and_disclosed_integers_of_64_bits_are_not() {
        let by_type = [Count::TYPE, ByteSize::TYPE, Elapsed::TYPE, ErrorCode::TYPE];
        let small = [u8::TYPE, u16::TYPE, u32::TYPE, i8::TYPE, i16::TYPE, i32::TYPE];
        for ty in by_type.iter().chain(&small).chain(&[HttpStatus::TYPE]) {
            assert_eq!(ty.shape(), Some(Shape::Number), "{ty:?}");
        }
        for ty in [u64::TYPE, i64::TYPE, <&str>::TYPE, PasteSize::TYPE] {
            assert_eq!(ty.shape(), Some(Shape::Text), "{ty:?}");
        }
    }

    #[test]
    fn what_never_stands_under_its_key_has_no_shape() {
        assert_eq!(SessionRef::TYPE.shape(), None);
        assert_eq!(Type::Optional(&Type::Withheld).shape(), None);
        assert_eq!(Type::Claimed(128).shape(), Some(Shape::Text));
    }

    #[test]
    fn an_address_is_a_text_and_one_with_a_port_an_object() {
        assert_eq!(Type::Ip.shape(), Some(Shape::Text));
        assert!(Type::Ip.members().is_empty());
        const ADDRESS: Type = Type::Optional(&Type::Address);
        assert_eq!(ADDRESS.shape(), Some(Shape::Group));
        let member = |field: &'static Field| (field.name, field.ty.shape());
        let members: [_; 2] = [0, 1].map(|at| member(&ADDRESS.members()[at]));
        assert_eq!(members, [("ip", Some(Shape::Text)), ("port", Some(Shape::Number))]);
    }
}
