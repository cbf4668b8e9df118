//! Signed notes, hash trees and proofs are what others take them for: a program in Go, over an
//! implementation that shares nothing with ours, checks those of a log, and refuses what was
//! changed. It takes `go` and Debian's `golang-golang-x-mod-dev`. Where `CI` is `true` in the
//! environment, they must be there.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]
#![expect(clippy::indexing_slicing, reason = "a test that fails panics")]
#![expect(clippy::print_stdout, reason = "it says what it checked, and what it had to skip")]

mod go;
mod log;

use std::process::ExitCode;

use crate::go::Go;
use crate::log::Shown;

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS; // As test runners ask.
    }
    let must_run = std::env::var("CI").is_ok_and(|value| value == "true");
    let go = match Go::build() {
        Ok(go) => go,
        Err(why) if must_run => panic!("{why}"),
        Err(why) => {
            println!("outside: SKIPPED: {why}");
            return ExitCode::SUCCESS;
        }
    };
    let shown = Shown::new();
    println!("test what_a_log_shows_holds_for_others ... ok: {}", holds(&go, &shown));
    println!("test what_was_changed_does_not_hold ... ok: {} changes", changed(&go, &shown));
    ExitCode::SUCCESS
}

/// Everything that the log shows holds, and it is much.
fn holds(go: &Go, shown: &Shown) -> String {
    let said = go.check(shown.dir()).unwrap_or_else(|refused| panic!("refused: {refused}"));
    let numbers: Vec<usize> = said.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
    let [proofs, trees, grown] = numbers[..] else { panic!("{said}") };
    assert_eq!((proofs, trees), (shown.proofs, shown.checkpoints), "{said}");
    assert!(proofs > 80 && trees > 4 && grown == trees * (trees - 1) / 2, "{said}");
    said
}

/// A byte is changed in every line of each file, one at a time: none of it holds. How many there
/// were.
fn changed(go: &Go, shown: &Shown) -> usize {
    let last_proof = format!("proofs/{:03}", shown.proofs - 1);
    let mut changes = 0;
    for name in ["key", "lines", "proofs/000", "proofs/042", &last_proof] {
        let path = shown.dir().join(name);
        let whole = std::fs::read(&path).unwrap();
        // Of the lines every tenth, and none that no checkpoint is of.
        let (step, lines) = if name == "lines" { (10, shown.proofs) } else { (1, usize::MAX) };
        let starts = whole.split_inclusive(|byte| *byte == b'\n').scan(0, |next, line| {
            let start = *next;
            *next += line.len();
            Some((start, line.len()))
        });
        for (start, len) in starts.take(lines).step_by(step) {
            let mut bytes = whole.clone();
            bytes[start + len / 2] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            let refused = go.check(shown.dir());
            assert!(refused.is_err(), "{name}: a byte of the line at {start}: {refused:?}");
            changes += 1;
        }
        std::fs::write(&path, whole).unwrap();
    }
    assert!(go.check(shown.dir()).is_ok(), "everything is as it was");
    changes
}
