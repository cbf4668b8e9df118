//! What every file of the project holds to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let name = path.file_name().unwrap();
            if name != "target" && name != ".git" {
                found.extend(files(&path, extension));
            }
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found
}

#[test]
fn files_are_short() {
    for path in files(root(), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//")).count();
        assert!(
            lines <= 400,
            "{} has {lines} lines without its comments and unit tests",
            path.display()
        );
    }
}

#[test]
fn unsafe_code_stands_where_the_architecture_says() {
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for place in [
        "audit-core/src",
        "audit-derive/src",
        "audit-events/src",
        "audit-writer/src",
        "tests/robust",
    ] {
        for path in files(&root().join(place), "rs") {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            let mut text = fs::read_to_string(&path).unwrap();
            text.retain(|character| !character.is_whitespace());
            let allows = text.contains("#![expect(unsafe_code");
            assert_eq!(allows, architecture.contains(&format!("`{name}`: unsafe")), "{name}");
        }
    }
}

/// The most lines that only one of a faulty case and its twin has.
const TWIN_LINES_MAX: usize = 11;

#[test]
fn a_faulty_case_has_its_message_and_its_twin() {
    let ui = root().join("tests/ui");
    let faults = files(&ui.join("fail"), "rs");
    assert!(faults.len() > 20, "{}", faults.len());
    for fault in faults {
        assert!(fault.with_extension("stderr").is_file(), "{} has no message", fault.display());
        let twin = ui.join("pass").join(fault.file_name().unwrap());
        assert!(twin.is_file(), "{} is missing", twin.display());
        let lines = lines_of_one(&fault, &twin);
        assert!(lines > 0, "{} is the faulty one itself", twin.display());
        assert!(lines <= TWIN_LINES_MAX, "{} is no twin: {lines} lines differ", twin.display());
    }
}

#[test]
fn the_table_of_what_must_not_compile_is_whole() {
    let page = fs::read_to_string(root().join("docs/enforcement.md")).unwrap();
    let table = page.split("\n## ").find(|it| it.starts_with("What must not compile")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let names: BTreeSet<&str> = rows
        .filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next())
        .flat_map(|cell| cell.split(", "))
        .filter_map(|name| name.strip_prefix('`')?.strip_suffix('`'))
        .collect();
    let faults = files(&root().join("tests/ui/fail"), "rs");
    let files: BTreeSet<&str> =
        faults.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, files);
}

/// The environment decides nothing: no library asks it, but for the tool of tests that writes what
/// it is told to compare, and the models, which are no part of a library: how often they run.
#[test]
fn no_library_asks_the_environment() {
    for krate in ["audit-core", "audit-derive", "audit-events", "audit-tracing", "audit-writer"] {
        for path in files(&root().join(krate).join("src"), "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let asks = ["env::var", "option_env!"].iter().any(|it| text.contains(it));
            let may = ["testing/lock.rs", "channel/models.rs"].iter().any(|it| path.ends_with(it));
            assert_eq!(asks, may, "{}", path.display());
        }
    }
}

/// What a field records is decided without features: where it is decided there are none but `std`,
/// for the types that it has.
#[test]
fn no_feature_changes_what_is_recorded() {
    for krate in ["audit-core", "audit-derive"] {
        for path in files(&root().join(krate).join("src"), "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let others = text
                .split("feature = \"")
                .skip(1)
                .filter(|rest| !rest.starts_with("std\"") && !rest.starts_with("derive\""));
            let adds_a_way_out = ["lib.rs", "recorder.rs", "outputs.rs", "leak.rs"];
            let may = adds_a_way_out.iter().any(|name| path.ends_with(name));
            assert!(may || others.count() == 0, "{}", path.display());
        }
    }
}

/// How many lines only one of both files has, wherever they stand and however deep.
fn lines_of_one(one: &Path, other: &Path) -> usize {
    let mut counts = BTreeMap::<String, isize>::new();
    for (path, by) in [(one, 1), (other, -1)] {
        for line in fs::read_to_string(path).unwrap().lines() {
            *counts.entry(line.trim().to_owned()).or_default() += by;
        }
    }
    counts.remove("");
    counts.values().map(|count| count.unsigned_abs()).sum()
}

#[test]
fn every_key_of_a_line_is_documented() {
    let format = fs::read_to_string(root().join("docs/format.md")).unwrap();
    let schema = fs::read_to_string(root().join("docs/format.schema.json")).unwrap();
    let mut keys = BTreeSet::new();
    keys_of(&serde_json::from_str(&schema).unwrap(), &mut keys);
    assert!(keys.len() > 100, "{keys:?}");
    for key in keys {
        // What does not stand in clear is told of once for all keys.
        let suffix = ["_pseudonym", "_none"].into_iter().find(|suffix| key.ends_with(suffix));
        let is_told = format.contains(&format!("`{key}`"))
            || suffix.is_some_and(|suffix| format.contains(&format!("`NAME{suffix}`")));
        assert!(is_told, "docs/format.md does not tell of `{key}`");
    }
}

/// The names of all members that a schema lists.
fn keys_of(schema: &serde_json::Value, keys: &mut BTreeSet<String>) {
    let members = schema.get("properties").and_then(serde_json::Value::as_object);
    keys.extend(members.into_iter().flatten().map(|(key, _)| key.clone()));
    let inner = schema.as_object().into_iter().flatten().map(|(_, inner)| inner);
    inner.chain(schema.as_array().into_iter().flatten()).for_each(|inner| keys_of(inner, keys));
}

#[test]
fn the_readme_has_the_first_example_as_it_is_and_two_commands_to_try() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let example = fs::read_to_string(root().join("examples/first_event.rs")).unwrap();
    assert!(example.lines().count() <= 40);
    assert!(readme.contains(&example));
    let try_it = readme.split("## ").find(|it| it.starts_with("Try it")).unwrap();
    assert_eq!(try_it.lines().filter(|line| line.starts_with("cargo ")).count(), 2);
}
