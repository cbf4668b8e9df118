//! A program that handles a secret and does with the event all that programs do with values: it
//! prints, panics, unwraps, traces, fails, is told to be talkative. What it wrote, on its streams and
//! into its log, is searched for the secret.
//!
//! The program is this one, started once for each mishap; and once more where something was found, since
//! four letters of a secret are in a log's signatures by chance, now and then, and not twice.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its outputs are what is tested")]
#![expect(clippy::panic, clippy::unwrap_used, clippy::dbg_macro, reason = "mishaps, on purpose")]

mod mishaps;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use audit_core::testing::find_canary;

use crate::mishaps::MISHAPS;

/// Where the program keeps its log, if this is the program.
const LOG_DIR: &str = "AUDIT_TEST_LOG_DIR";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let (Some(dir), [name]) = (std::env::var_os(LOG_DIR), arguments.as_slice()) {
        let mishap = MISHAPS.iter().find(|(known, _)| known == name).unwrap().1;
        return mishaps::run(Path::new(&dir), mishap);
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS; // As test runners ask.
    }
    for (name, _) in MISHAPS {
        check(name);
        println!("test {name} ... ok");
    }
    println!("\ntest result: ok. {} passed", MISHAPS.len());
    ExitCode::SUCCESS
}

/// Runs the program with one mishap and searches what it wrote.
fn check(name: &str) {
    let Some(found) = found(name) else { return };
    println!("{name}: {found}: chance, if it is not there again");
    assert_eq!(self::found(name), None, "{name}: found twice, and before: {found}");
}

/// What one run wrote of the secret, and where, if it did.
fn found(name: &str) -> Option<String> {
    let dir = tempfile::tempdir().unwrap();
    let ran = Command::new(std::env::current_exe().unwrap())
        .arg(name)
        .env(LOG_DIR, dir.path())
        .env("RUST_BACKTRACE", "full")
        .env("RUST_LIB_BACKTRACE", "full")
        .env("RUST_LOG", "trace")
        .env("AUDIT_LOG", "trace")
        .env("DEBUG", "1")
        .output()
        .unwrap();
    // A search of what was never written finds nothing; each mishap shows the event by its name.
    let told = String::from_utf8_lossy(&[&ran.stdout[..], &ran.stderr[..]].concat()).into_owned();
    assert!(told.contains("PasteUsed") || told.contains("paste_used"), "{name}: {told}");
    let mut outputs = vec![("stdout".to_owned(), ran.stdout), ("stderr".to_owned(), ran.stderr)];
    let mut lines = String::new();
    for path in files(dir.path()) {
        let bytes = fs::read(&path).unwrap();
        lines += &String::from_utf8_lossy(&bytes);
        outputs.push((path.display().to_string(), bytes));
    }
    for kept in [r#""kind":"header""#, r#""kind":"checkpoint""#, "audit-keys 1\n"] {
        assert!(lines.contains(kept), "{name}: no {kept}: {lines}");
    }
    outputs.iter().find_map(|(place, bytes)| Some(format!("{place}: {}", find_canary(bytes)?)))
}

/// All files below a directory: those of the log, and its keys.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}
