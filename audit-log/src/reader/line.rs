//! One line, read in its one spelling.

use std::sync::Arc;

use audit_core::record::LINE_BYTES_MAX;

use super::json::Json;
use crate::line::FORMAT_VERSION;

/// One line of a log, as it was read.
#[derive(Clone, Debug)]
pub struct Line {
    /// What kind of line it is: `event`, `summary`, `schema`, `header`, `gap`, `lifecycle` or
    /// `checkpoint`; or one that a later version added.
    pub kind: String,
    /// Its number in its stream.
    pub seq: u64,
    /// When it was written, in RFC 3339.
    pub time: String,
    /// Which opening of the log wrote it: the run of the nearest header or start above it. `None`
    /// of a line that was read alone.
    pub run: Option<Arc<str>>,
    /// All of it.
    pub json: Json,
}

/// Why some bytes are not a line. It never quotes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// It is longer than a line may be.
    TooLong,
    /// It is not JSON.
    NotJson,
    /// It is JSON, but not in the one spelling that lines have.
    NotCanonical,
    /// It is the header of a segment in a version of the format that this reader does not know.
    Version,
    /// One of the keys that every line has is missing or wrong.
    Envelope(&'static str),
    /// It does not end with a newline: somebody is writing it, or was when the power went.
    Torn,
    /// The file could not be read on.
    Unreadable,
    /// The compressed segment is damaged, goes on behind its end, or expands to more than its header
    /// says.
    Compressed,
    /// So much of the segment is no lines that the rest of it was not read.
    Hopeless,
}

impl LineError {
    /// Whether nothing more of the segment is read.
    #[doc(hidden)]
    pub fn is_last(self) -> bool {
        matches!(self, LineError::Unreadable | LineError::Compressed | LineError::Hopeless)
    }
}

impl std::fmt::Display for LineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LineError::TooLong => write!(f, "longer than {LINE_BYTES_MAX} bytes"),
            LineError::NotJson => f.write_str("not JSON"),
            LineError::NotCanonical => f.write_str("not in the one spelling that lines have"),
            LineError::Version => write!(
                f,
                "the segment is not of format version {FORMAT_VERSION}: read it with a later release"
            ),
            LineError::Envelope(key) => write!(f, "`{key}` is missing or wrong"),
            LineError::Torn => f.write_str("torn: it has no end"),
            LineError::Unreadable => f.write_str("the file could not be read on"),
            LineError::Compressed => f.write_str(
                "the compressed segment is damaged, goes on behind its end, or expands too far",
            ),
            LineError::Hopeless => f.write_str(
                "too much of the segment is no lines of a log; the rest of it was not read",
            ),
        }
    }
}

impl std::error::Error for LineError {}

impl Line {
    /// Reads one line, without its newline.
    ///
    /// # Errors
    ///
    /// [`LineError`]; among others, a line that says the same in another spelling is refused.
    pub fn parse(bytes: &[u8]) -> Result<Line, LineError> {
        if bytes.len() >= LINE_BYTES_MAX {
            return Err(LineError::TooLong);
        }
        let json: Json =
            serde_json::from_slice(bytes).map_err(|_quotes_the_line| LineError::NotJson)?;
        if !crate::line::json::is_spelled(&json, bytes) {
            return Err(LineError::NotCanonical);
        }
        if !has_envelope(&json) {
            return Err(LineError::NotCanonical);
        }
        let text = |key| {
            json.get(key).and_then(Json::as_str).map(str::to_owned).ok_or(LineError::Envelope(key))
        };
        let line = Line {
            kind: text("kind")?,
            seq: json.get("seq").and_then(Json::as_u64).ok_or(LineError::Envelope("seq"))?,
            time: text("time")?,
            run: None,
            json,
        };
        match line.version() {
            _ if line.kind != "header" => Ok(line),
            Some(FORMAT_VERSION) => Ok(line),
            Some(_) => Err(LineError::Version),
            None => Err(LineError::Envelope("version")),
        }
    }

    /// When it was written, in nanoseconds since 1970 in UTC; `None` if `time` is no time.
    pub fn unix_ns(&self) -> Option<i64> {
        let time: jiff::Timestamp = self.time.parse().ok()?;
        i64::try_from(time.as_nanosecond()).ok()
    }

    /// The value of a key in what the line says: in the object that is named after its kind, and of
    /// an event in the line itself.
    pub fn member(&self, key: &str) -> Option<&Json> {
        match self.kind.as_str() {
            "event" => self.json.get(key),
            kind => self.json.get(kind)?.get(key),
        }
    }

    /// What a `lifecycle` line records: `start`, `rotate` and so on.
    pub fn lifecycle(&self) -> Option<&str> {
        let is_lifecycle = self.kind == "lifecycle";
        self.member("type").and_then(Json::as_str).filter(|_| is_lifecycle)
    }

    /// Which run begins or goes on with this line, if it says so: a header does, and a start.
    #[doc(hidden)]
    pub fn names_run(&self) -> Option<Arc<str>> {
        let says = self.kind == "header" || self.lifecycle() == Some("start");
        self.member("run").and_then(Json::as_str).filter(|_| says).map(Arc::from)
    }

    fn version(&self) -> Option<u32> {
        u32::try_from(self.member("version")?.as_u64()?).ok()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.json.get(key)
    }
}

/// Whether the keys that every line has come first, and in their order.
fn has_envelope(json: &Json) -> bool {
    match json {
        Json::Object(entries) => {
            let keys = entries.iter().map(|(key, _)| key.as_str());
            keys.take(ENVELOPE.len()).eq(ENVELOPE)
        }
        _ => false,
    }
}

const ENVELOPE: [&str; 3] = ["kind", "seq", "time"];

/// Where a line stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The segment's file name.
    pub segment: String,
    /// The line's number in that file, from 1.
    pub line: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"kind":"lifecycle","seq":3,"time":"2026-11-20T12:00:00.000000Z","lifecycle":{"type":"start","run":"r"}}"#;

    #[test]
    fn a_canonical_line_is_read() {
        let line = Line::parse(GOOD.as_bytes()).unwrap();
        assert_eq!((line.kind.as_str(), line.seq, line.run.as_deref()), ("lifecycle", 3, None));
        assert_eq!((line.lifecycle(), line.names_run().as_deref()), (Some("start"), Some("r")));
    }

    #[test]
    fn other_spellings_are_refused() {
        for (from, to) in [
            (r#""seq":3"#, r#""seq": 3"#),
            (r#""seq":3"#, r#""seq":3.0"#),
            (r#""run":"r""#, r#""run":"\u0072""#),
            (r#""run":"r""#, "\"run\":\"\u{e9}\""),
            (r#""seq":3"#, r#""seq":3,"seq":3"#),
            (r#""seq":3"#, r#""seq":-3"#),
            (r#""kind":"lifecycle","seq":3"#, r#""seq":3,"kind":"lifecycle""#),
            (r#""time":"2026-11-20T12:00:00.000000Z","#, ""),
            ("{", ""),
        ] {
            let other = GOOD.replacen(from, to, 1);
            assert_ne!(other, GOOD);
            assert!(Line::parse(other.as_bytes()).is_err(), "{other}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow() {
        let deep = "[".repeat(8000);
        assert_eq!(Line::parse(deep.as_bytes()).unwrap_err(), LineError::NotJson);
    }
}
