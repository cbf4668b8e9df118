//! What a way through a log comes to.

use super::Walk;
use crate::error::{Error, ErrorKind};
use crate::reader::{LineError, Position};
use crate::verify::anchors::{Anchor, Compared, Source};
use crate::verify::announced::Announced;
use crate::verify::report::{Finding, FindingKind, Notice, Report, Verdict};
use crate::verify::run::Run;
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
        self.judge_announced(&end);
        let is_torn = self.forgive_the_end();
        self.judge_beginning();
        self.judge_unsigned();
        for anchor in std::mem::take(&mut self.anchors) {
            self.judge_anchor(&anchor, &end);
        }
        self.judge_proof();
        Ok(self.report(is_torn))
    }

    /// A torn end behind the last checkpoint is what a crash leaves: of a run that was not closed
    /// anything, of one that was only what the next run did not come to write. Whether there was one.
    fn forgive_the_end(&mut self) -> bool {
        let protected = self.signed_until;
        let is_closed = self.run == Run::Closed;
        let ends = [LineError::Torn, LineError::TooLong].map(|error| error.to_string());
        let hopeless = LineError::Hopeless.to_string();
        self.findings.drop_end_where(|finding| match &finding.what {
            FindingKind::Unreadable { why } => {
                let may_be_left = if is_closed { ends.contains(why) } else { *why != hopeless };
                finding.seq >= protected && may_be_left
            }
            _ => false,
        })
    }

    /// Lines before the first one that is there were removed by the log itself, or are missing.
    fn judge_beginning(&mut self) {
        let is_explained = self.is_pruned || self.unsigned_from.is_some() || self.first_seq == 0;
        if !is_explained && !self.unsigned.iter().any(|it| it.seq == self.first_seq) {
            let what = FindingKind::Missing { from: 0, to: self.first_seq - 1 };
            let finding = Finding::at(what, &self.begins_at, 0);
            self.findings.insert_first(finding);
        }
    }

    /// Lines without evidence are lines like others where the log says, and proves, that it had none.
    fn judge_unsigned(&mut self) {
        if let Some((from, at)) = &self.unsigned_from {
            let (from, to) = (*from, self.next().saturating_sub(1));
            self.unsigned.push(Finding::at(FindingKind::Unsigned { from, to }, at, from));
        }
        for finding in std::mem::take(&mut self.unsigned) {
            let FindingKind::Unsigned { from, to } = finding.what else { continue };
            let is_before = self.may_be_unsigned_until.is_some_and(|until| to < until);
            let is_behind = self.may_be_unsigned_from.is_some_and(|since| since <= from);
            match is_before || is_behind {
                true => self.notices.push(Notice::Unsigned { from, to }),
                false => self.findings.push(finding),
            }
        }
    }

    /// A segment's header is durable before it is announced.
    fn judge_announced(&mut self, end: &Position) {
        let size = self.next();
        let announced = self.announced.as_ref().and_then(Announced::last);
        if let Some(last) = announced.filter(|last| *last >= size) {
            self.signed_until = self.signed_until.max(last + 1);
            self.findings.push(Finding::at(FindingKind::Ahead { size: last + 1 }, end, size));
        }
        if let Some(until) = self.earlier_until {
            self.notices.push(Notice::EarlierKeys { until });
        }
    }

    /// A checkpoint that the log did not confirm on the way.
    fn judge_anchor(&mut self, anchor: &Anchor, end: &Position) {
        let (size, next) = (anchor.size(), self.next());
        match anchor.compared {
            Compared::Confirmed => return self.confirm(anchor),
            Compared::Wrong => return, // That was told where it stands.
            // Signed by a key that was not given, and as the later ones found it.
            Compared::SameTree if size < self.proven => return self.confirm(anchor),
            Compared::NotYet | Compared::SameTree | Compared::OtherTree => {}
        }
        // That keys are not known explains that signatures are not, and no other tree.
        let is_other = anchor.compared == Compared::OtherTree;
        let is_told = |finding: &Finding| {
            finding.seq <= size && !finding.is_damage() && !(is_other && finding.is_of_new_keys())
        };
        let what = match anchor.source {
            // A checkpoint's own line was durable before anybody got the checkpoint.
            Source::Beside if size >= next => FindingKind::Ahead { size: size + 1 },
            Source::Kept | Source::Accepted if size >= next => FindingKind::OlderThan { size },
            _ if size < self.first_seq && self.is_pruned => {
                return self.notices.push(Notice::TooOld { size });
            }
            _ if self.findings.as_slice().iter().any(is_told) => return,
            Source::Beside => FindingKind::NotSigned,
            Source::Kept | Source::Accepted => FindingKind::OlderThan { size },
        };
        self.findings.push(Finding::at(what, end, size.min(next)));
    }

    fn confirm(&mut self, anchor: &Anchor) {
        match anchor.source {
            Source::Beside => {}
            Source::Kept => self.is_anchored = true,
            Source::Accepted => self.accepted_until = Some(anchor.size()),
        }
    }

    /// A run's first checkpoint is durable before its first event: no crash leaves events alone.
    fn judge_proof(&mut self) {
        let is_told = |finding: &Finding| finding.is_false();
        if self.checkpoints == 0
            && self.has_events
            && self.unsigned_from.is_none()
            && !self.findings.as_slice().iter().any(is_told)
        {
            let what = FindingKind::Unproved;
            self.findings.push(Finding::at(what, &self.begins_at, self.first_seq));
        }
    }

    fn report(self, is_torn: bool) -> Report {
        let size = self.next();
        let protected = self.last_signed.as_ref().map_or(self.first_seq, |signed| signed.seq + 1);
        let is_closed = self.closed_by.is_some_and(|seq| seq + 1 == size) && !is_torn;
        let more_findings = self.findings.not_kept;
        let accepted_until = self.accepted_until.unwrap_or(0);
        let is_history = |finding: &Finding| finding.seq < accepted_until;
        let (history, findings) = self.findings.into_kept().into_iter().partition(is_history);
        let mut report = Report {
            verdict: Verdict::Intact, // Until it is judged.
            authenticated: self.announced.is_some(),
            anchored: self.is_anchored,
            origin: self.origin,
            first_seq: self.first_seq,
            size,
            unprotected_from: (protected < size || !is_closed).then_some(protected),
            checkpoints: self.checkpoints,
            last_signed: self.last_signed,
            findings,
            more_findings,
            history,
            notices: self.notices,
        };
        report.judge(self.signed_until.max(self.first_seq), is_closed);
        report
    }
}
