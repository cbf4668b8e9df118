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

/// Four bytes of the canary, in the words of [`find_canary`].
const ENDS: [&str; 2] = ["bytes 0 to 4 ", "bytes 60 to 64 "];

/// Runs the program with one mishap and searches what it wrote. Four letters in a file may be chance;
/// more of them, or what was printed, is a leak at once.
fn check(name: &str) {
    let found = found(name);
    if found.is_empty() {
        return;
    }
    for it in &found {
        let is_short = ENDS.iter().any(|end| it.contains(end));
        assert!(is_short && !it.starts_with("std"), "{name}: {it}");
    }
    println!("{name}: {found:?}: chance, if there is nothing again");
    assert_eq!(self::found(name), [""; 0], "{name}: found twice, and before: {found:?}");
}

/// What one run wrote of the secret, and where: what of each output was found first.
fn found(name: &str) -> Vec<String> {
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
    let told =
        |(place, bytes): &(String, Vec<u8>)| Some(format!("{place}: {}", find_canary(bytes)?));
    outputs.iter().filter_map(told).collect()
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
