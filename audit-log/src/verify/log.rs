//! Verifying a log that may be in use.

use super::progress::Progress;
use super::report::Report;
use super::subject::Subject;
use super::way::{End, Way};
use crate::error::{Error, ErrorKind};

/// What is not found to be whole is looked at so often, as long as its files change meanwhile.
const LOOKS_MAX: usize = 5;
/// So often a way is begun anew because its next segment was pruned.
const BEGINNINGS_MAX: usize = 1000;

impl<'a> Subject<'a> {
    /// Nothing is reported before a second look at what changed.
    pub(crate) fn verify(&self, progress: &Progress) -> Result<Report, Error> {
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
}
