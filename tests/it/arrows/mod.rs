//! Which crate may know which, and what the crate that an auditor trusts does not have.

mod circles;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The source files of a crate, by their path below its `src`.
fn sources(krate: &str) -> BTreeMap<String, String> {
    let src = root().join(krate).join("src");
    let (mut found, mut dirs) = (BTreeMap::new(), vec![src.clone()]);
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let name = path.strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(!found.is_empty(), "{krate}");
    found
}

/// Of each member of the workspace its name and the members that it depends on, for itself and not
/// for its tests.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let manifests: Vec<toml::Table> = members
        .iter()
        .map(|member| read(Path::new(member.as_str().unwrap()).join("Cargo.toml")).parse().unwrap())
        .collect();
    let name = |manifest: &toml::Table| manifest["package"]["name"].as_str().unwrap().to_owned();
    let names: BTreeSet<String> = manifests.iter().map(name).collect();
    let own = |manifest: &toml::Table| {
        let named = dependencies(manifest).into_iter().filter(|it| names.contains(it));
        (name(manifest), named.collect())
    };
    manifests.iter().map(own).collect()
}

/// What `[dependencies]` names, those of one platform included.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let of = |table: &toml::Table| {
        let named = table.get("dependencies").and_then(toml::Value::as_table);
        named.into_iter().flat_map(toml::Table::keys).cloned().collect::<Vec<_>>()
    };
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flat_map(toml::Table::values);
    let of_targets = targets.filter_map(toml::Value::as_table).flat_map(of);
    of(manifest).into_iter().chain(of_targets).collect()
}

/// The table of `ARCHITECTURE.md`: a crate, and those that it depends on.
fn arrows_told() -> BTreeMap<String, BTreeSet<String>> {
    let page = read("ARCHITECTURE.md");
    let table = page.split("| crate | depends on |").nth(1).expect("the table of arrows");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| "));
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    rows.map(|row| row.trim_matches(['|', ' ']).split_once(" | ").unwrap())
        .map(|(krate, others)| (krate.trim_matches('`').to_owned(), names(others)))
        .collect()
}

#[test]
fn crates_depend_on_what_the_architecture_says() {
    let arrows = arrows();
    let is_crate = |name: &str| root().join(name).is_dir();
    let of_crates: BTreeMap<_, _> =
        arrows.clone().into_iter().filter(|(name, _)| is_crate(name)).collect();
    assert!(of_crates.len() >= 8, "{of_crates:?}");
    assert_eq!(of_crates, arrows_told());
    // Examples, tests and benchmarks may use everything, and nothing uses them.
    let leaves: BTreeSet<&String> = arrows.keys().filter(|name| !is_crate(name)).collect();
    for (name, others) in &arrows {
        assert!(!others.iter().any(|other| leaves.contains(other)), "{name} depends on {others:?}");
    }
}

/// What `audit-log` must not name: a secret key, randomness, a way to write a file. Words, as the
/// compiler takes them.
const NOT_IN_A_READER: [&str; 13] = [
    "getrandom",
    "rand",
    "SigningKey",
    "crossbeam_channel",
    "WRONLY",
    "RDWR",
    "CREATE",
    "OpenOptions",
    "ftruncate",
    "unlinkat",
    "renameat",
    "mkdirat",
    "set_len",
];

/// The same, of several words.
const NOT_CALLED_IN_A_READER: [&str; 8] = [
    "File::create",
    "fs::write",
    "fs::remove",
    "fs::rename",
    "thread::spawn",
    ".spawn(",
    "mod keys",
    "std::env",
];

#[test]
fn the_log_s_crate_only_reads() {
    assert!(read("audit-log/src/lib.rs").contains("\n#![forbid(unsafe_code)]\n"));
    for (name, text) in sources("audit-log") {
        assert_eq!(writes(&text), None, "audit-log/src/{name}");
    }
    let manifest: toml::Table = read("audit-log/Cargo.toml").parse().unwrap();
    for named in dependencies(&manifest) {
        let is_one = |not: &&str| named.replace('-', "_") == **not;
        assert!(!NOT_IN_A_READER.iter().any(is_one), "audit-log depends on {named}");
    }
}

/// What a text names that a reader must not.
fn writes(text: &str) -> Option<&'static str> {
    let words: BTreeSet<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let named = NOT_IN_A_READER.into_iter().find(|not| words.contains(not));
    named.or(NOT_CALLED_IN_A_READER.into_iter().find(|not| text.contains(not)))
}

#[test]
fn what_writes_would_be_found() {
    assert_eq!(writes("let flags = OFlags::RDONLY | OFlags::CREATE;"), Some("CREATE"));
    assert_eq!(writes("use ed25519_dalek::{Signature, SigningKey};"), Some("SigningKey"));
    assert_eq!(writes("std::thread::spawn(work)"), Some("thread::spawn"));
    assert_eq!(writes("let operand = scope.spawn_scoped(scope, work); created()"), None);
}

/// The commands that only read a log do not know the writer: keys and ingestion do.
#[test]
fn commands_that_read_do_not_know_the_writer() {
    let sources = sources("audit-cli");
    for command in ["verify.rs", "proof.rs", "export/mod.rs", "sessions/mod.rs"] {
        assert!(sources.contains_key(command), "{command} is called otherwise by now");
    }
    let named = sources.iter().filter(|(_, text)| text.contains("audit_writer"));
    let others: Vec<&String> = named
        .map(|(name, _)| name)
        .filter(|name| *name != "keys.rs" && !name.starts_with("ingest/"))
        .collect();
    assert_eq!(others, Vec::<&String>::new());
}
