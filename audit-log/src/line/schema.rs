//! Lines that say what the events after them record.

use audit_core::{
    Stream,
    schema::{
        ActionNames, Ecs, Field, Mapping, Ocsf, OutcomeRule, Part, Place, Schema, Treatment, Type,
    },
};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::Body;
use super::key_names::{KeyNames, Renamed, innermost};

/// A schema as a line shows it: one object whose members have one type each.
#[derive(Debug)]
pub struct SchemaBody {
    schema: &'static Schema,
    is_listed: bool,
    renamed: Renamed,
}

impl SchemaBody {
    /// The schema's line in a log that has these keys already, and whether the program's catalogues
    /// have it.
    pub fn of(schema: &'static Schema, is_listed: bool, names: &mut KeyNames) -> SchemaBody {
        SchemaBody { schema, is_listed, renamed: names.adopt(schema) }
    }
}

impl Body for SchemaBody {
    const KIND: &'static str = "schema";
}

impl Serialize for SchemaBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let schema = self.schema;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event", schema.event)?;
        map.serialize_entry("about", schema.about)?;
        map.serialize_entry("category", schema.category)?;
        actions(&mut map, &schema.action)?;
        match schema.outcome {
            OutcomeRule::Always(kind) => map.serialize_entry("outcome", kind.name())?,
            OutcomeRule::Field => map.serialize_entry("outcome_from", "field")?,
        }
        if let Some(level) = schema.level {
            map.serialize_entry("level", level.name())?;
        }
        part(&mut map, "actor", &schema.actor)?;
        part(&mut map, "source", &schema.source)?;
        part(&mut map, "object", &schema.object)?;
        if !schema.object_type.is_empty() {
            map.serialize_entry("object_type", schema.object_type)?;
        }
        let fields = rows(schema.fields, "", &self.renamed);
        if !fields.is_empty() {
            map.serialize_entry("fields", &fields)?;
        }
        if schema.stream != Stream::Audit {
            map.serialize_entry("stream", schema.stream.name())?;
        }
        if !schema.mapping.is_empty() {
            map.serialize_entry("mapping", &Called(&schema.mapping))?;
        }
        if !self.is_listed {
            map.serialize_entry("unlisted", &true)?;
        }
        map.serialize_entry("hash", &format!("{:016x}", schema.fingerprint()))?;
        map.end()
    }
}

/// `action`, or one for each outcome where they differ.
fn actions<M: SerializeMap>(map: &mut M, names: &ActionNames) -> Result<(), M::Error> {
    let ActionNames { success, denied, failure } = names;
    if success == denied && success == failure {
        return map.serialize_entry("action", success);
    }
    map.serialize_entry("action_success", success)?;
    map.serialize_entry("action_denied", denied)?;
    map.serialize_entry("action_failure", failure)
}

/// `actor_from`, `actor_none`, or the constant, such as `actor_service`.
fn part<M: SerializeMap>(map: &mut M, name: &str, rule: &Part) -> Result<(), M::Error> {
    let (suffix, text) = match *rule {
        Part::Fields => ("from", "fields"),
        Part::Context => ("from", "context"),
        Part::Always(kind, value) => (kind, value),
        Part::None(why) => ("none", why),
    };
    map.serialize_entry(&format!("{name}_{suffix}"), text)
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

/// A field as a schema line lists it. Fields of a group follow it, by dotted names.
#[derive(Serialize)]
struct Row {
    /// The key that its values stand under.
    name: String,
    /// What it is called in the program, where that key is another event's.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<&'static str>,
    place: &'static str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    unit: &'static str,
    #[serde(skip_serializing_if = "is_false")]
    optional: bool,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    labels: &'static [&'static str],
    class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    disclosed: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    absent: Option<&'static str>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

fn rows(fields: &'static [Field], before: &str, renamed: &Renamed) -> Vec<Row> {
    let mut all = Vec::new();
    for field in fields {
        let declared = format!("{before}{}", field.name);
        let key = renamed.get(&declared).filter(|_| field.place == Place::Data);
        let name = key.map_or_else(|| declared.clone(), |key| format!("{before}{key}"));
        let ty = innermost(&field.ty);
        let (word, unit, labels) = type_word(ty);
        all.push(Row {
            declared: key.map(|_| field.name),
            place: field.place.name(),
            r#type: word,
            unit,
            optional: matches!(field.ty, Type::Optional(_)),
            labels,
            class: field.class.name(),
            disclosed: match field.treatment {
                Treatment::Disclosed(why) => Some(why),
                _ => None,
            },
            absent: field.absent,
            name: name.clone(),
        });
        if let Type::Group(inner) = ty {
            all.extend(rows(inner, &format!("{name}."), renamed));
        }
    }
    all
}

/// The word for a type that is no `Option`, its unit, and the labels that it or its reason has.
fn type_word(ty: &'static Type) -> (&'static str, &'static str, &'static [&'static str]) {
    match ty {
        Type::Bool => ("bool", "", &[]),
        Type::Unsigned(64) | Type::Signed(64) => ("big_number", "", &[]),
        Type::Unsigned(_) | Type::Signed(_) => ("number", "", &[]),
        Type::Measure(unit) => ("number", unit, &[]),
        Type::Text(_) => ("text", "", &[]),
        Type::Enum(labels) => ("label", "", labels),
        Type::Ip => ("ip", "", &[]),
        Type::Address => ("address", "", &[]),
        Type::Withheld => ("withheld", "", &[]),
        Type::Keyed => ("pseudonym", "", &[]),
        Type::Claimed(_) => ("claimed_name", "", &[]),
        Type::Actor => ("actor", "", &[]),
        Type::Source => ("source", "", &[]),
        Type::Group(_) => ("group", "", &[]),
        Type::Outcome(reason) => ("outcome", "", type_word(reason).2),
        Type::Awaited(reason) => ("awaited_outcome", "", type_word(reason).2),
        Type::Optional(inner) => type_word(inner),
        // `Type` may grow; a reader that meets a type it does not know treats the field as withheld.
        _ => ("unknown", "", &[]),
    }
}
