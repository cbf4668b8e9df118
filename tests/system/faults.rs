//! Every call that the writer makes for its files fails, once and three times in a row.

use crate::told::Told;
use crate::{FAULTS, Sum, Verdict, strace};

/// What the writer asks the system for, and up to which of its uses each fails: a start has eight
/// of `write` and of `fdatasync`, five of `fsync`, sixteen of `openat`, one of `renameat2`, four of
/// `renameat` and six of `unlinkat`, and what comes after it is to fail as well.
const CALLS: [(&str, u32); 7] = [
    ("write", 14),
    ("fdatasync", 14),
    ("fsync", 12),
    ("openat", 20),
    ("renameat2", 10),
    ("renameat", 12),
    ("unlinkat", 12),
];
const ERRORS: [&str; 2] = ["EIO", "ENOSPC"];
/// As often in a row it fails.
const TIMES: [u32; 2] = [1, 3];

/// One program, and how the system fails it.
#[derive(Clone, Copy, Debug)]
struct Case {
    call: &'static str,
    error: &'static str,
    first: u32,
    times: u32,
}

/// What came of a case.
struct Came {
    hit: usize,
    told: Told,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (call, uses) in CALLS {
        for error in ERRORS {
            for first in 1..=uses {
                cases.extend(TIMES.map(|times| Case { call, error, first, times }));
            }
        }
    }
    cases
}

/// Runs every case, and says by its sum how many there were.
pub(crate) fn every_call(sum: &mut Sum) -> Verdict {
    if let Err(why) = strace::is_there() {
        return Verdict::Skipped(why);
    }
    let came = strace::each(cases(), run);
    for (case, one) in &came {
        sum.runs += 1;
        sum.hit += one.hit;
        sum.acknowledged += one.told.acknowledged.len();
        assert!(one.hit > 0, "{case:?} was not to fail late: it did not at all");
    }
    let refused: usize = came.iter().map(|(_, one)| one.told.refused).sum();
    Verdict::Ok(format!("of the events that were waited for {refused} were refused"))
}

fn run(case: Case) -> Result<Came, String> {
    let Case { call, error, first, times } = case;
    let dir = tempfile::tempdir().unwrap();
    let last = first + times - 1;
    let tampering = format!("{call}:error={error}:when={first}..{last}");
    let (ran, hit) = strace::run(FAULTS, dir.path(), &[tampering]);
    let look = || {
        let told = Told::parse(&ran)?;
        told.check(dir.path())?;
        Ok(Came { hit, told })
    };
    let came: Result<Came, String> = look();
    came.map_err(|broken| format!("{broken}\nthe log is kept in {}", dir.keep().display()))
}
