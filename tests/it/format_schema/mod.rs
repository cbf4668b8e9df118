//! `docs/format.schema.json` says what lines are, to the last member, and every real line is so.

mod evaluate;
mod logs;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::evaluate::Schema;

fn schema() -> Schema {
    Schema::new(&read("docs/format.schema.json"))
}

fn read(path: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(path)).unwrap()
}

#[test]
fn every_line_is_as_the_schema_says() {
    let schema = schema();
    let lines = logs::all();
    assert!(lines.len() > 100, "{}", lines.len());
    for line in lines {
        assert_eq!(schema.faults(line), Vec::<String>::new(), "{line}");
    }
    let examples = logs::examples();
    assert!(examples.len() > 50, "{}", examples.len());
    for (described, example) in &examples {
        assert_eq!(schema.faults_by("schema_body", described), Vec::<String>::new(), "{described}");
        assert_eq!(schema.faults(example), Vec::<String>::new(), "{example}");
    }
}

/// A schema that lets everything pass would hold for every line, too.
#[test]
fn other_lines_are_not() {
    let schema = schema();
    let (mut refused, mut shapes) = (0, BTreeSet::new());
    for line in logs::all() {
        let mut shape = BTreeSet::new();
        seen_paths(line, line["kind"].as_str().unwrap(), &mut shape);
        let others = if shapes.insert(shape) { changed(line) } else { Vec::new() };
        for other in others {
            assert_ne!(schema.faults(&other), Vec::<String>::new(), "{other}");
            refused += 1;
        }
    }
    assert!(refused > 500, "{refused}");
}

/// The line with a member too many, with each of its own as `null`, `{}` and `[]`, and without each
/// that every line of its kind has.
fn changed(line: &Value) -> Vec<Value> {
    let members = line.as_object().unwrap();
    let with = |key: &str, value: Value| {
        let mut other = members.clone();
        other.insert(key.to_owned(), value);
        Value::Object(other)
    };
    let mut others = vec![with("more", Value::from(1)), with("kind", Value::from("other"))];
    for key in members.keys() {
        let empty = [Value::Null, Value::Object(Default::default()), Value::Array(Vec::new())];
        others.extend(empty.map(|empty| with(key, empty)));
    }
    let kind = line["kind"].as_str().unwrap();
    for key in ["kind", "seq", "time", kind] {
        let mut other = members.clone();
        if other.remove(key).is_some() {
            others.push(Value::Object(other));
        }
    }
    others
}

/// One key, one type of JSON: over all kinds, all events and all versions of them.
#[test]
fn a_key_has_one_type_and_nothing_is_empty() {
    let mut types = BTreeMap::new();
    let examples = logs::examples();
    for line in logs::all().iter().chain(examples.iter().map(|(_, example)| example)) {
        note_types(line, "", &mut types);
    }
    assert!(types.len() > 150, "{}", types.len());
    let of = |path: &str| types.get(path).copied();
    assert_eq!(of("header.open[].begun"), Some("number"));
    assert_eq!(of("data.text_number"), Some("number"), "a clash that only shows at run time");
}

/// Takes the types of a value and all within, by path; none may be another than before.
fn note_types(value: &Value, path: &str, types: &mut BTreeMap<String, &'static str>) {
    let (word, is_empty) = match value {
        Value::Null => ("null", true),
        Value::Bool(_) => ("bool", false),
        Value::Number(_) => ("number", false),
        Value::String(_) => ("text", false),
        Value::Array(items) => ("list", items.is_empty()),
        Value::Object(members) => ("object", members.is_empty()),
    };
    assert!(!is_empty, "{path} is empty");
    let before = *types.entry(path.to_owned()).or_insert(word);
    assert_eq!(before, word, "{path} has two types");
    for item in value.as_array().into_iter().flatten() {
        note_types(item, &format!("{path}[]"), types);
    }
    for (key, member) in value.as_object().into_iter().flatten() {
        let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        note_types(member, &inner, types);
    }
}

/// No member that the schema lists is one that no line has. What fields of events are called is
/// theirs to say.
#[test]
fn the_schema_lists_nothing_that_is_never_written() {
    let schema = schema();
    let mut listed = BTreeSet::new();
    for kind in KINDS {
        list_paths(&schema, schema.definition(kind), kind, &mut listed);
    }
    let mut seen = BTreeSet::new();
    for line in logs::all() {
        seen_paths(line, line["kind"].as_str().unwrap(), &mut seen);
    }
    let missing: Vec<&String> = listed.difference(&seen).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

const KINDS: [&str; 7] = ["header", "schema", "event", "summary", "gap", "lifecycle", "checkpoint"];

fn list_paths(schema: &Schema, of: &Value, path: &str, listed: &mut BTreeSet<String>) {
    let of = schema.resolved(of);
    for word in ["oneOf", "anyOf"] {
        for one in of.get(word).and_then(Value::as_array).into_iter().flatten() {
            list_paths(schema, one, path, listed);
        }
    }
    if let Some(items) = of.get("items") {
        list_paths(schema, items, &format!("{path}[]"), listed);
    }
    for (key, member) in of.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let inner = format!("{path}.{key}");
        if key != "data" {
            list_paths(schema, member, &inner, listed);
        }
        listed.insert(inner);
    }
}

fn seen_paths(value: &Value, path: &str, seen: &mut BTreeSet<String>) {
    for item in value.as_array().into_iter().flatten() {
        seen_paths(item, &format!("{path}[]"), seen);
    }
    for (key, member) in value.as_object().into_iter().flatten() {
        let inner = format!("{path}.{key}");
        seen_paths(member, &inner, seen);
        seen.insert(inner);
    }
}

/// The tables of `docs/format.md`: each member of a lifecycle line once, with its type, and of each
/// type of them the members.
#[test]
fn the_tables_of_lifecycle_lines_are_whole() {
    let schema = schema();
    let page = read("docs/format.md");
    let mut types = BTreeMap::new();
    let mut members_of = BTreeMap::new();
    for one in schema.definition("lifecycle_body")["oneOf"].as_array().unwrap() {
        let properties = schema.resolved(one)["properties"].as_object().unwrap();
        let name = properties["type"]["const"].as_str().unwrap();
        for (member, says) in properties {
            let word = word_of(schema.resolved(says));
            assert_eq!(*types.entry(member.clone()).or_insert(word), word, "{member}");
        }
        let own = properties.keys().filter(|key| !["type", "up_us"].contains(&key.as_str()));
        members_of.insert(name.to_owned(), own.cloned().collect::<BTreeSet<String>>());
    }
    let section = page.split("\n## ").find(|it| it.starts_with("`lifecycle`")).unwrap();
    let tables: Vec<&str> = section.split("\n|---").collect();
    assert_eq!(tables.len(), 3, "two tables");
    let told: Vec<(String, String)> = rows(tables[1])
        .map(|row| (names(row[0]).pop_first().unwrap(), row[1].to_owned()))
        .collect();
    let listed: BTreeMap<String, &str> =
        told.iter().map(|(member, word)| (member.clone(), word.as_str())).collect();
    assert_eq!(listed.len(), told.len(), "a member stands there twice");
    assert_eq!(listed, types);
    let of_types = rows(tables[2]).map(|row| (names(row[0]).pop_first().unwrap(), names(row[1])));
    assert_eq!(of_types.collect::<BTreeMap<_, _>>(), members_of);
}

/// The cells of each row of a table, without its head.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table.lines().skip(1).take_while(|line| line.starts_with("| "));
    lines.map(|line| line.trim_matches(['|', ' ']).split(" | ").collect())
}

/// What stands in backquotes in a cell.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The word of the page for the type that a definition asks for.
fn word_of(says: &Value) -> &'static str {
    let labels = || says.get("enum").map(|labels| &labels[0]).or(says.get("const"));
    match says.get("type").and_then(Value::as_str) {
        Some("string") => "text",
        Some("integer") => "number",
        Some("boolean") => "bool",
        Some("array") => "list of texts",
        _ if labels().is_some_and(Value::is_string) => "text",
        _ => panic!("no word for {says}"),
    }
}
