//! What the emitting thread asks of the system.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};

use rustix::process::Signal;

use crate::child::{Act, COUNT, Case, Watch};
use crate::{LOG_DIR, Verdict};

/// The system call that marks where the tracer's reader begins and ends to count.
const MARK: &str = "getppid";

fn child(case: Case, log: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(case.arguments()).env(LOG_DIR, log);
    command
}

fn filtered(act: Act) -> Output {
    let log = tempfile::tempdir().unwrap();
    child(Case { act, watch: Watch::Filter }, log.path()).output().unwrap()
}

fn is_killed(ran: &Output) -> bool {
    ran.status.signal() == Some(Signal::SYS.as_raw())
}

fn told(ran: &Output) -> String {
    format!("{}: {}", ran.status, String::from_utf8_lossy(&ran.stderr))
}

/// The controls: the filter lets live whoever makes no system call, and nobody else.
pub(crate) fn the_filter_kills() -> Verdict {
    let ran = filtered(Act::Nothing);
    assert!(ran.status.success(), "{}", told(&ran));
    for act in [Act::GetPid, Act::Write] {
        let ran = filtered(act);
        assert!(is_killed(&ran), "{act:?}: {}", told(&ran));
        assert!(ran.stderr.is_empty(), "{act:?}: {}", told(&ran));
    }
    Verdict::Ok("getpid and write were killed".to_owned())
}

/// How to emit where only the emitting is looked at.
///
/// The kernel lends programs its clocks, but not on every machine: on some, reading them is a
/// system call, whoever does it.
fn emitting() -> (Act, &'static str) {
    match is_killed(&filtered(Act::ReadClock)) {
        false => (Act::Emit, "with the machine's clocks"),
        true => (Act::EmitTimeless, "WITHOUT THIS MACHINE'S CLOCKS, which are system calls"),
    }
}

pub(crate) fn emit_makes_none() -> Verdict {
    let (act, how) = emitting();
    let ran = filtered(act);
    assert!(!is_killed(&ran), "emit made a system call; of {COUNT} events: {:?}", traced(act));
    assert!(ran.status.success(), "{}", told(&ran));
    Verdict::Ok(format!("{COUNT} events, {how}"))
}

pub(crate) fn strace_sees_none() -> Verdict {
    match traced(Act::GetPid) {
        Ok(calls) => assert_eq!(calls, BTreeMap::from([("getpid".to_owned(), 1)])),
        Err(why) => return Verdict::Skipped(why),
    }
    let (act, how) = emitting();
    let calls = traced(act).unwrap();
    let count: u32 = calls.values().sum();
    assert_eq!(count, 0, "system calls of {COUNT} events: {calls:?}");
    Verdict::Ok(format!("{count} for {COUNT} events, {how}"))
}

/// What the watched thread called how often; an error says why it cannot be known here.
fn traced(act: Act) -> Result<BTreeMap<String, u32>, String> {
    let (log, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let trace = place.path().join("trace");
    let program = child(Case { act, watch: Watch::Marks }, log.path());
    let ran = Command::new("strace")
        .args(["-f", "-qq", "-e", "signal=none", "-o"])
        .arg(&trace)
        .arg(program.get_program())
        .args(program.get_args())
        .env(LOG_DIR, log.path())
        .output()
        .map_err(|error| format!("strace: {error}"))?;
    let Ok(trace) = std::fs::read_to_string(&trace) else {
        return Err(format!("strace: {}", told(&ran)));
    };
    if trace.is_empty() {
        return Err(format!("strace: {}", told(&ran)));
    }
    assert!(ran.status.success(), "{}", told(&ran));
    Ok(between_marks(&trace))
}

/// The calls of the thread that made the marks, between them, in lines such as `17 getpid() = 16`.
fn between_marks(trace: &str) -> BTreeMap<String, u32> {
    let lines = trace.lines().filter_map(|line| {
        let (thread, call) = line.split_once(' ')?;
        Some((thread, call.trim_start().split_once('(')?.0))
    });
    let marker = lines.clone().find(|(_, call)| *call == MARK).map(|(thread, _)| thread);
    let own = lines.filter(|(thread, _)| Some(*thread) == marker).map(|(_, call)| call);
    let (mut marks, mut calls) = (0, BTreeMap::new());
    for call in own {
        match call {
            MARK => marks += 1,
            _ if marks == 1 => *calls.entry(call.to_owned()).or_default() += 1,
            _ => {}
        }
    }
    assert_eq!(marks, 2, "the traced thread marks where it begins and ends");
    calls
}
