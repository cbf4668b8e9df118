//! Names of the log's files: printed and parsed here and nowhere else.

use std::fmt;

use crate::clock::Stamp;

/// The file that one process holds while it writes; its text is that process's id.
pub(crate) const LOCK: &str = "audit.lock";

/// A stream's name in lines and file names.
pub(crate) const AUDIT: &str = "audit";

/// The segment that is being written.
pub(crate) const ACTIVE: &str = "audit.jsonl";

/// A segment that is being begun, until it takes the active one's name.
pub(crate) const NEXT: &str = "audit.next";

/// A segment that is being compressed, until it takes the place of the one it was made of.
pub(crate) const COMPRESSED_NEXT: &str = "audit.gz.next";

/// The last checkpoint, as a note.
pub(crate) const CHECKPOINT: &str = "audit.checkpoint";

/// A checkpoint that is being written, until it takes the last one's place.
pub(crate) const CHECKPOINT_NEXT: &str = "audit.checkpoint.next";

/// A line for each segment: which key its checkpoints begin with.
pub(crate) const KEYS: &str = "audit.keys";

/// The name of a file that is complete: a rotated segment, or what a repair moved aside.
///
/// `audit-20261120T000000Z-000000000042.jsonl`: time in UTC and number of the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    /// The number of the first line.
    pub(crate) seq: u64,
    /// When the first line was written, in seconds since 1970.
    pub(crate) unix_s: i64,
    pub(crate) kind: Kind,
}

/// What a complete file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A rotated segment, `.jsonl`.
    Segment,
    /// A rotated segment that was compressed, `.jsonl.gz`.
    Compressed,
    /// The unreadable end of a segment, as a repair found it, `.torn`.
    Torn,
    /// What somebody else put in the active segment's place, `.foreign`.
    Foreign,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Segment, Kind::Compressed, Kind::Torn, Kind::Foreign];

    /// Whether it holds the log's lines.
    pub(crate) fn is_segment(self) -> bool {
        matches!(self, Kind::Segment | Kind::Compressed)
    }

    fn suffix(self) -> &'static str {
        match self {
            Kind::Segment => ".jsonl",
            Kind::Compressed => ".jsonl.gz",
            Kind::Torn => ".torn",
            Kind::Foreign => ".foreign",
        }
    }
}

const TIME: &str = "%Y%m%dT%H%M%SZ";

impl Name {
    pub(crate) fn new(kind: Kind, first_line: Stamp, seq: u64) -> Name {
        Name { seq, unix_s: first_line.unix_ns.div_euclid(1_000_000_000), kind }
    }

    /// The name's parts, if the name is exactly one of ours: what prints differently from how it
    /// was read is not.
    pub(crate) fn parse(text: &str) -> Option<Name> {
        let kind = Kind::ALL.into_iter().find(|kind| text.ends_with(kind.suffix()))?;
        let (time, seq) = text
            .strip_suffix(kind.suffix())?
            .strip_prefix(AUDIT)?
            .strip_prefix('-')?
            .split_once('-')?;
        let unix_s = jiff::civil::DateTime::strptime(TIME, time)
            .ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_second();
        let name = Name { seq: seq.parse().ok()?, unix_s, kind };
        (name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = jiff::Timestamp::from_second(self.unix_s).unwrap_or_default();
        write!(f, "{AUDIT}-{}-{:012}{}", time.strftime(TIME), self.seq, self.kind.suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back() {
        let at = Stamp { unix_ns: 1_795_132_800_000_000_000, up_ns: 0 };
        let name = Name::new(Kind::Segment, at, 42);
        assert_eq!(name.to_string(), "audit-20261120T000000Z-000000000042.jsonl");
        assert_eq!(Name::parse(&name.to_string()), Some(name));
        let torn = Name::new(Kind::Torn, at, u64::MAX);
        assert_eq!(Name::parse(&torn.to_string()), Some(torn));
        let compressed = Name { kind: Kind::Compressed, ..name };
        assert_eq!(compressed.to_string(), format!("{name}.gz"));
        assert_eq!(Name::parse(&compressed.to_string()), Some(compressed));
    }

    #[test]
    fn what_is_not_exactly_ours_is_not_ours() {
        for other in [
            "audit.jsonl",
            "audit-20261120T000000Z-42.jsonl",
            "audit-20261120T000000Z-+00000000042.jsonl",
            "audit-20261120T000000Z-000000000042.jsonl.bak",
            "audit-20261120T000000Z-0000000000042.jsonl",
            "audit-20261320T000000Z-000000000042.jsonl",
            "audit-20261120T000060Z-000000000042.jsonl",
            "audit-2026112T0000000Z-000000000042.jsonl",
            "my-audit-20261120T000000Z-000000000042.jsonl",
            "audit-20261120T000000Z-000000000042.JSONL",
            "audit-20261120T000000Z-000000000042.gz",
            "audit-20261120T000000Z-000000000042.jsonl.gz.gz",
            "audit.jsonl.gz",
        ] {
            assert_eq!(Name::parse(other), None, "{other}");
        }
    }
}
