//! What `emit` costs the thread that calls it: no allocation, no release, no system call, as long
//! as the record fits a slot and the channel has room. A program of its own, because it counts what
//! its allocator does, and because a system call ends the program that is to make none.
//!
//! That program is this one, started once for each case.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]
#![expect(clippy::print_stdout, reason = "it says what it counted, and what it had to skip")]

mod allocations;
mod calls;
mod child;
mod events;
mod pace;

use std::path::Path;
use std::process::ExitCode;

use crate::child::Case;

/// Where the program keeps its log, if this is the program.
const LOG_DIR: &str = "AUDIT_TEST_LOG_DIR";

type Test = (&'static str, fn() -> Verdict);

/// How a test ended that did not fail.
enum Verdict {
    Ok(String),
    /// What is needed is not on this machine.
    Skipped(String),
}

const TESTS: &[Test] = &[
    ("the_counter_counts", allocations::the_counter_counts),
    ("a_record_that_fits_a_slot_allocates_nothing", allocations::a_fitting_record),
    ("a_record_that_does_not_fit_is_counted", allocations::a_record_that_does_not_fit),
    ("the_filter_kills_whoever_calls_the_system", calls::the_filter_kills),
    ("emit_makes_no_system_call", calls::emit_makes_none),
    ("emit_makes_no_system_call_that_strace_sees", calls::strace_sees_none),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(dir) = std::env::var_os(LOG_DIR) {
        return child::run(Path::new(&dir), &Case::parse(&arguments).unwrap());
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS; // As test runners ask.
    }
    for (name, test) in TESTS {
        match test() {
            Verdict::Ok(said) => println!("test {name} ... ok: {said}"),
            Verdict::Skipped(why) => println!("test {name} ... SKIPPED: {why}"),
        }
    }
    println!("\ntest result: ok. {} ran", TESTS.len());
    ExitCode::SUCCESS
}
