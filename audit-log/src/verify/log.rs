//! Verifying a log that may be in use.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use audit_core::Stream;

use super::limits::Limits;
use super::progress::Progress;
use super::report::Report;
use super::trust::Trust;
use super::way::{End, Way};
use crate::error::{Error, ErrorKind};
use crate::evidence::announcements::Notes;
use crate::name::{Files, stream_of};
use crate::storage::ReadStorage;

/// What is not found to be whole is looked at so often, as long as its files change meanwhile.
const LOOKS_MAX: usize = 5;
/// So often a way is begun anew because its next segment was pruned.
const BEGINNINGS_MAX: usize = 1000;

/// What is verified, and against what.
pub(super) struct Log<'a> {
    pub(super) storage: &'a dyn ReadStorage,
    pub(super) stream: Stream,
    pub(super) trust: &'a Trust,
    /// They are the same however often the log is gone through.
    pub(super) limits: Arc<Mutex<Limits<'a>>>,
}

impl<'a> Log<'a> {
    pub(super) fn of(storage: &'a dyn ReadStorage, stream: Stream, trust: &'a Trust) -> Log<'a> {
        let limits = Limits::of(Notes::of(storage, Files::of(stream)), trust);
        Log { storage, stream, trust, limits: Arc::new(Mutex::new(limits)) }
    }

    /// Nothing is reported before a second look at what changed.
    pub(super) fn verify(&self, progress: &Progress) -> Result<Report, Error> {
        let mut before = self.files()?;
        let mut report = self.verify_once(progress);
        for _ in 1..LOOKS_MAX {
            if report.as_ref().is_ok_and(Report::is_intact) {
                break;
            }
            let now = self.files()?;
            if now == before {
                break;
            }
            before = now;
            report = self.verify_once(progress);
        }
        report
    }

    fn verify_once(&self, progress: &Progress) -> Result<Report, Error> {
        match self.verify_on_all_cores(progress)? {
            Some(report) => Ok(report),
            None => self.verify_line_by_line(progress),
        }
    }

    /// Nothing where something does not fit.
    pub(super) fn verify_on_all_cores(&self, progress: &Progress) -> Result<Option<Report>, Error> {
        self.go(progress, Way::on_all_cores)
    }

    pub(super) fn verify_line_by_line(&self, progress: &Progress) -> Result<Report, Error> {
        let report = self.go(progress, Way::line_by_line)?;
        report.ok_or_else(|| ErrorKind::Pruned.into())
    }

    /// Goes through the log, as often as it takes until no segment is pruned before its turn.
    fn go(
        &self,
        progress: &Progress,
        go: impl Fn(Way<'a>) -> Result<End, Error>,
    ) -> Result<Option<Report>, Error> {
        let mut from = 0;
        for _ in 0..BEGINNINGS_MAX {
            match go(Way::begin(self, from, progress)?)? {
                End::Report(report) => return Ok(Some(report)),
                End::Misfit => return Ok(None),
                End::Gone(name) => from = name.seq.saturating_add(1),
            }
        }
        Ok(None)
    }

    /// The names and sizes of the stream's files.
    pub(super) fn files(&self) -> Result<BTreeMap<String, u64>, Error> {
        let next = Files::of(self.stream).next;
        let mut files = self.storage.list().map_err(Error::io("list", "the directory"))?;
        files.retain(|(name, _)| stream_of(name) == Some(self.stream) || name == next);
        Ok(files.into_iter().collect())
    }
}
