//! What is amiss, as it is found: so many are kept, and the rest are counted.

use super::report::{Finding, FindingKind};

/// So many findings are kept; a log of which more is amiss is told as well by these.
const KEPT_MAX: usize = 1000;

/// What is amiss, in the order in which it was found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    /// Which of them no checkpoint has explained yet: lines that are missing, or that do not fit the
    /// one before them.
    open_from: usize,
    pub(super) not_kept: u64,
}

impl Findings {
    /// Takes one in. The last place is for the first of the rest that no disk explains.
    pub(super) fn push(&mut self, finding: Finding) {
        if self.kept.len() <= KEPT_MAX {
            return self.kept.push(finding);
        }
        self.not_kept += 1;
        if let Some(last) = self.kept.last_mut()
            && last.is_damage()
        {
            *last = finding;
        }
    }

    /// Whether there is none since the last checkpoint.
    pub(super) fn none_is_open(&self) -> bool {
        self.kept.len() == self.open_from
    }

    /// Those since the last checkpoint.
    pub(super) fn open(&mut self) -> &mut [Finding] {
        self.kept.get_mut(self.open_from..).unwrap_or_default()
    }

    /// No checkpoint explains any of them from here on.
    pub(super) fn close(&mut self) {
        self.open_from = self.kept.len();
    }

    pub(super) fn last(&self) -> Option<&Finding> {
        self.kept.last()
    }

    /// Drops those that are explained.
    pub(super) fn drop_where(&mut self, is_explained: impl Fn(&Finding) -> bool) {
        self.kept.retain(|finding| !is_explained(finding));
        self.open_from = self.open_from.min(self.kept.len());
    }

    /// Drops the last ones, as long as they are explained; whether there were any.
    pub(super) fn drop_end_where(&mut self, is_explained: impl Fn(&Finding) -> bool) -> bool {
        let before = self.kept.len();
        while self.kept.pop_if(|last| is_explained(last)).is_some() {}
        self.kept.len() < before
    }

    /// What cannot be read at the end, where the next line has this number and follows what could be
    /// read: it took no line's place.
    pub(super) fn nothing_is_missing(&mut self, next: u64) {
        for finding in self.kept.iter_mut().rev() {
            match &mut finding.what {
                FindingKind::Unreadable { why } if finding.seq == next => {
                    finding.what = FindingKind::Inserted { why: std::mem::take(why) };
                }
                _ => return,
            }
        }
    }

    pub(super) fn insert_first(&mut self, finding: Finding) {
        self.kept.insert(0, finding);
    }

    pub(super) fn as_slice(&self) -> &[Finding] {
        &self.kept
    }

    pub(super) fn into_kept(self) -> Vec<Finding> {
        self.kept
    }
}
