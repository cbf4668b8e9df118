//! Records of nothing that happened: what a line of an event looks like, for a catalogue.

use core::net::{Ipv4Addr, SocketAddr};

use crate::encode::Encoder;
use crate::schema::{Field, Schema};
use crate::value::Type;
use crate::vocab::{SessionRef, UserName};
use crate::{
    Actor, Catalog, Source,
    record::Record,
    recorder::{Domain, Pseudonym, Pseudonyms},
};

impl Catalog {
    /// A record that each event could have, in the order of the list, made of placeholders by the
    /// encoder itself: what is optional is there, an enum has its first label, an outcome is
    /// success, an operation of two phases begins.
    pub fn examples(&self) -> impl Iterator<Item = Record<Box<[u8]>>> + use<> {
        self.schemas().map(example_record)
    }
}

/// Only a catalogue's schemas get here: of one made by hand the record would be one made by hand.
pub(crate) fn example_record(schema: &'static Schema) -> Record<Box<[u8]>> {
    let mut buffer = vec![0; schema.max_encoded()].into_boxed_slice();
    let mut out = Encoder::new(&mut buffer, Some(&Same));
    group(schema.fields, &mut out);
    let len = out.len();
    Record::new(schema, buffer, len)
}

const TEXT: &str = "example";
/// An address that is given to nobody (RFC 5737).
const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 17);
const PORT: u16 = 54321;

fn group(fields: &[Field], out: &mut Encoder<'_>) {
    fields.iter().for_each(|field| value(&field.ty, out));
}

fn value(ty: &Type, out: &mut Encoder<'_>) {
    match ty {
        Type::Bool => out.put_u8(1),
        Type::Unsigned(bits) | Type::Signed(bits) => {
            let one = 1_u64.to_le_bytes();
            out.put(one.get(..usize::from(*bits) / 8).unwrap_or_default());
        }
        Type::Measure(_) => out.put(&1_u64.to_le_bytes()),
        Type::Text(limit) => out.put_text(TEXT, *limit),
        Type::Ip => out.put_ip(ADDRESS.into()),
        Type::Address => out.put_address(SocketAddr::from((ADDRESS, PORT))),
        Type::Enum(_) => out.put_u16(0),
        Type::Optional(inner) => {
            out.put_u8(1);
            value(inner, out);
        }
        Type::Group(fields) => group(fields, out),
        Type::Withheld => {}
        Type::Keyed => out.put_keyed(Domain::Session, b""),
        Type::Claimed(_) => out.put_keyed(Domain::ClaimedName, b""),
        // Of an outcome success, of two phases the beginning; neither has more to it.
        Type::Outcome(_) | Type::Awaited(_) => out.put_u8(0),
        Type::Actor => actor(out),
        Type::Source => Source::Address(SocketAddr::from((ADDRESS, PORT))).encode(out),
    }
}

fn actor(out: &mut Encoder<'_>) {
    let session = SessionRef::of("");
    let actor = match UserName::new(TEXT) {
        Ok(user) => Actor::UserInSession(user, session),
        Err(_refused) => Actor::Session(session),
    };
    actor.encode(out);
}

/// One pseudonym for everything.
struct Same;

impl Pseudonyms for Same {
    fn pseudonym(&self, _: Domain, _: &[u8]) -> Pseudonym {
        Pseudonym([0x5a, 0xd1, 0x12, 0x53, 0xc6, 0x37, 0x73, 0xf3])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ActionNames, OutcomeRule, Part, Treatment};
    use crate::{
        Class, Stream,
        record::Value,
        schema::{Mapping, Place},
    };

    const LABELS: Type = Type::Enum(&["first", "second"]);
    const GROUP: Type = Type::Group(&[of(Type::Keyed), of(Type::Optional(&LABELS))]);

    const fn of(ty: Type) -> Field {
        let (place, class) = (Place::Data, Class::Internal);
        Field { name: "f", place, ty, class, treatment: Treatment::ByType, absent: None }
    }

    const ALL: Schema = Schema {
        event: "all",
        about: "",
        stream: Stream::Audit,
        category: "test",
        action: ActionNames::always("act"),
        outcome: OutcomeRule::Field,
        level: None,
        actor: Part::Context,
        source: Part::Context,
        object: Part::None("a test"),
        object_type: "",
        mapping: Mapping::NONE,
        fields: &[
            of(Type::Outcome(&LABELS)),
            of(Type::Awaited(&LABELS)),
            of(Type::Actor),
            of(Type::Source),
            of(Type::Bool),
            of(Type::Unsigned(8)),
            of(Type::Unsigned(16)),
            of(Type::Unsigned(32)),
            of(Type::Unsigned(64)),
            of(Type::Measure("ms")),
            of(Type::Signed(8)),
            of(Type::Signed(16)),
            of(Type::Signed(32)),
            of(Type::Signed(64)),
            of(Type::Text(4)),
            of(Type::Text(128)),
            of(Type::Ip),
            of(Type::Address),
            of(LABELS),
            of(Type::Optional(&Type::Optional(&Type::Text(9)))),
            of(GROUP),
            of(Type::Optional(&GROUP)),
            of(Type::Withheld),
            of(Type::Keyed),
            of(Type::Claimed(128)),
            of(Type::Bool),
        ],
    };

    fn shown(value: &Value<'_>) -> String {
        match value {
            Value::Group(values) => {
                values.clone().map(|it| shown(&it.unwrap().1)).collect::<Vec<_>>().join(" & ")
            }
            value => format!("{value:?}"),
        }
    }

    /// A type that is added to `Type` must be added to `value` above, or it does not compile; that
    /// the two agree with the decoder shows here, where each type is once.
    #[test]
    fn every_type_decodes_and_nothing_is_left_over() {
        let record = example_record(&ALL);
        let values: Vec<_> = record.values().map(|it| shown(&it.unwrap().1)).collect();
        assert_eq!(values.len(), ALL.fields.len());
        let named = r#"Outcome(Ending { outcome: Success, reason: None, phase: None })"#;
        assert_eq!(values[0], named);
        assert!(values[1].contains("phase: Some(Begun)"), "{}", values[1]);
        assert!(values[2].contains(r#""user": Text("example")"#), "{}", values[2]);
        assert!(values[3].contains(r#""ip": Ip(192.0.2.17)"#), "{}", values[3]);
        let rest = [
            "Bool(true)",
            "Small(1)",
            "Small(1)",
            "Small(1)",
            "Unsigned(1)",
            "Unsigned(1)",
            "Small(1)",
            "Small(1)",
            "Small(1)",
            "Signed(1)",
            r#"Text("exam", 3)"#,
            r#"Text("example", 0)"#,
            "Ip(192.0.2.17)",
            "Address(192.0.2.17:54321)",
            r#"Label("first")"#,
            r#"Text("example", 0)"#,
        ];
        assert_eq!(values[4..20], rest);
        assert!(values[20].ends_with(r#" & Label("first")"#), "{}", values[20]);
        assert_eq!(values[20], values[21]);
        assert_eq!(values[22], "Withheld");
        assert_eq!(values[23], values[24]);
        assert_eq!(values[25], "Bool(true)");
        // The last value is where the bytes end.
        assert_eq!(record.bytes().last(), Some(&1));
        assert!(record.bytes().len() <= ALL.max_encoded());
    }
}
