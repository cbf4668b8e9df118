//! What tests of `auditlog ingest` share.

#![allow(dead_code, reason = "each test needs some of it")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use audit_log::Log;
use audit_log::reader::Line;

pub(crate) fn recorded(home: &Path) -> Vec<Line> {
    let lines =
        Log::open(home.join("log")).unwrap().lines().unwrap().map(|(_, line)| line.unwrap());
    lines.filter(|it| it.get("origin").is_some()).collect()
}

pub(crate) fn text<'a>(line: &'a Line, path: &[&str]) -> &'a str {
    let (first, rest) = path.split_first().unwrap();
    let json = rest.iter().fold(line.get(first), |json, key| json?.get(key));
    json.and_then(|it| it.as_str()).unwrap_or("nothing")
}

/// The files of a case, in a folder of its own.
pub(crate) fn case(name: &str) -> tempfile::TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let home = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        if let Some(rest) = file.strip_prefix(name) {
            fs::copy(&path, home.path().join(rest.trim_start_matches('.'))).unwrap();
        }
    }
    home
}

/// Ingests a case's files as they are.
pub(crate) fn ingest_case(home: &Path, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    command.current_dir(home).args(["ingest", "--dir", "log", "--nginx", "access.log"]);
    command.args(options).output().unwrap()
}

/// What was recorded, each as action, user and address.
pub(crate) fn who_did_what(home: &Path) -> Vec<String> {
    let who = |line: &Line| match text(line, &["actor", "user"]) {
        "nothing" => "?".to_owned(),
        user => user.to_owned(),
    };
    let row = |it: &Line| {
        format!("{} {} {}", text(it, &["action"]), who(it), text(it, &["source", "ip"]))
    };
    recorded(home).iter().map(row).collect()
}
