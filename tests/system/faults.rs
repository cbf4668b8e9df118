//! Every call that the writer makes for its files fails, once and three times in a row.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;

use crate::told::Told;
use crate::{FAULTS, JOB, LOG_DIR, Sum, Verdict};

/// What the writer asks the system for.
const CALLS: [&str; 6] = ["write", "fdatasync", "fsync", "openat", "renameat2", "unlinkat"];
const ERRORS: [&str; 2] = ["EIO", "ENOSPC"];
/// A call fails from its n-th use on, for each n up to this: a start has seven uses of `openat`.
const USES: u32 = 10;
/// As often in a row it fails.
const TIMES: [u32; 2] = [1, 3];
/// So many programs run at a time.
const AT_A_TIME: usize = 2;

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
    for call in CALLS {
        for error in ERRORS {
            for first in 1..=USES {
                cases.extend(TIMES.map(|times| Case { call, error, first, times }));
            }
        }
    }
    cases
}

/// Runs every case, and says by its sum how many there were.
pub(crate) fn every_call(sum: &mut Sum) -> Verdict {
    if let Err(why) = is_there() {
        return Verdict::Skipped(why);
    }
    let left = Mutex::new(cases());
    let came = Mutex::new(Vec::new());
    let work = || {
        loop {
            let Some(case) = left.lock().unwrap().pop() else { return };
            let one = run(case).unwrap_or_else(|broken| panic!("violation: {case:?}: {broken}"));
            came.lock().unwrap().push((case.call, one));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(work);
        }
    });
    let came = came.into_inner().unwrap();
    for (call, one) in &came {
        sum.runs += 1;
        sum.hit += one.hit;
        sum.acknowledged += one.told.acknowledged.len();
        assert!(one.hit > 0, "{call} was not to fail late: it did not at all");
    }
    let refused: usize = came.iter().map(|(_, one)| one.told.refused).sum();
    Verdict::Ok(format!("of the events that were waited for {refused} were refused"))
}

fn run(case: Case) -> Result<Came, String> {
    let dir = tempfile::tempdir().unwrap();
    let trace = tempfile::NamedTempFile::new().unwrap();
    let ran = traced(case, dir.path(), trace.path());
    let look = || {
        let told = Told::parse(&ran)?;
        told.check(dir.path())?;
        Ok(told)
    };
    let told: Result<Told, String> = look();
    let trace = std::fs::read_to_string(trace.path()).unwrap();
    let hit = trace.matches("(INJECTED)").count();
    told.map(|told| Came { hit, told })
        .map_err(|broken| format!("{broken}\nthe log is kept in {}", dir.keep().display()))
}

fn traced(case: Case, dir: &Path, trace: &Path) -> Output {
    let Case { call, error, first, times } = case;
    let last = first + times - 1;
    let own = std::env::current_exe().unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "signal=none", "-o"]).arg(trace);
    for file in [dir.to_owned(), dir.join("audit.jsonl"), dir.join("audit.next")] {
        command.arg("-P").arg(file);
    }
    command
        .args(["-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:error={error}:when={first}..{last}")])
        .arg(own)
        .env(LOG_DIR, dir)
        .env(JOB, FAULTS)
        .output()
        .unwrap()
}

/// # Errors
///
/// Says why the system cannot be made to fail here.
fn is_there() -> Result<(), String> {
    let ran = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1..2", "true"])
        .output()
        .map_err(|error| format!("strace: {error}"))?;
    match ran.status.success() {
        true => Ok(()),
        false => Err(format!("strace: {}", String::from_utf8_lossy(&ran.stderr))),
    }
}
