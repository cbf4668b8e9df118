//! Names of the log's files: printed and parsed here and nowhere else.

use std::fmt;

use audit_core::Stream;

use crate::time::Stamp;

/// The file that one process holds while it writes; its text is that process's id.
pub const LOCK: &str = "audit.lock";

/// A stream's files of which there is one each, by name.
#[derive(Debug)]
pub struct Files {
    /// The segment that is being written.
    pub active: &'static str,
    /// A segment that is being begun, until it takes the active one's name.
    pub next: &'static str,
    /// A segment that is being compressed, until it takes the place of the one it was made of.
    pub compressed_next: &'static str,
    /// The last checkpoint, as a note.
    pub checkpoint: &'static str,
    /// A checkpoint that is being written, until it takes the last one's place.
    pub checkpoint_next: &'static str,
    /// A line for each segment: which key its checkpoints begin with.
    pub keys: &'static str,
    /// The secret keys, in a directory of their own.
    pub key: &'static str,
    /// Secret keys that are being written, until they take the last ones' place.
    pub key_next: &'static str,
}

macro_rules! files {
    ($stream:literal) => {
        Files {
            active: concat!($stream, ".jsonl"),
            next: concat!($stream, ".next"),
            compressed_next: concat!($stream, ".gz.next"),
            checkpoint: concat!($stream, ".checkpoint"),
            checkpoint_next: concat!($stream, ".checkpoint.next"),
            keys: concat!($stream, ".keys"),
            key: concat!($stream, ".key"),
            key_next: concat!($stream, ".key.next"),
        }
    };
}

impl Files {
    pub const fn of(stream: Stream) -> &'static Files {
        const AUDIT: Files = files!("audit");
        const ACCESS: Files = files!("access");
        const APPLICATION: Files = files!("application");
        match stream {
            Stream::Audit => &AUDIT,
            Stream::Access => &ACCESS,
            Stream::Application => &APPLICATION,
        }
    }
}

/// Whether this is the name of a stream's active segment.
pub fn is_active(name: &str) -> bool {
    Stream::ALL.into_iter().any(|stream| Files::of(stream).active == name)
}

/// Which stream's a file in the log's directory is, if it is one that a stream is known by: a
/// segment, what is signed of them, or what was found beside them.
pub fn stream_of(name: &str) -> Option<Stream> {
    let is_of = |stream: &Stream| {
        let files = Files::of(*stream);
        [files.active, files.checkpoint, files.keys].contains(&name)
    };
    let of_name = || Name::parse(name).map(|name| name.stream);
    Stream::ALL.into_iter().find(is_of).or_else(of_name)
}

/// The name of a file that is complete: a rotated segment, or what a repair moved aside.
///
/// `audit-20261120T000000Z-000000000042.jsonl`: time in UTC and number of the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub stream: Stream,
    /// The number of the first line.
    pub seq: u64,
    /// When the first line was written, in seconds since 1970.
    pub unix_s: i64,
    pub kind: Kind,
}

/// What a complete file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
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
    pub fn is_segment(self) -> bool {
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
    pub fn new(stream: Stream, kind: Kind, first_line: Stamp, seq: u64) -> Name {
        Name { stream, seq, unix_s: first_line.unix_ns.div_euclid(1_000_000_000), kind }
    }

    /// The name's parts, if the name is exactly one of ours: what prints differently from how it
    /// was read is not.
    pub fn parse(text: &str) -> Option<Name> {
        let kind = Kind::ALL.into_iter().find(|kind| text.ends_with(kind.suffix()))?;
        let (stream, rest) = text.strip_suffix(kind.suffix())?.split_once('-')?;
        let stream = Stream::ALL.into_iter().find(|own| own.name() == stream)?;
        let (time, seq) = rest.split_once('-')?;
        let unix_s = jiff::civil::DateTime::strptime(TIME, time)
            .ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_second();
        let name = Name { stream, seq: seq.parse().ok()?, unix_s, kind };
        (name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = jiff::Timestamp::from_second(self.unix_s).unwrap_or_default();
        let (stream, suffix) = (self.stream.name(), self.kind.suffix());
        write!(f, "{stream}-{}-{:012}{suffix}", time.strftime(TIME), self.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back() {
        let at = Stamp { unix_ns: 1_795_132_800_000_000_000, up_ns: 0 };
        for stream in Stream::ALL {
            let name = Name::new(stream, Kind::Segment, at, 42);
            let expected = format!("{}-20261120T000000Z-000000000042.jsonl", stream.name());
            assert_eq!(name.to_string(), expected);
            assert_eq!(Name::parse(&name.to_string()), Some(name));
            let torn = Name::new(stream, Kind::Torn, at, u64::MAX);
            assert_eq!(Name::parse(&torn.to_string()), Some(torn));
            let compressed = Name { kind: Kind::Compressed, ..name };
            assert_eq!(compressed.to_string(), format!("{name}.gz"));
            assert_eq!(Name::parse(&compressed.to_string()), Some(compressed));
        }
    }

    #[test]
    fn what_is_not_exactly_ours_is_not_ours() {
        for stream in Stream::ALL.map(Stream::name) {
            for other in [
                ".jsonl",
                "-20261120T000000Z-42.jsonl",
                "-20261120T000000Z-+00000000042.jsonl",
                "-20261120T000000Z-000000000042.jsonl.bak",
                "-20261120T000000Z-0000000000042.jsonl",
                "-20261320T000000Z-000000000042.jsonl",
                "-20261120T000060Z-000000000042.jsonl",
                "-2026112T0000000Z-000000000042.jsonl",
                "-20261120T000000Z-000000000042.JSONL",
                "-20261120T000000Z-000000000042.gz",
                "-20261120T000000Z-000000000042.jsonl.gz.gz",
                "s-20261120T000000Z-000000000042.jsonl",
                "_log-20261120T000000Z-000000000042.jsonl",
                "-audit-20261120T000000Z-000000000042.jsonl",
                ".jsonl.gz",
            ] {
                let other = format!("{stream}{other}");
                assert_eq!(Name::parse(&other), None, "{other}");
            }
            let after_another = format!("my-{stream}-20261120T000000Z-000000000042.jsonl");
            assert_eq!(Name::parse(&after_another), None);
            let in_capitals =
                format!("{}-20261120T000000Z-000000000042.jsonl", stream.to_uppercase());
            assert_eq!(Name::parse(&in_capitals), None);
        }
        assert_eq!(Name::parse("-20261120T000000Z-000000000042.jsonl"), None);
        assert_eq!(Name::parse("other-20261120T000000Z-000000000042.jsonl"), None);
    }

    #[test]
    fn a_stream_s_files_are_called_by_its_name() {
        for stream in Stream::ALL {
            let of = |suffix: &str| format!("{}.{suffix}", stream.name());
            let files = Files::of(stream);
            assert_eq!(files.active, of("jsonl"));
            assert_eq!((files.next, files.compressed_next), (&*of("next"), &*of("gz.next")));
            assert_eq!(files.checkpoint, of("checkpoint"));
            assert_eq!(files.checkpoint_next, of("checkpoint.next"));
            assert_eq!(files.keys, of("keys"));
            assert_eq!((files.key, files.key_next), (&*of("key"), &*of("key.next")));
            for name in [files.active, files.checkpoint, files.keys] {
                assert_eq!(stream_of(name), Some(stream));
                assert_eq!(is_active(name), name == files.active);
            }
            assert_eq!(stream_of(files.next), None, "it is not part of the log");
        }
        assert_eq!(stream_of(LOCK), None);
    }
}
