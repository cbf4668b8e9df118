//! Programs that end without dropping the guard of their log.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use audit_core::EmitError;
use audit_log::Log;
use audit_log::reader::Json;
use audit_writer::Writer;

use crate::kit::{LONG, counts_in, rang, said};

/// A guard that is never dropped.
static LOG: OnceLock<Writer> = OnceLock::new();

const EVENTS: u32 = 1_000;

fn emit_all(dir: &Path) {
    LOG.set(Writer::builder(dir).install().unwrap()).unwrap();
    (0..EVENTS).for_each(|count| rang(count).emit().unwrap());
}

fn shut_down() {
    let report = audit_writer::shutdown_within(LONG).unwrap();
    assert!(report.is_complete(), "{report}");
    assert_eq!(rang(EVENTS).emit(), Err(EmitError::Closed));
    let again = audit_writer::shutdown_within(LONG).unwrap();
    assert_eq!(again.stats, report.stats, "a later one reports what is known");
}

pub(crate) fn program_that_returns(dir: &Path) {
    emit_all(dir);
    shut_down();
}

pub(crate) fn program_that_exits(dir: &Path) {
    emit_all(dir);
    shut_down();
    std::process::exit(0);
}

pub(crate) fn program_that_becomes_another(dir: &Path) {
    emit_all(dir);
    shut_down();
    panic!("{}", Command::new("true").exec());
}

pub(crate) fn program_that_flushes(dir: &Path) {
    assert_eq!(audit_writer::flush_within(LONG), Err(EmitError::NoRecorder));
    assert_eq!(audit_writer::shutdown_within(LONG), None);
    emit_all(dir);
    audit_writer::flush_within(LONG).unwrap();
    std::process::exit(0);
}

/// It cannot be said how many of its events are there.
pub(crate) fn program_that_just_exits(dir: &Path) {
    emit_all(dir);
    std::process::exit(0);
}

/// What a start records of the end before it: whether it was in order, and how many events may be lost.
fn no_stop(dir: &Path) -> Option<u64> {
    assert!(Writer::builder(dir).start().unwrap().shutdown_within(LONG).is_complete());
    let lines = Log::open(dir).unwrap().lines().unwrap().filter_map(|(_, line)| line.ok());
    let mut ends =
        lines.filter(|line| line.member("type").and_then(Json::as_str) == Some("no_stop"));
    let end = ends.next()?;
    assert!(ends.next().is_none(), "of each run once");
    end.member("in_memory_max").and_then(Json::as_u64)
}

pub(crate) fn nothing_is_lost_where_it_is_shut_down() {
    for case in ["returns", "exits", "execs", "flushes"] {
        let dir = tempfile::tempdir().unwrap();
        said(case, dir.path());
        assert_eq!(counts_in(dir.path()), (0..EVENTS).collect::<Vec<_>>(), "{case}");
        assert_eq!(no_stop(dir.path()).is_some(), case == "flushes", "{case}");
    }
}

pub(crate) fn the_next_run_records_that_there_was_no_stop() {
    let dir = tempfile::tempdir().unwrap();
    said("just-exits", dir.path());
    let written = counts_in(dir.path()).len() as u64;
    let lost_at_most = no_stop(dir.path()).unwrap();
    let lost = u64::from(EVENTS) - written;
    assert!(lost <= lost_at_most, "{lost} of at most {lost_at_most}");
    // Once, and not by each later run.
    assert_eq!(no_stop(dir.path()), Some(lost_at_most));
}
