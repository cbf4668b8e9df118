//! A child that was forked off has the memory of a writer and not its thread.

use std::path::Path;
use std::time::Duration;

use audit_core::EmitError;
use audit_writer::Writer;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::kit::{LONG, counts_in, panics, rang, rang_long, said};
use crate::system::{_exit, fork};

const EVENTS: u32 = 100;

/// Far longer than anything here takes: who waits for a thread that is not there is found out.
const NEVER: Duration = Duration::from_secs(100_000);

/// Forks. The child does something and ends without destructors; its id.
fn forked(child: impl FnOnce()) -> Pid {
    let id = fork();
    if id == 0 {
        _exit(i32::from(panics(child)));
    }
    Pid::from_raw(id).unwrap()
}

fn emit(from: u32) {
    for count in from..from + EVENTS {
        rang(count).emit().unwrap();
    }
}

/// In the child: all is refused, at once, and the log belongs to the parent.
fn tries_everything(log: Writer, dir: &Path) {
    assert_eq!(rang(7_000).emit(), Err(EmitError::AfterFork));
    assert_eq!(rang_long(7_001).emit(), Err(EmitError::AfterFork));
    assert_eq!(rang(7_002).emit_durable().err(), Some(EmitError::AfterFork));
    rang(7_003).emit_or_count();
    assert_eq!(log.flush(NEVER), Err(EmitError::AfterFork));
    assert!(!log.close_within(NEVER).is_complete());
    drop(log);
    let parent = std::os::unix::process::parent_id();
    let error = Writer::builder(dir).start().unwrap_err();
    assert_eq!(error.locked_by(), Some(parent), "{error}");
}

pub(crate) fn program(dir: &Path) {
    let log = Writer::builder(dir).shutdown_within(NEVER).install().unwrap();
    emit(0);
    let id = fork();
    if id == 0 {
        _exit(i32::from(panics(|| tries_everything(log, dir))));
    }
    emit(EVENTS);
    let ended = waitpid(Pid::from_raw(id), WaitOptions::empty()).unwrap().unwrap().1;
    assert_eq!(ended.exit_status(), Some(0));
    emit(2 * EVENTS);
    assert_eq!(Writer::builder(dir).start().unwrap_err().locked_by(), Some(std::process::id()));
    let report = log.shutdown_within(LONG);
    assert!(report.is_complete() && report.stats.accepted == u64::from(3 * EVENTS), "{report}");
}

pub(crate) fn the_log_stays_whole() {
    let dir = tempfile::tempdir().unwrap();
    said("fork", dir.path());
    assert_eq!(counts_in(dir.path()), (0..3 * EVENTS).collect::<Vec<_>>());
}

pub(crate) fn program_whose_child_stays(dir: &Path) {
    let log = Writer::builder(dir).install().unwrap();
    let child = forked(|| std::thread::sleep(NEVER));
    emit(0);
    assert!(log.shutdown_within(LONG).is_complete());
    let next = Writer::builder(dir).start();
    kill_process(child, Signal::KILL).unwrap();
    assert!(next.unwrap().shutdown_within(LONG).is_complete());
}

/// The child has the parent's lock in its hands, as it has all open files.
pub(crate) fn a_child_keeps_no_lock() {
    let dir = tempfile::tempdir().unwrap();
    said("fork-that-stays", dir.path());
    assert_eq!(counts_in(dir.path()), (0..EVENTS).collect::<Vec<_>>());
}

/// As `daemon(3)` does it: the parent ends at once behind the fork, without a destructor.
pub(crate) fn program_that_daemonizes(dir: &Path) {
    let log = Writer::builder(dir).start().unwrap();
    rang(0).to(&log).emit().unwrap();
    log.flush(LONG).unwrap();
    if fork() != 0 {
        _exit(0);
    }
    let parent = std::os::unix::process::parent_id();
    let is_daemon = || std::os::unix::process::parent_id() != parent;
    while Writer::builder(dir).start().is_err_and(|error| error.is_locked()) && !is_daemon() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let own = Writer::builder(dir).start().unwrap();
    rang(1).to(&own).emit().unwrap();
    assert!(own.shutdown_within(LONG).is_complete());
    std::fs::write(dir.join("done"), "").unwrap();
    drop(log);
    _exit(0);
}

pub(crate) fn a_daemon_opens_the_log() {
    let dir = tempfile::tempdir().unwrap();
    said("daemon", dir.path());
    for _ in 0..6_000 {
        if dir.path().join("done").exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(counts_in(dir.path()), [0, 1]);
}
