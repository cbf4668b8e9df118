//! Verifies a log and prints what it holds, with nothing but the crate that reads logs: what an
//! auditor needs is the directory and the key that was kept elsewhere.
//!
//! `cargo run -p audit-log --example verify -- DIR [KEY …]`, with the verifier keys that
//! `auditlog vkey` printed, one a stream. Exit status: 0 intact, 1 something was found, 2 it could
//! not be read.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program says what it finds")]

use std::collections::BTreeMap;
use std::process::ExitCode;

use audit_log::reader::Json;
use audit_log::verify::Trust;
use audit_log::{Log, VerifierKey};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or_else(|| "usage: verify DIR [KEY …]".into());
    match dir.and_then(|dir| run(&dir, arguments)) {
        Ok(is_intact) => ExitCode::from(u8::from(!is_intact)),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Whether all streams of the log are what was written.
fn run(dir: &str, keys: impl Iterator<Item = String>) -> Result<bool, Failure> {
    let keys: Vec<VerifierKey> = keys.map(|key| key.parse()).collect::<Result<_, _>>()?;
    let mut is_intact = true;
    let log = Log::open(dir)?;
    for stream in log.streams()? {
        let log = log.stream(stream);
        let is_of_stream =
            |key: &&VerifierKey| key.name().ends_with(&format!("/{}", stream.name()));
        let key = keys.iter().find(is_of_stream).cloned();
        let report = log.verify(&Trust::from(key))?;
        println!("{}: {report}", stream.name());
        is_intact &= report.is_intact();
        let mut counts = BTreeMap::new();
        for (position, line) in log.lines()? {
            let line =
                line.map_err(|error| format!("{}:{}: {error}", position.segment, position.line))?;
            let what = line.get("event").and_then(Json::as_str).unwrap_or(&line.kind).to_owned();
            *counts.entry(what).or_insert(0_u64) += 1;
        }
        for (what, count) in counts {
            println!("{count:8} {what}");
        }
    }
    Ok(is_intact)
}
