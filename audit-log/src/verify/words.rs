//! What was found, in words for who looks after a device.

use std::fmt;

use super::report::{Finding, FindingKind, Notice, Report, Verdict};

impl Verdict {
    /// What is to be done about it, in a sentence; nothing where there is nothing to do.
    pub fn advice(self) -> Option<&'static str> {
        Some(match self {
            Verdict::Intact | Verdict::Unclosed => return None,
            Verdict::Damaged => {
                "A disk or a power cut took these lines. If there was neither, keep a copy of the directory and find out why."
            }
            Verdict::Incomplete => {
                "If this is a copy, make it again with the log at rest. If it is the log itself, it was cut: compare it with a \
                 checkpoint that was kept elsewhere (--anchor)."
            }
            Verdict::NewKeys => {
                "The device lost its keys, or the log was moved to another one. If you know of that, give the key from there on \
                 too: `auditlog vkey` on the device prints it with its number. If you do not, treat it as an edit."
            }
            Verdict::Unsigned => {
                "The program was told to keep no evidence. Nothing can be shown of this log."
            }
            Verdict::Missing => {
                "Lines were removed, and not by the log itself. Keep a copy of the directory, and compare it with what was \
                 forwarded or backed up."
            }
            Verdict::Altered => {
                "Somebody changed these files. Keep a copy of the directory; lines before the first finding can still be relied on."
            }
            Verdict::RolledBack => {
                "An older state was put in the log's place. If you restored it yourself, say so with --accepted and a checkpoint \
                 made since; if not, keep a copy of the directory."
            }
        })
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
            FindingKind::BehindEnd => {
                f.write_str("behind the end of a run, and not the beginning of another")
            }
            FindingKind::Unproved => {
                f.write_str("an event that no checkpoint comes before, which no crash leaves")
            }
            FindingKind::NotSigned => {
                f.write_str("a checkpoint that is not signed as it should be")
            }
            FindingKind::NotAnnounced => {
                f.write_str("nothing leads from a given key to this segment's")
            }
            FindingKind::NewKeys { from } => {
                write!(f, "new keys from {from}: give the key for them (--key VKEY@{from})")
            }
            FindingKind::Unsigned { from, to } => {
                write!(f, "lines {from} to {to} are not signed, and nothing signed says why")
            }
            FindingKind::Ahead { size } => {
                write!(f, "what lies beside the log is of {size} lines, which are not all there")
            }
            FindingKind::Rollback => f.write_str("the log was not what it had signed last"),
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

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::Recovered { from, to } => write!(
                f,
                "lines {from} to {to} were signed as they were found after a crash: nobody vouches for them"
            ),
            Notice::Keys { from } => {
                write!(f, "the log went on with new keys before line {from}; they were given")
            }
            Notice::EarlierKeys { until } => write!(
                f,
                "lines below {until} were signed with earlier keys, which were not given: they are as the later keys found them"
            ),
            Notice::Unsigned { from, to } => {
                write!(f, "lines {from} to {to} were written without evidence, as the log says")
            }
            Notice::TooOld { size } => write!(
                f,
                "the checkpoint of {size} lines is too old to compare: retention removed them"
            ),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        if self.more_findings > 0 {
            writeln!(f, "and {} more", self.more_findings)?;
        }
        for finding in &self.history {
            writeln!(f, "known to the owner: {finding}")?;
        }
        for notice in &self.notices {
            writeln!(f, "note: {notice}")?;
        }
        f.write_str(name(self.verdict))?;
        self.write_how_far(f)?;
        let Report { first_seq, checkpoints, .. } = self;
        let last_seq = self.size.saturating_sub(1);
        write!(f, " (lines {first_seq} to {last_seq}, {checkpoints} checkpoints)")
    }
}

impl Report {
    /// Up to where it is shown, and what is not.
    fn write_how_far(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(signed) = &self.last_signed {
            write!(f, " up to line {}, signed at {}", signed.seq, signed.time)?;
        }
        if let Some(from) = self.unprotected_from {
            write!(
                f,
                ", unprotected from line {from}: in use, a crash, or a cut after the last checkpoint, which look the same"
            )?;
        }
        match (self.authenticated, self.anchored) {
            (false, _) => {
                f.write_str("; self-consistent at best, NOT AUTHENTICATED: no key was given")
            }
            (true, false) if self.is_intact() => {
                f.write_str("; nothing here shows that this is the newest: no --anchor was given")
            }
            (true, _) => Ok(()),
        }
    }
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Intact => "intact",
        Verdict::Unclosed => "intact, unclosed",
        Verdict::Damaged => "damaged",
        Verdict::Incomplete => "INCOMPLETE COPY, OR CUT",
        Verdict::NewKeys => "NEW KEYS",
        Verdict::Unsigned => "NOT SIGNED",
        Verdict::Missing => "MISSING LINES",
        Verdict::Altered => "ALTERED",
        Verdict::RolledBack => "ROLLED BACK",
    }
}
