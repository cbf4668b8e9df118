//! What verification found.

use serde::Serialize;

use crate::reader::{LineError, Position};

/// What a log is, as far as it can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Every line is signed, up to the end of the last run.
    Intact,
    /// Every line up to [`Report::unprotected_from`] is signed, and nothing is amiss. A log in use, a crash,
    /// and a cut behind the last checkpoint all look like this.
    Unclosed,
    /// Something is missing or unreadable, and the log knew it when it signed what follows, or nothing is
    /// signed there: it was damaged, not edited.
    Damaged,
    /// What lies beside the log, its last checkpoint or its announcements, is ahead of its lines: a copy of it
    /// that is not complete, or a log that was cut.
    Incomplete,
    /// From some line on the log is signed with keys that nothing leads to from those that were given.
    NewKeys,
    /// The log was kept without evidence: nothing shows what it was.
    Unsigned,
    /// Lines are not there that should be, and nothing signed says why.
    Missing,
    /// Something was altered, added, or is not signed as it should be.
    Altered,
    /// The log is older than what was signed last, or another one.
    RolledBack,
}

/// What is amiss at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The line is not what the line after it, or the line itself, says that it is.
    Altered,
    /// Something from this line up to the next checkpoint is not what was signed.
    AlteredSince {
        /// The number of the first line that may be meant.
        from: u64,
    },
    /// Lines are not there.
    Missing {
        /// The number of the first of them.
        from: u64,
        /// The number of the last of them.
        to: u64,
    },
    /// Lines are not there, and the log knew it when it signed what follows.
    Damaged {
        /// The number of the first of them.
        from: u64,
        /// The number of the last of them.
        to: u64,
    },
    /// A line whose number was there before, or is lower than it should be here.
    OutOfPlace,
    /// What cannot be a line.
    Unreadable {
        /// Why not.
        why: String,
    },
    /// What cannot be a line, between two lines of which the second follows the first: no fault of a
    /// disk leaves that.
    Inserted {
        /// Why it is no line.
        why: String,
    },
    /// A line behind the end of a run that was closed, which is not the first line of another run.
    BehindEnd,
    /// An event of a run of which no checkpoint is proved before it, as one is before the first event is
    /// accepted.
    Unproved,
    /// A checkpoint that is not signed by the key that it should be and nobody else, or not of this place.
    NotSigned,
    /// No announcement leads from a key that was given to this segment's.
    NotAnnounced,
    /// The log says that it went on with new keys, and the one from here on was not given.
    NewKeys {
        /// The number of the header of the first segment that they are for.
        from: u64,
    },
    /// Lines that were written without evidence, where nothing signed says so.
    Unsigned {
        /// The number of the first of them.
        from: u64,
        /// The number of the last of them.
        to: u64,
    },
    /// What lies beside the log is of so many lines at least, and they are not there.
    Ahead {
        /// How many lines there were.
        size: u64,
    },
    /// The log noticed at a start that it was not what it had signed last.
    Rollback,
    /// The log is shorter than, or not the same as, a checkpoint that was kept elsewhere.
    OlderThan {
        /// The size of the log then.
        size: u64,
    },
}

/// Something amiss, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    #[serde(flatten)]
    pub what: FindingKind,
    /// The segment's file name.
    pub segment: String,
    /// The line in that file, from 1.
    pub line: u64,
    /// The number that the line has, or should have.
    pub seq: u64,
}

/// What is to be known of a log, and is not amiss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// A run crashed, and the next one signed these lines as it found them: nobody vouches for them.
    Recovered {
        /// The number of the first of them.
        from: u64,
        /// The number of the last of them.
        to: u64,
    },
    /// The log went on with new keys, which were given.
    Keys {
        /// The number of the line that says so.
        from: u64,
    },
    /// Lines that were signed with keys from before those that were given: they are as the later keys found
    /// them, and who signed them is not known.
    EarlierKeys {
        /// The number of the line after the last of them.
        until: u64,
    },
    /// Lines that were written without evidence, as the log says.
    Unsigned {
        /// The number of the first of them.
        from: u64,
        /// The number of the last of them.
        to: u64,
    },
    /// A checkpoint that was kept is of lines that retention removed: it cannot be compared any more.
    TooOld {
        /// The size of the log then.
        size: u64,
    },
}

/// The last checkpoint that is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// The number of its line; all lines up to it are proved.
    pub seq: u64,
    /// When it was made, as it says.
    pub time: String,
}

/// What verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// All in all.
    pub verdict: Verdict,
    /// Whether signatures were checked by a key that the caller gave. Without one the log is at best
    /// consistent with itself: whoever made it anew made it so.
    pub authenticated: bool,
    /// Whether the log confirms a checkpoint that the caller gave. Without one nothing shows that it is the
    /// newest: whoever can cut a log can cut what lies beside it, too.
    pub anchored: bool,
    /// The log and its stream, as its headers and checkpoints name it.
    pub origin: Option<String>,
    /// The number of the first line that is there.
    pub first_seq: u64,
    /// The number of the line after the last one.
    pub size: u64,
    /// Lines from this number on are signed by no checkpoint, if there are any.
    pub unprotected_from: Option<u64>,
    /// How many checkpoints were signed as they should be.
    pub checkpoints: u64,
    /// The last of them.
    pub last_signed: Option<Signed>,
    /// What is amiss, in the order of the log: the first thousand.
    #[serde(rename = "faults")]
    pub findings: Vec<Finding>,
    /// How much more is.
    #[serde(rename = "more_faults")]
    pub more_findings: u64,
    /// What was amiss below a checkpoint whose owner knows of it: it does not count.
    pub history: Vec<Finding>,
    /// What is to be known, and is not amiss.
    pub notices: Vec<Notice>,
}

impl Report {
    /// Whether nothing is amiss, but for lines that no checkpoint is of yet.
    pub fn is_intact(&self) -> bool {
        matches!(self.verdict, Verdict::Intact | Verdict::Unclosed)
    }

    /// Says what it is all in all, where lines below this number are signed.
    pub(super) fn judge(&mut self, protected: u64, is_closed: bool) {
        let any = |is_it: &dyn Fn(&Finding) -> bool| self.findings.iter().any(is_it);
        let what = |is_it: fn(&FindingKind) -> bool| any(&|finding| is_it(&finding.what));
        self.verdict = if any(&Finding::is_rollback) {
            Verdict::RolledBack
        } else if any(&|finding| finding.is_tampering(protected)) {
            Verdict::Altered
        } else if any(&|finding| finding.is_missing(protected)) {
            Verdict::Missing
        } else if what(|what| matches!(what, FindingKind::NewKeys { .. })) {
            Verdict::NewKeys
        } else if what(|what| matches!(what, FindingKind::Unsigned { .. })) {
            if self.authenticated { Verdict::Altered } else { Verdict::Unsigned }
        } else if what(|what| matches!(what, FindingKind::Ahead { .. })) {
            Verdict::Incomplete
        } else if !self.findings.is_empty() {
            Verdict::Damaged
        } else if is_closed {
            Verdict::Intact
        } else {
            Verdict::Unclosed
        };
    }
}

impl Finding {
    pub(super) fn at(what: FindingKind, position: &Position, seq: u64) -> Finding {
        Finding { what, segment: position.segment.clone(), line: position.line, seq }
    }

    pub(super) fn unreadable(error: LineError, position: &Position, seq: u64) -> Finding {
        Finding::at(FindingKind::Unreadable { why: error.to_string() }, position, seq)
    }

    /// The number of the last line that is meant.
    pub(super) fn last_seq(&self) -> u64 {
        match self.what {
            FindingKind::Missing { to, .. } | FindingKind::Damaged { to, .. } => to,
            _ => self.seq,
        }
    }

    /// The log went on, and signed, with what is missing or does not fit here: it was damaged.
    pub(super) fn explain(&mut self) {
        let (from, to) = match self.what {
            FindingKind::Missing { from, to } => (from, to),
            FindingKind::Altered => (self.seq, self.seq),
            _ => return,
        };
        self.what = FindingKind::Damaged { from, to };
    }

    /// Whether it can be explained by a disk that failed or lost power, and the log signed so.
    pub(super) fn is_damage(&self) -> bool {
        matches!(self.what, FindingKind::Damaged { .. } | FindingKind::Unreadable { .. })
    }

    /// Whether no crash explains it, wherever it is.
    pub(super) fn is_false(&self) -> bool {
        use FindingKind as Kind;
        matches!(self.what, Kind::NotSigned | Kind::NotAnnounced | Kind::BehindEnd | Kind::Unproved)
            || self.is_of_new_keys()
    }

    pub(super) fn is_of_new_keys(&self) -> bool {
        matches!(self.what, FindingKind::NewKeys { .. })
    }

    /// Whether it says that a line stands where no run leaves one, among these.
    pub(super) fn is_misplaced_in(&self, from: u64, to: u64) -> bool {
        let is_misplaced = matches!(self.what, FindingKind::BehindEnd | FindingKind::Unproved);
        is_misplaced && (from..=to).contains(&self.seq)
    }

    /// Whether somebody changed or added something, where lines below this number are signed.
    fn is_tampering(&self, protected: u64) -> bool {
        use FindingKind as Kind;
        match self.what {
            Kind::NotSigned | Kind::NotAnnounced | Kind::BehindEnd | Kind::Unproved => true,
            Kind::Altered
            | Kind::AlteredSince { .. }
            | Kind::OutOfPlace
            | Kind::Inserted { .. } => self.seq < protected,
            _ => false,
        }
    }

    /// Whether lines are missing that were signed, where lines below this number are.
    fn is_missing(&self, protected: u64) -> bool {
        matches!(self.what, FindingKind::Missing { .. }) && self.seq < protected
    }

    fn is_rollback(&self) -> bool {
        matches!(self.what, FindingKind::Rollback | FindingKind::OlderThan { .. })
    }
}
