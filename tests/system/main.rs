//! What the system refuses the writer costs no acknowledged event and no count, and the writer goes
//! on: calls that fail, by `strace`; a full disk, by a small file system in memory, which takes
//! root. Where `CI` is `true` in the environment, both must be possible.
//!
//! The program that the system fails is this one.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]
#![expect(clippy::panic, reason = "a test that fails panics")]
#![expect(clippy::print_stdout, reason = "it says what it counted, and what it had to skip")]

mod child;
mod faults;
mod full;
mod killed;
#[path = "../kills/log.rs"]
mod log;
mod strace;
mod told;

use std::path::Path;
use std::process::ExitCode;

use audit_writer::Compression;

/// Where the program keeps its log, and what it does, if this is the program that fails.
const LOG_DIR: &str = "AUDIT_TEST_FAILING_DIR";
const JOB: &str = "AUDIT_TEST_FAILING_JOB";
const FAULTS: &str = "faults";
const COMPRESSING: &str = "compressing";
const FULL: &str = "full";

/// What all of it came to.
#[derive(Debug, Default)]
struct Sum {
    runs: usize,
    hit: usize,
    killed: usize,
    acknowledged: usize,
}

/// How a test ended that did not fail.
enum Verdict {
    Ok(String),
    /// What is needed is not on this machine.
    Skipped(String),
}

type Test = (&'static str, fn(&mut Sum) -> Verdict);

const TESTS: &[Test] = &[
    ("a_full_disk_loses_nothing_that_was_acknowledged", full::disk),
    ("every_call_may_fail_at_every_use", faults::every_call),
    ("every_call_may_be_the_last", killed::at_every_call),
];

fn main() -> ExitCode {
    if let Some(dir) = std::env::var_os(LOG_DIR) {
        return match std::env::var(JOB).unwrap().as_str() {
            FULL => child::fill(Path::new(&dir)),
            COMPRESSING => child::emit_all(Path::new(&dir), Compression::Gzip),
            _ => child::emit_all(Path::new(&dir), Compression::None),
        };
    }
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS; // As test runners ask.
    }
    let must_all_run = std::env::var("CI").is_ok_and(|value| value == "true");
    let mut sum = Sum::default();
    for (name, test) in TESTS {
        match test(&mut sum) {
            Verdict::Ok(said) => println!("test {name} ... ok: {said}"),
            Verdict::Skipped(why) if must_all_run => panic!("{name}: {why}"),
            Verdict::Skipped(why) => println!("test {name} ... SKIPPED: {why}"),
        }
    }
    let Sum { runs, hit, killed, acknowledged } = sum;
    println!(
        "system: runs {runs}, faults hit {hit}, killed {killed}, acknowledged {acknowledged}, \
         violations 0"
    );
    ExitCode::SUCCESS
}
