//! Reading a log: lines, segments, directories.

mod compressed;
mod header;
mod json;
mod raw;
mod segment;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use audit_core::{LINE_BYTES_MAX, Stream};

pub use json::Json;

#[doc(hidden)]
pub use self::compressed::{Expanded, bytes_max, open_segment};
#[doc(hidden)]
pub use self::header::Header;
#[doc(hidden)]
pub use self::raw::{Raw, front};
#[doc(hidden)]
pub use self::segment::supersedes_from;
use self::segment::{Item, Open};

use crate::error::Error;
use crate::line::FORMAT_VERSION;
use crate::name::{Files, Kind, Name, stream_of};
use crate::storage::{Directory, ReadSeek, ReadStorage};

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

/// The lines of one stream of a log's directory, in the order of their numbers: rotated segments,
/// then the active one. Lines that a later segment brings again, because they may be missing from an
/// earlier one, come once.
///
/// It reads while a writer writes: what it has not reached when a segment is rotated, it still
/// reads.
pub struct Lines {
    lines: RawLines,
    /// The run of the line before.
    run: Option<Arc<str>>,
    /// A segment of an unknown version, the rest of which cannot be judged.
    skipped: Option<String>,
}

/// The same, of lines that are not looked into.
pub struct RawLines {
    segments: Segments,
    open: Option<Open>,
    /// The segment after the one that is open: it says which lines of that count.
    upcoming: Option<Open>,
}

/// A segment's name and its lines.
pub type Segment = (String, Box<dyn Read + Send>);
/// Segments, oldest first.
pub type Segments = VecDeque<Segment>;

impl std::fmt::Debug for RawLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawLines")
            .field("segments_left", &self.segments.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("lines", &self.lines).finish_non_exhaustive()
    }
}

impl Lines {
    /// The lines of the stream `audit` of the log in a directory of the machine.
    ///
    /// # Errors
    ///
    /// The directory cannot be opened, or a file in it is not the log's.
    pub fn of_dir(dir: impl AsRef<Path>) -> Result<Lines, Error> {
        Lines::of_stream(dir, Stream::Audit)
    }

    /// The lines of a stream of the log in a directory of the machine; none where there is no such
    /// stream.
    ///
    /// # Errors
    ///
    /// As for [`of_dir`](Lines::of_dir).
    pub fn of_stream(dir: impl AsRef<Path>, stream: Stream) -> Result<Lines, Error> {
        Lines::of_stream_in(&Directory::open(dir.as_ref())?, stream)
    }

    /// The lines of the stream `audit` of the log in a storage.
    ///
    /// # Errors
    ///
    /// As for [`of_dir`](Lines::of_dir).
    pub fn of_storage(storage: &dyn ReadStorage) -> Result<Lines, Error> {
        Lines::of_stream_in(storage, Stream::Audit)
    }

    /// The lines of a stream of the log in a storage.
    ///
    /// # Errors
    ///
    /// As for [`of_dir`](Lines::of_dir).
    pub fn of_stream_in(storage: &dyn ReadStorage, stream: Stream) -> Result<Lines, Error> {
        let lines = RawLines::of_segments(open_all(storage, stream)?);
        Ok(Lines { lines, run: None, skipped: None })
    }
}

/// Which streams a directory has: those of which it holds a segment, or what is signed of them.
///
/// A stream that the writer was given and that nobody has emitted into is among them: a run begins in
/// each. So is one that an earlier run had and the last one did not.
///
/// # Errors
///
/// The directory cannot be opened or listed.
pub fn streams(dir: impl AsRef<Path>) -> Result<Vec<Stream>, Error> {
    streams_in(&Directory::open(dir.as_ref())?)
}

/// Which streams a storage has.
///
/// # Errors
///
/// As for [`streams`].
pub fn streams_in(storage: &dyn ReadStorage) -> Result<Vec<Stream>, Error> {
    let files = storage.list().map_err(Error::io("list", "the directory"))?;
    let mut found: Vec<Stream> = files.iter().filter_map(|(name, _)| stream_of(name)).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

impl RawLines {
    /// Of segments in their order, each with its name and from its beginning.
    pub fn of_segments(segments: Segments) -> RawLines {
        RawLines { segments, open: None, upcoming: None }
    }

    /// The run that the header of the segment names, where the line that was read last is the first
    /// that was read of it.
    fn run_of_segment(&mut self) -> Option<Arc<str>> {
        self.open.as_mut().and_then(Open::take_run)
    }

    /// Goes on to the next segment, if there is one.
    fn open_next(&mut self) -> Option<()> {
        let mut begin = || self.segments.pop_front().map(|(name, file)| Open::new(name, file));
        self.open = self.upcoming.take().or_else(&mut begin);
        self.upcoming = begin();
        self.open.as_ref().map(|_| ())
    }
}

/// The segments of a stream that are there, oldest first, the active one last.
///
/// A segment gets its final name before a younger one is there. So the active one is opened first:
/// the list that follows has all that are older, and those that are not are passed over, because
/// one of them may be the one that was opened.
pub fn open_all(storage: &dyn ReadStorage, stream: Stream) -> Result<Segments, Error> {
    let name = Files::of(stream).active;
    let mut active = open_if_there(storage, name)?;
    let mut names = rotated(storage, stream)?;
    // One without its first line was only just begun, and is not in the list.
    if let Some(first) = active.as_mut().map(|file| first_seq(file, name)).transpose()?.flatten() {
        names.retain(|name| name.seq < first);
    }
    let mut segments = Segments::new();
    for name in names {
        match open_complete(storage, name)? {
            Some(segment) => segments.push_back(segment),
            None => segments.clear(), // It was pruned, and so were those before it.
        }
    }
    segments.extend(active.map(|file| (name.to_owned(), Box::new(file) as _)));
    Ok(segments)
}

/// The number of a file's first line, if it has one, and leaves the file at its beginning.
fn first_seq(file: &mut Box<dyn ReadSeek>, name: &str) -> Result<Option<u64>, Error> {
    let line = next_line(&mut BufReader::new(&mut *file)).and_then(Result::ok);
    file.rewind().map_err(Error::io("read", name))?;
    Ok(line.and_then(|line| Line::parse(&line).ok()).map(|line| line.seq))
}

/// A complete segment, under the name that it has by now: it may have been compressed since it was
/// listed.
fn open_complete(storage: &dyn ReadStorage, name: Name) -> Result<Option<Segment>, Error> {
    for name in [name, Name { kind: Kind::Compressed, ..name }] {
        match open_segment(storage, name) {
            Ok(file) => return Ok(Some((name.to_string(), file))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("open", name.to_string())(error)),
        }
    }
    Ok(None)
}

fn open_if_there(
    storage: &dyn ReadStorage,
    name: &str,
) -> Result<Option<Box<dyn ReadSeek>>, Error> {
    match storage.read(name) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("open", name)(error)),
    }
}

/// The rotated segments, oldest first; of one that is there plain and compressed, the plain one.
pub fn rotated(storage: &dyn ReadStorage, stream: Stream) -> Result<Vec<Name>, Error> {
    let files = storage.list().map_err(Error::io("list", "the directory"))?;
    let mut names: Vec<Name> = files.iter().filter_map(|(name, _)| Name::parse(name)).collect();
    names.retain(|name| name.stream == stream && name.kind.is_segment());
    names.sort();
    names.dedup_by_key(|name| (name.seq, name.unix_s));
    Ok(names)
}

impl Iterator for Lines {
    type Item = (Position, Result<Line, LineError>);

    fn next(&mut self) -> Option<Self::Item> {
        let is_skipped = |segment: &str| self.skipped.as_deref() == Some(segment);
        let (position, raw) = self.lines.find(|(position, _)| !is_skipped(&position.segment))?;
        let mut line = raw.and_then(|raw| Line::parse(&raw.bytes));
        if matches!(line, Err(LineError::Version)) {
            self.skipped = Some(position.segment.clone());
        }
        if let Ok(line) = &mut line {
            let of_segment = self.lines.run_of_segment();
            self.run = line.names_run().or(of_segment).or(self.run.take());
            line.run.clone_from(&self.run);
        }
        Some((position, line))
    }
}

impl Iterator for RawLines {
    type Item = Item;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(open) = &mut self.open else {
                self.open_next()?;
                continue;
            };
            let Some(item) = open.next() else {
                self.open = None;
                continue;
            };
            let superseded_from = self.upcoming.as_ref().and_then(Open::supersedes_from);
            let seq = item.1.as_ref().ok().and_then(Raw::seq);
            if let (Some(seq), Some(from_seq)) = (seq, superseded_from) {
                let next_seq = seq.saturating_add(1);
                if next_seq >= from_seq {
                    self.open = None; // Whatever follows, the next segment has what counts.
                }
                if next_seq > from_seq {
                    continue;
                }
            }
            return Some(item);
        }
    }
}

/// The next line without its newline; `None` at the end of the file. Never more than a line's limit
/// is held.
pub fn next_line(bytes: &mut impl BufRead) -> Option<Result<Vec<u8>, LineError>> {
    let mut line = Vec::new();
    if let Err(error) = bytes.take(LINE_BYTES_MAX as u64).read_until(b'\n', &mut line) {
        return Some(Err(unreadable(&error)));
    }
    match line.last() {
        None => None,
        Some(b'\n') => {
            line.pop();
            Some(Ok(line))
        }
        Some(_) if line.len() < LINE_BYTES_MAX => Some(Err(LineError::Torn)),
        Some(_) => Some(Err(skip_line(bytes))),
    }
}

fn unreadable(error: &std::io::Error) -> LineError {
    match error.kind() {
        std::io::ErrorKind::InvalidData => LineError::Compressed,
        _ => LineError::Unreadable,
    }
}

/// Passes over the rest of a line that is too long.
fn skip_line(bytes: &mut impl BufRead) -> LineError {
    loop {
        let (found, used) = match bytes.fill_buf() {
            Err(error) => return unreadable(&error),
            Ok([]) => return LineError::TooLong,
            Ok(buffer) => match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (true, at + 1),
                None => (false, buffer.len()),
            },
        };
        bytes.consume(used);
        if found {
            return LineError::TooLong;
        }
    }
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

    #[test]
    fn long_and_torn_lines_are_told_and_passed_over() {
        let text = format!("{}\n{GOOD}\n{GOOD}", "x".repeat(40_000));
        let mut bytes = std::io::Cursor::new(text);
        assert_eq!(next_line(&mut bytes), Some(Err(LineError::TooLong)));
        assert_eq!(next_line(&mut bytes), Some(Ok(GOOD.into())));
        assert_eq!(next_line(&mut bytes), Some(Err(LineError::Torn)));
        assert_eq!(next_line(&mut bytes), None);
    }
}
