//! What a way through a log comes to.

use super::Walk;
use crate::error::{Error, ErrorKind};
use crate::reader::Position;
use crate::verify::report::{Finding, FindingKind, Report, Verdict};
use crate::verify::version::Version;

impl Walk {
    /// # Errors
    ///
    /// A segment is of a version of the format that is not known: it cannot be judged.
    pub(in crate::verify) fn finish(mut self) -> Result<Report, Error> {
        if let Version::Met(segment) | Version::Confirmed(segment) = self.version {
            return Err(ErrorKind::Version { segment }.into());
        }
        let end = self.before.take().unwrap_or(Position { segment: String::new(), line: 0 });
        let size = self.next();
        if let Some(announced) = &self.announced {
            let missing = announced.last().filter(|last| *last >= size);
            if let Some(last) = missing {
                let what = FindingKind::Missing { from: size, to: last };
                self.findings.push(Finding::at(what, &end, size));
            }
        }
        for anchor in std::mem::take(&mut self.anchors) {
            let is_of_it = self.origin.as_ref().is_none_or(|origin| *origin == anchor.origin);
            if !is_of_it || anchor.size > self.first_seq {
                let what = FindingKind::OlderThan { size: anchor.size };
                self.findings.push(Finding::at(what, &end, size));
            }
        }
        // A checkpoint's own line was durable before anybody got the checkpoint.
        if let Some(least) = self.least_size.filter(|least| size < *least) {
            let what = FindingKind::OlderThan { size: least - 1 };
            self.findings.push(Finding::at(what, &end, size));
        }
        if self.unannounced.is_some() && self.first_seq > 0 {
            let what = FindingKind::Missing { from: 0, to: self.first_seq - 1 };
            self.findings.insert(0, Finding::at(what, &self.begins_at, 0));
        }
        self.forgive_the_end();
        let protected = self.last_checkpoint.map_or(self.first_seq, |seq| seq + 1);
        let is_closed = self.closed_by.is_some_and(|seq| seq + 1 == size);
        let verdict = match &self.findings {
            findings if findings.iter().any(Finding::is_rollback) => Verdict::RolledBack,
            // Behind the last checkpoint a crash leaves anything.
            findings if findings.iter().any(|finding| finding.is_tampering(protected)) => {
                Verdict::Altered
            }
            findings if !findings.is_empty() => Verdict::Damaged,
            _ if is_closed => Verdict::Intact,
            _ => Verdict::Unclosed,
        };
        Ok(Report {
            verdict,
            authenticated: self.announced.is_some(),
            origin: self.origin,
            first_seq: self.first_seq,
            size,
            unprotected_from: (protected < size || !is_closed).then_some(protected),
            checkpoints: self.checkpoints,
            findings: self.findings,
        })
    }

    /// A torn end behind the last checkpoint is what a crash leaves.
    fn forgive_the_end(&mut self) {
        let protected = self.last_checkpoint.map_or(0, |seq| seq + 1);
        while let Some(last) = self.findings.last() {
            let is_torn =
                matches!(last.what, FindingKind::Unreadable { .. }) && last.seq >= protected;
            if !is_torn {
                return;
            }
            self.findings.pop();
        }
    }
}
