//! From bytes to lines, each with its place.
//!
//! Lines end at LF and nowhere else: names hold CR, U+2028 and NUL. Where the first line that is read
//! of a file ends with CR LF, that is how its lines end. What a line may cost is bounded:
//! one that is longer than the limit is passed over and counted, and but for its ends never held.

use std::fmt;

/// Of a line that is too long its begin is told, to see what it is.
const BEGIN_MAX: usize = 256;
/// And its end, to see whether that closes something.
const LAST_MAX: usize = 16;

/// A line without what ends it.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// What it says: any bytes but LF. When it is too long, how it begins.
    pub bytes: &'a [u8],
    /// How it ends: at most 16 bytes.
    pub last: &'a [u8],
    /// Where it begins in its file, in bytes.
    pub offset: u64,
    /// Its number in its file, from 1; counted from where reading began when that was not the start.
    pub number: u64,
    /// What stood at its end, or that it was passed over.
    pub end: End,
}

/// How a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With LF.
    Whole,
    /// The file ended first.
    Torn,
    /// It is longer than the limit; most of its bytes are not here.
    TooLong,
}

// Lines hold what must not be told.
impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line")
            .field("offset", &self.offset)
            .field("number", &self.number)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

/// Splits what is pushed into lines. Holds at most one line, of at most the limit.
///
/// ```
/// use audit_ingest::source::{End, Lines};
///
/// let mut lines = Lines::new(1024, 0, 1);
/// let mut seen = Vec::new();
/// lines.push(b"one\ntw", |line| seen.push((line.offset, line.bytes.to_vec())));
/// lines.push(b"o\nthr", |line| seen.push((line.offset, line.bytes.to_vec())));
/// assert_eq!(seen, [(0, b"one".to_vec()), (4, b"two".to_vec())]);
/// lines.finish(|torn| assert_eq!((torn.bytes, torn.end), (&b"thr"[..], End::Torn)));
/// ```
pub struct Lines {
    limit: usize,
    /// The line so far; of one that is passed over its begin.
    held: Vec<u8>,
    /// The end so far of one that is passed over.
    last: Vec<u8>,
    passing_over: bool,
    /// Whether lines end with CR LF, once one was seen.
    has_cr: Option<bool>,
    /// Of the line that is held or passed over.
    offset: u64,
    number: u64,
    /// Bytes of it so far.
    length: u64,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("offset", &self.offset)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl Lines {
    /// Lines of at most `limit` bytes, of a file that is read from `offset`, where its line `number`
    /// begins.
    pub fn new(limit: usize, offset: u64, number: u64) -> Lines {
        Lines {
            limit,
            held: Vec::new(),
            last: Vec::new(),
            passing_over: false,
            has_cr: None,
            offset,
            number,
            length: 0,
        }
    }

    /// Takes the next bytes of the file, and hands on every line that they end.
    pub fn push(&mut self, mut bytes: &[u8], mut line: impl FnMut(Line<'_>)) {
        while let Some(at) = memchr::memchr(b'\n', bytes) {
            let (head, rest) = bytes.split_at(at);
            self.end_line(head, &mut line);
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.hold(bytes);
    }

    /// The file is over: hands on what has no LF, if there is any.
    pub fn finish(&mut self, mut line: impl FnMut(Line<'_>)) {
        if self.length > 0 {
            let end = if self.passing_over { End::TooLong } else { End::Torn };
            line(self.held_line(end));
            self.next_line();
        }
    }

    /// Where the line begins that is not ended yet, in bytes, and its number.
    pub fn place(&self) -> (u64, u64) {
        (self.offset, self.number)
    }

    fn end_line(&mut self, head: &[u8], line: &mut impl FnMut(Line<'_>)) {
        let (offset, number) = (self.offset, self.number);
        if self.length == 0 && head.len() <= self.limit {
            // The common case copies nothing.
            let bytes = without_cr(head, &mut self.has_cr);
            line(Line { bytes, last: last(bytes), offset, number, end: End::Whole });
            self.length = head.len() as u64;
        } else {
            self.hold(head);
            let end = if self.passing_over { End::TooLong } else { End::Whole };
            if end == End::Whole {
                let whole = without_cr(&self.held, &mut self.has_cr).len();
                self.held.truncate(whole);
            }
            line(self.held_line(end));
        }
        self.length += 1;
        self.next_line();
    }

    fn held_line(&self, end: End) -> Line<'_> {
        let last = if self.passing_over { &self.last } else { last(&self.held) };
        Line { bytes: &self.held, last, offset: self.offset, number: self.number, end }
    }

    fn hold(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        if !self.passing_over && self.held.len() + bytes.len() <= self.limit {
            return self.held.extend_from_slice(bytes);
        }
        if !self.passing_over {
            self.passing_over = true;
            self.last = last(&self.held).to_vec();
            let begin = self.held.iter().chain(bytes).take(BEGIN_MAX.min(self.limit));
            self.held = begin.copied().collect();
        }
        self.last.extend_from_slice(last(bytes));
        self.last.drain(..self.last.len().saturating_sub(LAST_MAX));
    }

    fn next_line(&mut self) {
        self.offset += self.length;
        self.number += 1;
        self.length = 0;
        self.held.clear();
        self.last.clear();
        self.passing_over = false;
    }
}

/// A whole line without the CR of its end, if its file's lines end with one.
fn without_cr<'a>(line: &'a [u8], has_cr: &mut Option<bool>) -> &'a [u8] {
    let has_cr = *has_cr.get_or_insert(line.ends_with(b"\r"));
    line.strip_suffix(b"\r").filter(|_| has_cr).unwrap_or(line)
}

fn last(bytes: &[u8]) -> &[u8] {
    bytes.get(bytes.len().saturating_sub(LAST_MAX)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Seen = (u64, u64, Vec<u8>, End);

    fn split(bytes: &[u8], sizes: &[usize], limit: usize) -> Vec<Seen> {
        let mut lines = Lines::new(limit, 0, 1);
        let mut seen = Vec::new();
        let mut keep = |it: Line<'_>| {
            let begin = usize::try_from(it.offset).unwrap();
            let end = bytes[begin..].iter().position(|it| *it == b'\n');
            let whole = &bytes[begin..end.map_or(bytes.len(), |end| begin + end)];
            let bare = whole.strip_suffix(b"\r").unwrap_or(whole);
            assert!(it.last == last(whole) || it.last == last(bare));
            seen.push((it.offset, it.number, it.bytes.to_vec(), it.end));
        };
        let (mut rest, mut sizes) = (bytes, sizes.iter().cycle());
        while !rest.is_empty() {
            let size = (*sizes.next().unwrap()).clamp(1, rest.len());
            lines.push(&rest[..size], &mut keep);
            rest = &rest[size..];
        }
        lines.finish(&mut keep);
        seen
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_is_read() {
        let seen = split(b"ok\n0123456789\nok\n0123456789", &[3], 4);
        let ends: Vec<_> = seen.iter().map(|it| (it.0, it.1, it.2.len(), it.3)).collect();
        let long = End::TooLong;
        assert_eq!(
            ends,
            [(0, 1, 2, End::Whole), (3, 2, 4, long), (14, 3, 2, End::Whole), (17, 4, 4, long)]
        );
    }

    #[test]
    fn lines_end_as_the_first_one_does() {
        let lines = |bytes: &[u8]| {
            let seen = split(bytes, &[1], 9);
            seen.into_iter().map(|it| String::from_utf8(it.2).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(lines(b"one\r\ntwo\r\n\r\n"), ["one", "two", ""]);
        assert_eq!(lines(b"one\ntwo\r\n\r\n"), ["one", "two\r", "\r"]);
        assert_eq!(split(b"one\r\ntwo\r\n", &[2], 9)[1].0, 5);
    }

    proptest! {
        #[test]
        fn how_it_is_cut_does_not_matter(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200),
            sizes in proptest::collection::vec(1_usize..20, 1..5),
        ) {
            let whole = split(&bytes, &[usize::MAX], 30);
            prop_assert_eq!(&whole, &split(&bytes, &sizes, 30));
            for (offset, _, line, end) in &whole {
                let at = usize::try_from(*offset).unwrap();
                prop_assert_eq!(&bytes[at..at + line.len()], line.as_slice());
                prop_assert!(*end != End::TooLong || line.len() == 30);
            }
        }
    }
}
