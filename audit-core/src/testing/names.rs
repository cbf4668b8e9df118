//! The names of data fields that a lock's text holds, and what it keeps of those that are gone.

use std::collections::BTreeMap;

use crate::lock::BLESS;
use crate::schema::Shape;

/// Begins the last part of a lock, which no schema says.
pub(super) const HEADING: &str = "retired fields";

/// The fields of `data`, dotted, with the type of JSON that each has.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Names {
    /// With the first event that has it.
    used: BTreeMap<String, (Shape, String)>,
    retired: BTreeMap<String, Shape>,
}

impl Names {
    /// Those in a lock's text.
    pub(super) fn of(lock: &str) -> Names {
        let mut names = Names::default();
        let mut lines = lock.lines();
        let (mut event, mut groups) = ("", Vec::new());
        for line in lines.by_ref().take_while(|line| *line != HEADING) {
            if let Some(name) = line.strip_prefix("event ") {
                event = name;
            }
            names.read(line, event, &mut groups);
        }
        let entries = lines.filter_map(|line| line.trim_start().rsplit_once(": "));
        let entries = entries.filter_map(|(name, shape)| Some((name.to_owned(), named(shape)?)));
        names.retired = entries.collect();
        names
    }

    /// Takes the field that a line says. `groups` has the names around it.
    fn read<'l>(&mut self, line: &'l str, event: &str, groups: &mut Vec<&'l str>) -> Option<()> {
        let item = line.trim_start();
        let (name, rest) = item.strip_prefix("field ")?.split_once(": ")?;
        let (ty, _class) = rest.strip_prefix("data, ")?.rsplit_once(", ")?;
        let depth = (line.len() - item.len()) / 2;
        groups.truncate(depth.saturating_sub(1));
        groups.push(name);
        let shape = shape_of(ty)?;
        let path = groups.join(".");
        if ty.ends_with("address") {
            self.using(format!("{path}.ip"), Shape::Text, event);
            self.using(format!("{path}.port"), Shape::Number, event);
        }
        self.using(path, shape, event);
        Some(())
    }

    fn using(&mut self, path: String, shape: Shape, event: &str) {
        self.used.entry(path).or_insert_with(|| (shape, event.to_owned()));
    }

    /// Why events with these names must not follow those of a lock with the names of `before`: lines
    /// that were written by either would have a key with two types.
    pub(super) fn clash(&self, before: &Names) -> Option<String> {
        self.used.iter().find_map(|(name, (now, event))| {
            let was = before.shape_of(name).filter(|was| was != now)?;
            Some(format!(
                "the field `{name}` is a {} in `{event}`, and was a {} in lines written before. A \
                 name keeps its type for good: give the field another one. If no log was ever \
                 written with it, remove this file and run `{BLESS}`.",
                now.name(),
                was.name()
            ))
        })
    }

    fn shape_of(&self, name: &str) -> Option<Shape> {
        let used = self.used.get(name).map(|(shape, _)| *shape);
        used.or_else(|| self.retired.get(name).copied())
    }

    /// The last part of a lock of events with these names, that follows one with those of `before`;
    /// empty where each name is still in use.
    pub(super) fn retired_since(&self, before: &Names) -> String {
        let used = before.used.iter().map(|(name, (shape, _))| (name, shape));
        let all: BTreeMap<_, _> = used.chain(&before.retired).collect();
        let gone = all.into_iter().filter(|(name, _)| !self.used.contains_key(*name));
        let lines: String =
            gone.map(|(name, shape)| format!("  {name}: {}\n", shape.name())).collect();
        match lines.is_empty() {
            true => lines,
            false => format!("\n{HEADING}\n{lines}"),
        }
    }
}

/// As which type of JSON values of a type stand, by the type's name in a lock.
fn shape_of(name: &str) -> Option<Shape> {
    let name = name.trim_start_matches("optional ");
    match name.split(' ').next()? {
        "count" | "measure" | "u8" | "u16" | "u32" | "i8" | "i16" | "i32" => Some(Shape::Number),
        "text" | "ip" | "enum" | "claimed_name" | "u64" | "i64" => Some(Shape::Text),
        "bool" => Some(Shape::Bool),
        "address" | "group" => Some(Shape::Group),
        _ => None,
    }
}

fn named(shape: &str) -> Option<Shape> {
    [Shape::Number, Shape::Text, Shape::Bool, Shape::Group]
        .into_iter()
        .find(|it| it.name() == shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::leaky::schema;
    use crate::{
        Catalog, Class,
        schema::{Field, Place, Schema, Treatment, Type},
    };

    const TYPES: [(&str, Type); 16] = [
        ("bool", Type::Bool),
        ("u8", Type::Unsigned(8)),
        ("u16", Type::Unsigned(16)),
        ("u32", Type::Unsigned(32)),
        ("u64", Type::Unsigned(64)),
        ("i8", Type::Signed(8)),
        ("i16", Type::Signed(16)),
        ("i32", Type::Signed(32)),
        ("i64", Type::Signed(64)),
        ("count", Type::Measure("")),
        ("measure", Type::Measure("a unit")),
        ("text", Type::Text(9)),
        ("claimed", Type::Claimed(9)),
        ("ip", Type::Ip),
        ("address", Type::Address),
        ("enum", Type::Enum(&["on"])),
    ];
    const GROUP: Type = Type::Group(&fields(TYPES));
    const OPTIONAL: Type = Type::Optional(&Type::Optional(&GROUP));
    const NOTHING: Type = Type::Optional(&Type::Withheld);
    const ALL: &[Field] = &fields([
        ("group", GROUP),
        ("optional", OPTIONAL),
        ("withheld", Type::Withheld),
        ("keyed", Type::Keyed),
        ("nothing", NOTHING),
    ]);

    const fn fields<const N: usize>(of: [(&'static str, Type); N]) -> [Field; N] {
        let mut fields = [field("", Type::Bool); N];
        let (mut rest, mut left) = (of.as_slice(), fields.as_mut_slice());
        while let ([(name, ty), of @ ..], [first, others @ ..]) = (rest, left) {
            *first = field(name, *ty);
            (rest, left) = (of, others);
        }
        fields
    }

    const fn field(name: &'static str, ty: Type) -> Field {
        let (place, class) = (Place::Data, Class::Internal);
        Field { name, place, ty, class, treatment: Treatment::ByType, absent: None }
    }

    /// What is read out of a lock is what its schemas say.
    #[test]
    fn the_name_of_each_type_tells_its_shape() {
        fn listed(fields: &'static [Field], group: &str, into: &mut BTreeMap<String, Shape>) {
            for field in fields {
                let path = format!("{group}{}", field.name);
                listed(field.ty.members(), &format!("{path}."), into);
                into.extend(field.ty.shape().map(|shape| (path, shape)));
            }
        }
        const EVENT: Schema = schema("all", ALL);
        const EVENTS: Catalog = Catalog::of_schemas(&[&[&EVENT]]);
        let lock = EVENTS.lock().to_string();
        let read = Names::of(&lock).used.into_iter().map(|(name, (shape, _))| (name, shape));
        let mut expected = BTreeMap::new();
        listed(ALL, "", &mut expected);
        assert_eq!(expected.len(), 2 * (1 + TYPES.len() + 2));
        assert_eq!(read.collect::<BTreeMap<_, _>>(), expected);
    }

    const FIRST: &str = "# Words.\n\nevent a\n  category: x\n  field reason: reason, enum, internal\n    label size\n  \
        field size: data, optional measure in bytes, internal\n    disclosed: \"field x: data, bool, y\"\n  \
        field old: data, optional group, internal\n    field mode: data, enum, internal\n      label on\n    \
        field deep: data, group, internal\n      field flag: data, bool, public\n    field last: data, u64, internal\n  \
        field peer: data, address, personal\n  field key: data, withheld, withheld\n\nevent b\n  \
        field size: data, u8, internal\n";

    fn used(names: &Names) -> Vec<(&str, &str, &str)> {
        names
            .used
            .iter()
            .map(|(name, (shape, event))| (&name[..], shape.name(), &event[..]))
            .collect()
    }

    #[test]
    fn names_are_dotted_and_have_a_shape() {
        let names = Names::of(FIRST);
        let expected = [
            ("old", "group", "a"),
            ("old.deep", "group", "a"),
            ("old.deep.flag", "bool", "a"),
            ("old.last", "text", "a"),
            ("old.mode", "text", "a"),
            ("peer", "group", "a"),
            ("peer.ip", "text", "a"),
            ("peer.port", "number", "a"),
            ("size", "number", "a"),
        ];
        assert_eq!(used(&names), expected);
        assert!(names.retired.is_empty());
    }

    #[test]
    fn what_is_gone_is_kept_until_it_is_used_once_more() {
        let before = Names::of(FIRST);
        assert_eq!(before.retired_since(&before), "");
        let without_group = "event a\n  field size: data, count, internal\n";
        let section = Names::of(without_group).retired_since(&before);
        assert!(section.starts_with("\nretired fields\n  old: group\n  old.deep: group\n"));
        assert!(section.ends_with("  peer.port: number\n"), "{section}");

        // The same of what was retired before.
        let before = Names::of(&format!("{without_group}{section}"));
        assert_eq!(before.retired.len(), 8);
        assert_eq!(Names::of("").retired_since(&before).lines().count(), 2 + 9);
        let again = Names::of("event c\n  field old: data, group, internal\n");
        assert!(!again.retired_since(&before).contains("  old: group\n"));
        assert_eq!(again.clash(&before), None);
    }

    #[test]
    fn a_name_is_not_used_with_another_type() {
        let before =
            Names::of("event a\n  field size: data, count, x\n\nretired fields\n  mode: text\n");
        let of = |event: &str| Names::of(&format!("event b\n{event}")).clash(&before);
        let retired = of("  field mode: data, optional bool, internal\n").unwrap();
        assert!(
            retired.starts_with(
                "the field `mode` is a bool in `b`, and was a text in lines written before."
            ),
            "{retired}"
        );
        let used = of("  field size: data, u64, internal\n").unwrap();
        assert!(used.starts_with("the field `size` is a text in `b`, and was a number"), "{used}");
        assert_eq!(of("  field size: data, u32, x\n  field mode: data, enum, x\n"), None);
        // What has no key has no type.
        assert_eq!(of("  field mode: data, withheld, withheld\n"), None);
    }
}
