//! Where two events disagree about a key of `data`: a number in one and a text in the other.

use core::fmt::{self, Display, Formatter};

use crate::Catalog;
use crate::fingerprint::Hash;
use crate::schema::{Field, Place, Schema};
use crate::shape::Shape;
use crate::text_buffer::TextBuffer;

/// A key of `data` that has one type of JSON in one event and another in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeClash {
    /// The field.
    pub field: FieldPath,
    /// An event, and what the field is in it.
    pub one: (&'static str, Shape),
    /// Another, and what the field is there.
    pub other: (&'static str, Shape),
}

/// The name of a field of `data`, behind those of the groups that it is in. Displayed it is dotted:
/// `old.mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldPath {
    names: [&'static str; DEPTH],
    len: usize,
}

/// How many names a path holds; of a field that is deeper than that it has the outermost.
const DEPTH: usize = 8;

impl Catalog {
    /// The first field of this catalogue that another one has with another type of JSON. Lines of
    /// both in one log would have a key with two types.
    ///
    /// [`catalog!`](crate::catalog) refuses such a pair in one list; between the lists of crates
    /// that do not know each other this finds it.
    pub fn type_clash_with(&self, other: &Catalog) -> Option<TypeClash> {
        self.schemas().find_map(|one| other.schemas().find_map(|other| between(one, other)))
    }
}

/// The first field that two events disagree about.
const fn between(one: &'static Schema, other: &'static Schema) -> Option<TypeClash> {
    match between_fields(one.fields, other.fields) {
        Some(Found { field, shapes: (here, there) }) => {
            Some(TypeClash { field, one: (one.event, here), other: (other.event, there) })
        }
        None => None,
    }
}

#[derive(Clone, Copy)]
struct Found {
    field: FieldPath,
    shapes: (Shape, Shape),
}

const fn between_fields(ones: &'static [Field], others: &'static [Field]) -> Option<Found> {
    let mut ones = ones;
    while let [one, tail @ ..] = ones {
        ones = tail;
        let mut rest = others;
        while let [other, tail @ ..] = rest {
            rest = tail;
            if is_data(one)
                && is_data(other)
                && is_equal(one.name, other.name)
                && let Some(found) = between_types(one, other)
            {
                return Some(found);
            }
        }
    }
    None
}

/// Two fields of one name.
const fn between_types(one: &'static Field, other: &'static Field) -> Option<Found> {
    match (one.ty.shape(), other.ty.shape()) {
        (Some(Shape::Group), Some(Shape::Group)) => {
            match between_fields(one.ty.members(), other.ty.members()) {
                Some(Found { field, shapes }) => {
                    Some(Found { field: field.within(one.name), shapes })
                }
                None => None,
            }
        }
        (Some(here), Some(there)) if !here.is(there) => {
            Some(Found { field: FieldPath::of(one.name), shapes: (here, there) })
        }
        _ => None,
    }
}

const fn is_data(field: &Field) -> bool {
    matches!(field.place, Place::Data)
}

const fn is_equal(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([first, tail @ ..], [second, rest @ ..]) = (one, other) {
        if *first != *second {
            return false;
        }
        (one, other) = (tail, rest);
    }
    one.is_empty() && other.is_empty()
}

impl FieldPath {
    const fn of(name: &'static str) -> FieldPath {
        FieldPath { names: [""; DEPTH], len: 0 }.within(name)
    }

    /// The same inside a group of this name.
    const fn within(self, group: &'static str) -> FieldPath {
        let [a, b, c, d, e, f, g, _] = self.names;
        let len = if self.len < DEPTH { self.len + 1 } else { DEPTH };
        FieldPath { names: [group, a, b, c, d, e, f, g], len }
    }

    const fn names(&self) -> &[&'static str] {
        self.names.split_at(self.len).0
    }
}

impl Display for FieldPath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (place, name) in self.names().iter().enumerate() {
            f.write_str(if place == 0 { "" } else { "." })?;
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl TypeClash {
    const fn message(&self) -> TextBuffer<1024> {
        let mut text = TextBuffer::new().and("`data");
        let mut names = self.field.names();
        while let [name, tail @ ..] = names {
            text = text.and(".").and(name);
            names = tail;
        }
        text.and("` is ")
            .and(words(self.one.1))
            .and(" in `")
            .and(self.one.0)
            .and("` and ")
            .and(words(self.other.1))
            .and(" in `")
            .and(self.other.0)
            .and("`, and a key has one type in all lines of a log: rename one of the two fields")
    }

    #[expect(clippy::panic, reason = "at compile time, where a panic is the message")]
    const fn stop(&self) -> ! {
        panic!("{}", self.message().as_str())
    }
}

const fn words(shape: Shape) -> &'static str {
    match shape {
        Shape::Number => "a number",
        Shape::Text => "a text",
        Shape::Bool => "`true` or `false`",
        Shape::Group => "a group",
    }
}

impl Display for TypeClash {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for TypeClash {}

/// Stops the compiler at the first clash in a list. It has [`slots`] of them for what it has seen,
/// so that a long list takes a time that grows with its length and not with its square: the compiler
/// refuses what takes long.
pub(crate) const fn refuse<const SLOTS: usize>(events: &'static [&'static [&'static Schema]]) {
    let mut seen = Seen::<SLOTS>([None; SLOTS]);
    let mut events = events;
    while let [schemas, tail @ ..] = events {
        events = tail;
        let mut rest: &'static [&'static Schema] = schemas;
        while let [schema, tail @ ..] = rest {
            rest = tail;
            if let Some(clash) = seen.look_at(schema.fields, Hash::START, schema) {
                clash.stop();
            }
        }
    }
}

/// Room for twice as many fields as these events have, as a power of two.
pub const fn slots(events: &[&[&'static Schema]]) -> usize {
    let mut count = 1;
    let mut events = events;
    while let [schemas, tail @ ..] = events {
        events = tail;
        let mut rest: &[&'static Schema] = schemas;
        while let [schema, tail @ ..] = rest {
            rest = tail;
            count += fields(schema.fields);
        }
    }
    (2 * count).next_power_of_two()
}

const fn fields(list: &'static [Field]) -> usize {
    let mut count = 0;
    let mut rest = list;
    while let [field, tail @ ..] = rest {
        rest = tail;
        count += 1 + fields(field.ty.members());
    }
    count
}

/// Each field that was seen, and its first event, at the place that its path hashes to or behind.
struct Seen<const SLOTS: usize>([Option<(u64, Shape, &'static Schema)>; SLOTS]);

impl<const SLOTS: usize> Seen<SLOTS> {
    const fn look_at(
        &mut self,
        fields: &'static [Field],
        group: Hash,
        schema: &'static Schema,
    ) -> Option<TypeClash> {
        let mut rest = fields;
        while let [field, tail @ ..] = rest {
            rest = tail;
            let path = group.text(field.name);
            if is_data(field)
                && let Some(shape) = field.ty.shape()
            {
                // Other paths may have this hash: who compares the two events knows.
                if let Some(earlier) = self.other_than(shape, path.get(), schema)
                    && let Some(clash) = between(earlier, schema)
                {
                    return Some(clash);
                }
                if let Some(clash) = self.look_at(field.ty.members(), path, schema) {
                    return Some(clash);
                }
            }
        }
        None
    }

    /// The event that had a field of this hash first, if its shape was another; otherwise this is
    /// the first from now on.
    const fn other_than(
        &mut self,
        shape: Shape,
        hash: u64,
        schema: &'static Schema,
    ) -> Option<&'static Schema> {
        let mut at = hash as usize % SLOTS;
        while let (_, [slot, ..]) = self.0.split_at_mut(at) {
            match slot {
                Some((other, first, earlier)) if *other == hash => {
                    return if first.is(shape) { None } else { Some(*earlier) };
                }
                Some(_) => at = (at + 1) % SLOTS,
                None => {
                    *slot = Some((hash, shape, schema));
                    return None;
                }
            }
        }
        None
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::declared::SCHEMA_OF_FAULTY;
    use crate::{
        Class,
        schema::{Treatment, Type},
    };

    const fn field(name: &'static str, ty: Type) -> Field {
        let (place, class) = (Place::Data, Class::Internal);
        Field { name, place, ty, class, treatment: Treatment::ByType, absent: None }
    }

    const fn event(event: &'static str, fields: &'static [Field]) -> Schema {
        Schema { event, fields, ..SCHEMA_OF_FAULTY }
    }

    const MODE_TEXT: Type = Type::Group(&[field("on", Type::Bool), field("mode", Type::Text(9))]);
    const MODE_ENUM: Type = Type::Group(&[field("mode", Type::Enum(&["a"]))]);
    const MODE_BOOL: Type = Type::Group(&[field("mode", Type::Bool)]);
    const PORT_TEXT: Type = Type::Group(&[field("port", Type::Text(9))]);

    const SIZE: Schema =
        event("size", &[field("other", Type::Bool), field("size", Type::Measure("bytes"))]);
    const SIZE_OPTIONAL: Schema =
        event("optional", &[field("size", Type::Optional(&Type::Unsigned(8)))]);
    const SIZE_LABEL: Schema = event("label", &[field("size", Type::Enum(&["small"]))]);
    const SIZE_GROUP: Schema = event("group", &[field("size", MODE_BOOL)]);
    const SIZE_WITHHELD: Schema = event("withheld", &[field("size", Type::Withheld)]);
    const SIZE_KEYED: Schema = event("keyed", &[field("size", Type::Keyed)]);
    const SIZE_ELSEWHERE: Schema =
        event("elsewhere", &[Field { place: Place::ObjectName, ..field("size", Type::Text(9)) }]);
    const OLD_TEXT: Schema = event("text", &[field("old", MODE_TEXT)]);
    const OLD_ENUM: Schema = event("enum", &[field("old", Type::Optional(&MODE_ENUM))]);
    const OLD_BOOL: Schema = event("bool", &[field("old", MODE_BOOL), field("mode", Type::Ip)]);
    const PEER: Schema = event("peer", &[field("peer", Type::Address)]);
    const PEER_PORT: Schema = event("port", &[field("peer", PORT_TEXT)]);

    /// What the list says at run time, which is what the compiler would.
    fn clash(schemas: &'static [&'static Schema]) -> Option<String> {
        let list: &'static [&'static [&'static Schema]] = Box::leak(Box::new([schemas]));
        let catalog = Catalog::of_schemas(list);
        let found = catalog.type_clash_with(&catalog).map(|clash| clash.to_string());
        let stopped = std::panic::catch_unwind(|| refuse::<16>(list)).err();
        let stopped = stopped.and_then(|message| message.downcast().ok()).map(|it| *it);
        assert_eq!(found, stopped);
        found
    }

    #[test]
    fn a_key_with_two_types_is_told_with_both_events() {
        assert_eq!(
            clash(&[&SIZE, &OLD_TEXT, &SIZE_LABEL]).unwrap(),
            "`data.size` is a number in `size` and a text in `label`, and a key has one type in \
             all lines of a log: rename one of the two fields"
        );
        let grouped = clash(&[&SIZE_GROUP, &SIZE]).unwrap();
        assert!(grouped.contains("is a group in `group` and a number in `size`"), "{grouped}");
    }

    #[test]
    fn so_are_keys_inside_groups_and_addresses() {
        let inside = clash(&[&OLD_TEXT, &OLD_BOOL]).unwrap();
        assert!(
            inside.starts_with("`data.old.mode` is a text in `text` and `true` or"),
            "{inside}"
        );
        let address = clash(&[&PEER, &PEER_PORT]).unwrap();
        assert!(address.starts_with("`data.peer.port` is a number in `peer` and a text in `port`"));
    }

    #[test]
    fn keys_of_one_type_and_what_has_no_key_may_stand_together() {
        let fields = [&SIZE, &SIZE_OPTIONAL, &SIZE_WITHHELD, &SIZE_KEYED, &SIZE_ELSEWHERE];
        assert_eq!(clash(Box::leak(Box::new(fields))), None);
        // `mode` is another key than `old.mode`.
        assert_eq!(clash(&[&OLD_TEXT, &OLD_ENUM, &OLD_TEXT]), None);
    }

    #[test]
    fn two_lists_are_compared_with_each_other_alone() {
        const NUMBERS: Catalog = Catalog::of_schemas(&[&[&SIZE, &SIZE_OPTIONAL], &[&PEER]]);
        const TEXTS: Catalog = Catalog::of_schemas(&[&[&OLD_TEXT], &[&PEER, &SIZE_LABEL]]);
        let clash = NUMBERS.type_clash_with(&TEXTS).unwrap();
        assert_eq!(clash.field.to_string(), "size");
        assert_eq!((clash.one, clash.other), (("size", Shape::Number), ("label", Shape::Text)));
        assert_eq!(NUMBERS.type_clash_with(&NUMBERS), None);
    }

    #[test]
    fn a_path_holds_the_outermost_names() {
        let deep = (0..2 * DEPTH).fold(FieldPath::of("inner"), |path, _| path.within("group"));
        assert_eq!(deep.to_string(), ["group"; DEPTH].join("."));
        assert_eq!(FieldPath::of("mode").within("old").to_string(), "old.mode");
    }

    /// A list of 10,000 fields does not take the compiler long, or it would refuse to go on.
    #[test]
    fn long_lists_compile() {
        const EVENT: &[&Schema] = &[&SIZE, &OLD_TEXT, &OLD_ENUM, &PEER];
        const LIST: &[&[&Schema]] = &[EVENT; 1000];
        const SLOTS: usize = slots(LIST);
        const _: () = refuse::<SLOTS>(LIST);
        assert_eq!(SLOTS, 32_768);
    }
}
