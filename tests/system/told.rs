//! What a child said, and whether its log is as it said.

use std::path::Path;
use std::process::Output;

use audit_log::Log;
use audit_log::reader::{Json, Line};
use audit_log::verify::{Trust, Verdict};
use audit_writer::keys::{FileKeys, verifier_key};

use audit_writer::Compression;

use crate::child;
use crate::log::{Acknowledged, line_of, lines};

/// What a child that ended by itself said.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// Events that were waited for, and of which it was not said that they are durable.
    pub(crate) refused: usize,
    report: Option<Report>,
}

/// What the shutdown reported.
#[derive(Clone, Copy, Debug)]
struct Report {
    accepted: u64,
    written: u64,
    folded: u64,
    lost: u64,
}

impl Told {
    /// # Errors
    ///
    /// Says what the child should not have said, or that it came to a bad end.
    pub(crate) fn parse(ran: &Output) -> Result<Told, String> {
        if !ran.status.success() {
            return Err(format!("{}: {}", ran.status, String::from_utf8_lossy(&ran.stderr)));
        }
        let (told, is_started) = Told::read(ran)?;
        match told.report.is_some() == is_started {
            true => Ok(told),
            false => Err(format!("started: {is_started}; but {told:?}")),
        }
    }

    /// What a child said until it was killed.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Told::parse).
    pub(crate) fn until_killed(ran: &Output) -> Result<Told, String> {
        Ok(Told::read(ran)?.0)
    }

    /// With what a run before said. That one's report does not count: it is not of all lines.
    pub(crate) fn after(mut self, before: Told) -> Told {
        self.acknowledged.extend(before.acknowledged);
        self.report = None;
        self
    }

    /// What was said, and whether the writer started.
    fn read(ran: &Output) -> Result<(Told, bool), String> {
        let said = String::from_utf8_lossy(&ran.stdout);
        let mut told = Told::default();
        let mut is_started = true;
        for line in said.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["acknowledged", ..] => told.acknowledged.extend(Acknowledged::parse(line)),
                ["refused", ..] => told.refused += 1,
                ["report", counts @ .., "true"] => told.report = Report::parse(counts),
                ["not", "started:", ..] => is_started = false,
                ["full"] => {}
                _ => return Err(format!("the child said {line:?}")),
            }
        }
        Ok((told, is_started))
    }

    /// Opens the log again, which nothing hinders now, and looks at all of it.
    ///
    /// # Errors
    ///
    /// Says what is not as it was said.
    pub(crate) fn check(&self, dir: &Path) -> Result<Vec<Line>, String> {
        let again = child::open(dir, 4 * 1024, Compression::None)
            .map_err(|error| format!("again: {error}"))?;
        let report = again.shutdown();
        if !report.is_complete() {
            return Err(format!("again: {report}"));
        }
        check_evidence(dir)?;
        let lines = lines(dir, audit_core::Stream::Audit)?;
        for told in &self.acknowledged {
            line_of(*told, &lines)?;
            check_not_too_soon(*told, &lines)?;
        }
        match self.report {
            None => Ok(lines),
            Some(report) => report.check(&lines).map(|()| lines),
        }
    }
}

/// No fault looks like an edit.
fn check_evidence(dir: &Path) -> Result<(), String> {
    let keys = FileKeys::of_log(dir).map_err(|error| error.to_string())?;
    let key = verifier_key(&keys, audit_core::Stream::Audit).map_err(|error| error.to_string())?;
    let report = Log::open(dir)
        .and_then(|log| log.verify(&Trust::from(key)))
        .map_err(|error| error.to_string())?;
    match report.verdict == Verdict::Intact && report.authenticated {
        true => Ok(()),
        false => Err(report.to_string()),
    }
}

/// Whoever waited for a line that was not durable when something failed was not told that it is,
/// although it has come again since.
fn check_not_too_soon(told: Acknowledged, lines: &[Line]) -> Result<(), String> {
    let number = |line: &Line| line.member("unsynced_from").and_then(Json::as_u64);
    let faults = lines.iter().filter_map(|line| Some(number(line)?..line.seq));
    match faults.into_iter().find(|unsynced| unsynced.contains(&told.seq)) {
        Some(unsynced) => Err(format!("acknowledged too soon: {told:?}, of {unsynced:?}")),
        None => Ok(()),
    }
}

impl Report {
    fn parse(counts: &[&str]) -> Option<Report> {
        let [accepted, written, folded, lost] = counts else { return None };
        Some(Report {
            accepted: accepted.parse().ok()?,
            written: written.parse().ok()?,
            folded: folded.parse().ok()?,
            lost: lost.parse().ok()?,
        })
    }

    /// Whether all that was accepted is in a line, by itself or by number.
    fn check(self, lines: &[Line]) -> Result<(), String> {
        let Report { accepted, written, folded, lost } = self;
        let events = lines.iter().filter(|line| line.kind == "event").count() as u64;
        let found = (events, sum(lines, "summary", "count"), sum(lines, "gap", "lost"));
        match accepted == written + folded + lost && found == (written, folded, lost) {
            true => Ok(()),
            false => Err(format!("{self:?}; but there are {found:?}")),
        }
    }
}

fn sum(lines: &[Line], kind: &str, key: &str) -> u64 {
    let of_kind = lines.iter().filter(|line| line.kind == kind);
    of_kind.filter_map(|line| line.get(key).and_then(Json::as_u64)).sum()
}
