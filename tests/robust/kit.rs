//! What the tests share: an event, a child, a look at what was written.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use audit_core::AuditEvent;
use audit_log::Log;
use audit_log::reader::{Json, Lines};
use audit_writer::storage::Storage;

use crate::LOG_DIR;

/// It rang.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "ring", category = "door", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
pub(crate) struct Rang<'a> {
    #[audit(disclose = "counts the test's events", class = "public")]
    pub(crate) count: u32,
    #[audit(disclose = "makes the record short or long", class = "public")]
    pub(crate) tune: &'a str,
}

pub(crate) const LONG: Duration = Duration::from_secs(60);

/// An event whose record travels in a slot.
pub(crate) fn rang(count: u32) -> Rang<'static> {
    Rang { count, tune: "" }
}

/// An event whose record travels in a box.
pub(crate) fn rang_long(count: u32) -> Rang<'static> {
    const TUNE: &str = "ding dong ding dong ding dong ding dong ding dong ding dong ding dong \
                        ding dong ding dong ding dong ding dong ding dong";
    Rang { count, tune: TUNE }
}

/// This program as a child that does one case with the log in a directory.
pub(crate) fn child(case: &str, dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(case).env(LOG_DIR, dir);
    command
}

/// What a child says that must succeed.
pub(crate) fn said(case: &str, dir: &Path) -> String {
    let ran = child(case, dir).output().unwrap();
    assert!(ran.status.success(), "{case}: {}", told(&ran));
    String::from_utf8(ran.stdout).unwrap()
}

/// What a program that failed had to say.
pub(crate) fn told(ran: &Output) -> String {
    format!("{}: {}", ran.status, String::from_utf8_lossy(&ran.stderr))
}

/// The counts that a directory's events carry, in their order.
pub(crate) fn counts_in(dir: &Path) -> Vec<u32> {
    counts(Log::open(dir).unwrap().lines().unwrap())
}

/// The counts that a storage's events carry, in their order.
pub(crate) fn counts_on(storage: &dyn Storage) -> Vec<u32> {
    counts(Log::on(storage).lines().unwrap())
}

fn counts(lines: Lines<'_>) -> Vec<u32> {
    let lines = lines.map(|(position, line)| line.unwrap_or_else(|it| panic!("{position:?} {it}")));
    let events = lines.filter(|line| line.kind == "event");
    let count = |json: &Json| Some(json.get("data")?.get("count")?.as_u64()?.try_into().unwrap());
    events.map(|line| count(&line.json).unwrap()).collect()
}

/// Whether something panics.
pub(crate) fn panics<T>(act: impl FnOnce() -> T) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)).is_err()
}
