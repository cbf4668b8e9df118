//! Whatever is in a value of the vocabulary, its event is one line that reads back to it.

mod counted;
mod labelled;
mod told;

use std::fmt::Debug;

use audit_core::{
    record::LINE_BYTES_MAX,
    schema::{Place, Schema},
};
use audit_log::reader::{Json, Line};
use audit_writer::Writer;
use audit_writer::storage::MemoryStorage;
use proptest::prelude::*;
use serde_json::Value;

use crate::kit::{lines, of_kind, writer_on};
use crate::texts::front;

/// What an event became: its line's bytes, and the line without the keys that every line has.
struct Written {
    bytes: Vec<u8>,
    body: Value,
}

/// Emits events of one type into a writer in memory and checks what holds for any: as many lines,
/// each of printable ASCII, short enough, read alike by two readers, with the keys of its schema.
fn written<T: Debug>(
    schema: &Schema,
    events: usize,
    emit: impl Fn(&Writer, usize) -> Result<(), T>,
) -> Vec<Written> {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    (0..events).for_each(|at| emit(&writer, at).unwrap());
    assert!(writer.shutdown().is_complete());
    let bytes = storage.bytes("audit.jsonl").unwrap();
    assert!(bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')));
    let raw: Vec<&[u8]> = bytes.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n').collect();
    let parsed = lines(&storage);
    assert_eq!(raw.len(), parsed.len());
    check_schema_line(of_kind(&parsed, "schema").as_slice(), schema);
    let of_events = raw.iter().zip(&parsed).filter(|(_, line)| line.kind == "event");
    let written: Vec<Written> = of_events.map(|(raw, line)| read(raw, line, schema)).collect();
    assert_eq!(written.len(), events);
    written
}

/// Checks one event's line.
fn read(raw: &[u8], line: &Line, schema: &Schema) -> Written {
    assert!(raw.len() < LINE_BYTES_MAX && raw.len() < schema.max_line(), "{} bytes", raw.len());
    let mut body: Value = serde_json::from_slice(raw).unwrap();
    assert_eq!(serde_json::to_value(&line.json).unwrap(), body, "two readers");
    let Some(Json::Object(data)) = line.get("data") else { panic!("no data") };
    let is_marker = |key: &&str| !key.ends_with("_cut");
    let mut names = schema.fields.iter().filter(|it| it.place == Place::Data).map(|it| it.name);
    // What is absent or withheld is left out; what is there stands in the schema's order.
    for key in data.iter().map(|(key, _)| key.as_str()).filter(is_marker) {
        let name = key.strip_suffix("_pseudonym").unwrap_or(key);
        assert!(names.any(|declared| declared == name), "{key}");
    }
    let keys = body.as_object_mut().unwrap();
    for key in ["kind", "seq", "time"] {
        keys.remove(key).unwrap();
    }
    Written { bytes: raw.to_vec(), body }
}

/// Checks that there is one schema line and that it lists the schema's fields.
fn check_schema_line(lines: &[&Line], schema: &Schema) {
    let [line] = lines else { panic!("{} schema lines", lines.len()) };
    let Some(Json::List(fields)) = line.member("fields") else { panic!("no fields") };
    let listed = fields.iter().map(|field| {
        ["name", "place", "class"].map(|key| field.get(key).and_then(Json::as_str).unwrap())
    });
    let declared = schema.fields.iter().map(|it| [it.name, it.place.name(), it.class.name()]);
    // Those of a group follow it, by dotted names.
    assert!(listed.filter(|[name, ..]| !name.contains('.')).eq(declared));
}

/// What is left of an expected line where nothing empty stands in one: no `null`, no `{}`, no `[]`.
fn lean(expected: Value) -> Value {
    match expected {
        Value::Object(entries) => {
            let is_there = |it: &Value| match it {
                Value::Object(entries) => !entries.is_empty(),
                Value::Array(items) => !items.is_empty(),
                other => !other.is_null(),
            };
            let entries = entries.into_iter().map(|(key, it)| (key, lean(it)));
            Value::Object(entries.filter(|(_, it)| is_there(it)).collect())
        }
        other => other,
    }
}

/// Takes the pseudonym of the value at a place out, so that the rest can be compared.
fn take_pseudonym(body: &mut Value, pointer: &str) -> String {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    assert!(!parent.contains_key(name), "{pointer} is in clear");
    let pseudonym = parent.remove(&format!("{name}_pseudonym")).unwrap();
    let pseudonym = pseudonym.as_str().unwrap().to_owned();
    assert_eq!(pseudonym.len(), 16);
    assert!(pseudonym.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    pseudonym
}

/// As much of a text as a type of this limit takes; never nothing.
fn fitted(text: &str, limit: u16) -> String {
    match front(text, usize::from(limit)) {
        "" => "x".to_owned(),
        // No name is a URL.
        front => front.replace("://", "-//"),
    }
}

/// Bytes that need not be text, up to 64 KiB.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop::collection::vec(any::<u8>(), 0..80);
    (bytes, prop_oneof![3 => Just(1_usize), 1 => 1_usize..800])
        .prop_map(|(bytes, times)| bytes.repeat(times))
}

/// Any number, those at the ends of the widths most of all.
fn any_number() -> impl Strategy<Value = u64> {
    let ends = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000];
    let wide = [0xffff_ffff, 1 << 32, (1 << 53) + 1, i64::MAX as u64, 1 << 63, u64::MAX];
    prop_oneof![prop::sample::select([ends.as_slice(), &wide].concat()), any::<u64>()]
}
