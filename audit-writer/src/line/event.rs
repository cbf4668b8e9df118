//! Event lines: a record, spelled out by its schema.

use audit_core::{
    Buffer, Ending, Field, Level, Malformed, Part, PartValue, Phase, Place, Pseudonym, Record,
    Schema, Value,
};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use super::Body;
use super::schema::One;

/// A record as a line shows it.
pub(crate) struct EventBody<'a> {
    schema: &'static Schema,
    values: Vec<(&'static Field, Value<'a>)>,
    ending: Ending,
    level: Level,
}

impl Body for EventBody<'_> {
    const KIND: &'static str = "event";
}

impl<'a> EventBody<'a> {
    /// Reads a record's values.
    ///
    /// # Errors
    ///
    /// The record does not follow its schema, which would be a defect of the encoder.
    pub(crate) fn read<B: Buffer>(record: &'a Record<B>) -> Result<EventBody<'a>, Malformed> {
        let values = record.values().collect::<Result<_, _>>()?;
        let (ending, level) = (record.ending(), record.level());
        Ok(EventBody { schema: record.schema(), values, ending, level })
    }

    pub(crate) fn schema(&self) -> &'static Schema {
        self.schema
    }

    pub(crate) fn level(&self) -> Level {
        self.level
    }

    /// Where the operation stands, if its event has two phases.
    pub(crate) fn phase(&self) -> Option<Phase> {
        self.ending.phase
    }

    fn at(&self, place: Place) -> impl Iterator<Item = &(&'static Field, Value<'a>)> {
        self.values.iter().filter(move |(field, _)| field.place == place)
    }
}

impl Serialize for EventBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Schema { event, category, action, actor, source, object, object_type, .. } =
            self.schema;
        let Ending { outcome, reason, phase, .. } = self.ending;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event", event)?;
        map.serialize_entry("level", self.level().name())?;
        map.serialize_entry("category", category)?;
        map.serialize_entry("action", action.of(outcome))?;
        map.serialize_entry("outcome", outcome.name())?;
        if let Some(reason) = reason {
            map.serialize_entry("reason", reason)?;
        }
        if let Some(phase) = phase {
            map.serialize_entry("phase", phase.name())?;
            if let Some(begun) = phase.begun() {
                map.serialize_entry("begun", &begun)?;
            }
        }
        map.serialize_entry(
            "actor",
            &PartOf { event: self, rule: actor, kind: &ACTOR, object_type: "" },
        )?;
        map.serialize_entry(
            "source",
            &PartOf { event: self, rule: source, kind: &SOURCE, object_type: "" },
        )?;
        map.serialize_entry(
            "object",
            &PartOf { event: self, rule: object, kind: &OBJECT, object_type },
        )?;
        map.serialize_entry("data", &Data(self))?;
        map.end()
    }
}

/// Where the fields of a part stand, and under which keys.
struct PartKind {
    whole: Option<Place>,
    keys: &'static [(Place, &'static str)],
}

const ACTOR: PartKind = PartKind {
    whole: Some(Place::Actor),
    keys: &[(Place::ActorUser, "user"), (Place::ActorSession, "session")],
};
const SOURCE: PartKind =
    PartKind { whole: Some(Place::Source), keys: &[(Place::SourceAddress, "")] };
const OBJECT: PartKind =
    PartKind { whole: None, keys: &[(Place::ObjectId, "id"), (Place::ObjectName, "name")] };

/// An actor, source or object.
struct PartOf<'e, 'a> {
    event: &'e EventBody<'a>,
    rule: &'static Part,
    kind: &'static PartKind,
    object_type: &'static str,
}

impl Serialize for PartOf<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.rule {
            Part::None(why) => One("none", why).serialize(serializer),
            Part::Always(key, value) => {
                let mut map = self.begin(serializer)?;
                map.serialize_entry(key, value)?;
                map.end()
            }
            Part::Context => self.whole(serializer),
            Part::Fields => self.fields(serializer),
        }
    }
}

impl<'a> PartOf<'_, 'a> {
    /// Opens the object; an event's object starts with its type.
    fn begin<S: Serializer>(&self, serializer: S) -> Result<S::SerializeMap, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.object_type.is_empty() {
            map.serialize_entry("type", self.object_type)?;
        }
        Ok(map)
    }

    fn whole<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.kind.whole.ok_or_else(|| S::Error::custom("this part has no context"))?;
        let Some((_, Value::Part(entries))) = self.event.at(place).next() else {
            return Err(S::Error::custom("the record lacks its context"));
        };
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in entries.iter().flatten() {
            map.serialize_entry(key, &Inner(value))?;
        }
        map.end()
    }

    fn fields<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries: Vec<(&str, &Field, &Value<'a>)> = self
            .kind
            .keys
            .iter()
            .flat_map(|(place, key)| {
                self.event.at(*place).map(move |(field, value)| (*key, *field, value))
            })
            .collect();
        if let [(_, field, Value::Absent)] = entries.as_slice() {
            return One("none", field.absent.unwrap_or_default()).serialize(serializer);
        }
        let mut map = self.begin(serializer)?;
        for (key, field, value) in entries {
            match value {
                Value::Absent => {
                    map.serialize_entry(key, &One("none", field.absent.unwrap_or_default()))?
                }
                Value::Ip(ip) => map.serialize_entry("ip", ip)?,
                Value::Address(address) => {
                    map.serialize_entry("ip", &address.ip())?;
                    map.serialize_entry("port", &address.port())?;
                }
                value => map.serialize_entry(key, &Shown(value))?,
            }
        }
        map.end()
    }
}

/// The fields that are no part.
struct Data<'e, 'a>(&'e EventBody<'a>);

impl Serialize for Data<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer
            .collect_map(self.0.at(Place::Data).map(|(field, value)| (field.name, Shown(value))))
    }
}

/// A value as a line shows it.
struct Shown<'v, 'a>(&'v Value<'a>);

impl Serialize for Shown<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Absent => serializer.serialize_unit(),
            Value::Withheld => withheld(serializer),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Small(number) => serializer.serialize_i64(*number),
            Value::Unsigned(number) => serializer.collect_str(number),
            Value::Signed(number) => serializer.collect_str(number),
            Value::Text(text, 0) => serializer.serialize_str(text),
            Value::Text(text, cut) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("text", text)?;
                map.serialize_entry("cut", cut)?;
                map.end()
            }
            Value::Label(label) => serializer.serialize_str(label),
            Value::Ip(ip) => serializer.collect_str(ip),
            Value::Address(address) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("ip", &address.ip())?;
                map.serialize_entry("port", &address.port())?;
                map.end()
            }
            Value::Pseudonym(pseudonym) => pseudonymous(*pseudonym, serializer),
            Value::Group(values) => {
                let mut map = serializer.serialize_map(None)?;
                for value in values.clone() {
                    let (field, value) = value.map_err(S::Error::custom)?;
                    map.serialize_entry(field.name, &Shown(&value))?;
                }
                map.end()
            }
            // As data it is not the event's: an object, like all that is more than one thing.
            Value::Outcome(ending) => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("outcome", ending.outcome.name())?;
                if let Some(reason) = ending.reason {
                    map.serialize_entry("reason", reason)?;
                }
                map.end()
            }
            // `Value` may grow, together with the encoder; a value unknown here must not become a
            // guess.
            _ => Err(S::Error::custom("a value of a kind unknown to this writer")),
        }
    }
}

/// A value inside a part that came from a context.
struct Inner<'v, 'a>(&'v PartValue<'a>);

impl Serialize for Inner<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            PartValue::Text(text) => serializer.serialize_str(text),
            PartValue::Pseudonym(pseudonym) => pseudonymous(*pseudonym, serializer),
            PartValue::Withheld => withheld(serializer),
            PartValue::Ip(ip) => serializer.collect_str(ip),
            PartValue::Port(port) => serializer.serialize_u16(*port),
            _ => Err(S::Error::custom("a value of a kind unknown to this writer")),
        }
    }
}

fn withheld<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry("withheld", &true)?;
    map.end()
}

fn pseudonymous<S: Serializer>(pseudonym: Pseudonym, serializer: S) -> Result<S::Ok, S::Error> {
    let hex = format!("{:016x}", u64::from_be_bytes(pseudonym.0));
    One("pseudonym", &hex).serialize(serializer)
}
