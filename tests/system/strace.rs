//! This program under `strace`, which fails or kills it at a call that it makes for the log's files.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;

use crate::{JOB, LOG_DIR};

/// What the writer writes to, and the directory of its keys; the log's own is there, too.
const FILES: [&str; 7] = [
    "audit.jsonl",
    "audit.next",
    "audit.gz.next",
    "audit.keys",
    "audit.checkpoint.next",
    "keys",
    "keys/audit.key.next",
];

/// So many programs run at a time.
const AT_A_TIME: usize = 2;

/// Does each of these, some at a time, and says what came of each.
///
/// # Panics
///
/// One came to an error.
pub(crate) fn each<C: Copy + Send + std::fmt::Debug, R: Send>(
    cases: Vec<C>,
    run: impl Fn(C) -> Result<R, String> + Sync,
) -> Vec<(C, R)> {
    let (left, came) = (Mutex::new(cases), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let Some(case) = left.lock().unwrap().pop() else { return };
            let one = run(case).unwrap_or_else(|broken| panic!("violation: {case:?}: {broken}"));
            came.lock().unwrap().push((case, one));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(work);
        }
    });
    came.into_inner().unwrap()
}

/// Does a job in a directory, and says what it printed and how many calls were tampered with.
/// `tampering` is what `strace` should do, as `call:error=EIO:when=3`.
pub(crate) fn run(job: &str, dir: &Path, tampering: &[String]) -> (Output, usize) {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "signal=none", "-o"]).arg(trace.path());
    let files = FILES.map(|name| dir.join(name));
    for file in files.iter().map(AsRef::as_ref).chain([dir]) {
        command.arg("-P").arg(file);
    }
    let calls: Vec<&str> = tampering.iter().filter_map(|one| one.split(':').next()).collect();
    command.args(["-e", &format!("trace={}", calls.join(","))]);
    for one in tampering {
        command.args(["-e", &format!("inject={one}")]);
    }
    command.arg(std::env::current_exe().unwrap());
    let ran = output(command, job, dir);
    let trace = std::fs::read_to_string(trace.path()).unwrap();
    (ran, trace.matches("(INJECTED)").count())
}

/// Does a job in a directory, and nothing hinders it.
pub(crate) fn run_unhindered(job: &str, dir: &Path) -> Output {
    output(Command::new(std::env::current_exe().unwrap()), job, dir)
}

fn output(mut command: Command, job: &str, dir: &Path) -> Output {
    command.env(LOG_DIR, dir).env(JOB, job).output().unwrap()
}

/// # Errors
///
/// Says why the system cannot be made to fail here.
pub(crate) fn is_there() -> Result<(), String> {
    let ran = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1..2", "true"])
        .output()
        .map_err(|error| format!("strace: {error}"))?;
    match ran.status.success() {
        true => Ok(()),
        false => Err(format!("strace: {}", String::from_utf8_lossy(&ran.stderr))),
    }
}
