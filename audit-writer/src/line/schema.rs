//! Lines that say what the events after them record.

use audit_core::{
    ActionNames, Ecs, Field, Mapping, Ocsf, OutcomeRule, Part, Schema, Stream, Treatment, Type,
};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Body;

/// A schema as a line shows it.
pub(crate) struct SchemaBody(pub(crate) &'static Schema);

impl Body for SchemaBody {
    const KIND: &'static str = "schema";
}

impl Serialize for SchemaBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Schema {
            event,
            about,
            stream,
            category,
            action,
            outcome,
            level,
            actor,
            source,
            object,
            object_type,
            mapping,
            fields,
        } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event", event)?;
        map.serialize_entry("about", about)?;
        map.serialize_entry("category", category)?;
        map.serialize_entry("action", &Action(action))?;
        match outcome {
            OutcomeRule::Always(kind) => map.serialize_entry("outcome", kind.name())?,
            OutcomeRule::Field => map.serialize_entry("outcome", &One("from", "field"))?,
        }
        if let Some(level) = level {
            map.serialize_entry("level", level.name())?;
        }
        map.serialize_entry("actor", &PartRule(actor))?;
        map.serialize_entry("source", &PartRule(source))?;
        map.serialize_entry("object", &PartRule(object))?;
        if !object_type.is_empty() {
            map.serialize_entry("object_type", object_type)?;
        }
        map.serialize_entry("fields", &Fields(fields))?;
        match stream {
            Stream::Audit => {}
            other => map.serialize_entry("stream", other.name())?,
        }
        if !mapping.is_empty() {
            map.serialize_entry("mapping", &Called(mapping))?;
        }
        map.end()
    }
}

struct Action<'a>(&'a ActionNames);

impl Serialize for Action<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ActionNames { success, denied, failure } = self.0;
        if success == denied && success == failure {
            return serializer.serialize_str(success);
        }
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("success", success)?;
        map.serialize_entry("denied", denied)?;
        map.serialize_entry("failure", failure)?;
        map.end()
    }
}

/// What others call it.
struct Called<'a>(&'a Mapping);

impl Serialize for Called<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Mapping { ocsf, ecs, redfish, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        if let Some(ocsf) = ocsf {
            map.serialize_entry("ocsf", &OcsfNumbers(ocsf))?;
        }
        if let Some(ecs) = ecs {
            map.serialize_entry("ecs", &EcsNames(ecs))?;
        }
        if let Some(message) = redfish {
            map.serialize_entry("redfish", message)?;
        }
        map.end()
    }
}

struct OcsfNumbers<'a>(&'a Ocsf);

impl Serialize for OcsfNumbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Ocsf { class, activity } = self.0;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("class", class)?;
        map.serialize_entry("activity", activity)?;
        map.end()
    }
}

struct EcsNames<'a>(&'a Ecs);

impl Serialize for EcsNames<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Ecs { category, event_type } = self.0;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("category", category)?;
        map.serialize_entry("type", event_type)?;
        map.end()
    }
}

struct PartRule<'a>(&'a Part);

impl Serialize for PartRule<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Part::Fields => One("from", "fields").serialize(serializer),
            Part::Context => One("from", "context").serialize(serializer),
            Part::Always(kind, value) => One(kind, value).serialize(serializer),
            Part::None(why) => One("none", why).serialize(serializer),
        }
    }
}

/// An object of one key.
pub(super) struct One<'a>(pub(super) &'a str, pub(super) &'a str);

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, self.1)?;
        map.end()
    }
}

struct Fields(&'static [Field]);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(FieldRow))
    }
}

struct FieldRow(&'static Field);

impl Serialize for FieldRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Field { name, place, ty, class, treatment, absent, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", name)?;
        map.serialize_entry("place", place.name())?;
        map.serialize_entry("type", &TypeName(ty))?;
        map.serialize_entry("class", class.name())?;
        if let Treatment::Disclosed(why) = treatment {
            map.serialize_entry("disclosed", why)?;
        }
        if let Some(why) = absent {
            map.serialize_entry("absent", why)?;
        }
        map.end()
    }
}

/// A type as schema lines name it.
struct TypeName(&'static Type);

impl Serialize for TypeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name: &str = match self.0 {
            Type::Bool => "bool",
            Type::Unsigned(bits) => return serializer.collect_str(&format_args!("u{bits}")),
            Type::Measure("") => "u64",
            Type::Measure(unit) => return serializer.collect_str(&format_args!("u64 {unit}")),
            Type::Signed(bits) => return serializer.collect_str(&format_args!("i{bits}")),
            Type::Text(_) => "text",
            Type::Ip => "ip",
            Type::Address => "address",
            Type::Withheld => "withheld",
            Type::Keyed => "pseudonym",
            Type::Claimed(_) => "claimed_name",
            Type::Actor => "actor",
            Type::Source => "source",
            Type::Enum(labels) => return object(serializer, "enum", labels),
            Type::Optional(inner) => return object(serializer, "optional", &TypeName(inner)),
            Type::Outcome(reason) => return object(serializer, "outcome", &TypeName(reason)),
            Type::Awaited(reason) => return object(serializer, "awaited", &TypeName(reason)),
            Type::Group(fields) => return object(serializer, "group", &Fields(fields)),
            // `Type` may grow; a reader that meets a type it does not know treats the field as
            // withheld.
            _ => "unknown",
        };
        serializer.serialize_str(name)
    }
}

fn object<S: Serializer, T: Serialize + ?Sized>(
    serializer: S,
    key: &'static str,
    value: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}
