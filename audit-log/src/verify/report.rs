//! What verification found.

use std::fmt;

use serde::Serialize;

use crate::reader::{LineError, Position};

/// What a log is, as far as it can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Every line is signed, up to the end of the last run.
    Intact,
    /// Every line up to [`Report::unprotected_from`] is signed, and nothing is amiss. A crash, and a cut behind the
    /// last checkpoint, both look like this.
    Unclosed,
    /// Something is missing or unreadable, and the log knew it when it signed what follows: it was
    /// damaged, not edited.
    Damaged,
    /// The last checkpoint or the announcements beside the log are ahead of its lines: a copy of it that
    /// is not complete, or a log that was cut.
    Incomplete,
    /// From some line on the log is signed with keys that nothing leads to from those that were given.
    NewKeys,
    /// Lines are not there that should be, and nothing signed says why.
    Missing,
    /// Something was altered, added, or is not signed as it should be.
    Altered,
    /// The log is older than what was signed last.
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
    /// A checkpoint that is not signed by the key that it should be, or not of this place.
    NotSigned,
    /// No announcement leads from the given key to this segment's.
    NotAnnounced,
    /// The log noticed at a start that it was not what it had signed last.
    Rollback,
    /// The log went on with new keys, because it had none, or another log's.
    Rekeyed,
    /// The log is shorter than, or not the same as, a checkpoint that was kept elsewhere or beside it.
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

/// What verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// All in all.
    pub verdict: Verdict,
    /// Whether signatures were checked by a key that the caller gave. Without one the log is at best
    /// consistent with itself: whoever made it anew made it so.
    pub authenticated: bool,
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
    /// Everything that is amiss, in the order of the log.
    #[serde(rename = "faults")]
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is amiss, but for lines that no checkpoint is of yet.
    pub fn is_intact(&self) -> bool {
        matches!(self.verdict, Verdict::Intact | Verdict::Unclosed)
    }
}

impl Finding {
    pub(super) fn at(what: FindingKind, position: &Position, seq: u64) -> Finding {
        Finding { what, segment: position.segment.clone(), line: position.line, seq }
    }

    pub(super) fn unreadable(error: LineError, position: &Position, seq: u64) -> Finding {
        Finding::at(FindingKind::Unreadable { why: error.to_string() }, position, seq)
    }

    /// Whether it can be explained by a disk that failed or lost power, and the log signed so.
    pub(super) fn is_damage(&self) -> bool {
        matches!(self.what, FindingKind::Damaged { .. } | FindingKind::Unreadable { .. })
    }

    /// Whether no crash explains it, where lines below this number are signed.
    pub(super) fn is_tampering(&self, protected: u64) -> bool {
        let is_false = matches!(
            self.what,
            FindingKind::NotSigned | FindingKind::NotAnnounced | FindingKind::Rekeyed
        );
        is_false || self.seq < protected && !self.is_damage()
    }

    pub(super) fn is_rollback(&self) -> bool {
        matches!(self.what, FindingKind::Rollback | FindingKind::OlderThan { .. })
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FindingKind::Altered => f.write_str("altered"),
            FindingKind::AlteredSince { from } => {
                write!(f, "something from line {from} on is not what was signed")
            }
            FindingKind::Missing { from, to } if from == to => write!(f, "line {from} is missing"),
            FindingKind::Missing { from, to } => write!(f, "lines {from} to {to} are missing"),
            FindingKind::Damaged { from, to } if from == to => {
                write!(f, "line {from} was lost before the log went on")
            }
            FindingKind::Damaged { from, to } => {
                write!(f, "lines {from} to {to} were lost before the log went on")
            }
            FindingKind::OutOfPlace => f.write_str("not where its number belongs"),
            FindingKind::Unreadable { why } => write!(f, "not a line: {why}"),
            FindingKind::Inserted { why } => {
                write!(f, "not a line, and no line is missing there: {why}")
            }
            FindingKind::NotSigned => {
                f.write_str("a checkpoint that is not signed as it should be")
            }
            FindingKind::NotAnnounced => {
                f.write_str("nothing leads from the given key to this segment's")
            }
            FindingKind::Rollback => f.write_str("the log was not what it had signed last"),
            FindingKind::Rekeyed => f.write_str("the log went on with new keys"),
            FindingKind::OlderThan { size } => {
                write!(f, "older than a checkpoint of {size} lines, or not the same")
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { what, segment, line, seq } = self;
        write!(f, "{segment}:{line} (number {seq}): {what}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        let Report { first_seq, checkpoints, .. } = self;
        let last_seq = self.size.saturating_sub(1);
        f.write_str(match self.verdict {
            Verdict::Intact => "intact",
            Verdict::Unclosed => "intact, unclosed",
            Verdict::Damaged => "damaged",
            Verdict::Incomplete => "INCOMPLETE COPY, OR CUT",
            Verdict::NewKeys => "NEW KEYS",
            Verdict::Missing => "MISSING LINES",
            Verdict::Altered => "ALTERED",
            Verdict::RolledBack => "ROLLED BACK",
        })?;
        if let Some(from) = self.unprotected_from {
            write!(
                f,
                ", unprotected from line {from}: a crash, or a cut after the last checkpoint"
            )?;
        }
        if !self.authenticated {
            f.write_str("; self-consistent at best, NOT AUTHENTICATED: no key was given")?;
        }
        write!(f, " (lines {first_seq} to {last_seq}, {checkpoints} checkpoints)")
    }
}
