//! The catalogue as JSON.

use audit_core::Catalog;
use serde::Serialize;

use super::example;
use crate::line::{KeyNames, SchemaBody};
use crate::reader::{Json, Line};

/// The version of the catalogue's JSON.
const VERSION: u32 = 1;

/// The catalogue as JSON (RFC 8259), for other programs: `{"version":1,"events":[…]}`, the events
/// in the order of the list. Each has the keys of its `schema` line, see `docs/format.md`, and
/// `example`, a line of it as an object.
pub fn json(catalog: &Catalog) -> String {
    let mut names = KeyNames::default();
    let events = catalog.examples().map(|record| {
        let schema = record.schema();
        let line = example(&record).and_then(|line| Line::parse(line.as_bytes()).ok());
        Entry {
            schema: SchemaBody::of(schema, true, &mut names),
            example: line.map(|line| line.json),
        }
    });
    let page = Page { version: VERSION, events: events.collect() };
    // Writing into memory does not fail, and neither schemas nor lines refuse to be written.
    let mut text = serde_json::to_string_pretty(&page).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Page {
    version: u32,
    events: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    schema: SchemaBody,
    example: Option<Json>,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::tests::EVENTS;

    #[test]
    fn it_is_the_schemas_and_a_line_of_each() {
        let text = super::json(&EVENTS);
        assert_eq!(text, super::json(&EVENTS));
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["version"], 1);
        let names: Vec<&str> = json["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["event"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["picture_taken", "entered"]);
        let [taken, entered] = [&json["events"][0], &json["events"][1]];
        assert_eq!(taken["about"], "A picture | an `image` was taken.");
        assert_eq!(taken["source_none"], "the lens, *always*\nthere");
        assert_eq!(taken["example"]["data"]["extent"]["exact"], true);
        let fields = taken["fields"].as_array().unwrap();
        let knob = fields.iter().find(|field| field["name"] == "knob").unwrap();
        assert_eq!(knob["disclosed"], "what the `knob` says");
        assert_eq!(knob["class"], "public");
        assert_eq!(entered["level"], "error");
        assert_eq!(entered["example"]["reason"], "too_large");
        assert_eq!((&taken["stream"], &taken["mapping"]), (&Value::Null, &Value::Null));
        assert_eq!(entered["stream"], "access");
        let mapping = serde_json::json!({
            "ocsf": { "class": 3002, "activity": 1 },
            "ecs": { "category": "authentication", "type": "start" },
            "redfish": "Doors.1.0.Entered",
        });
        assert_eq!(entered["mapping"], mapping);
    }
}
