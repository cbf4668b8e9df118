//! What can be said of a segment's lines before the lines in front of them are known: of those that
//! follow each other as they should, their part of the tree. It is most of the work, and done on any
//! thread.

use std::io::{BufRead, BufReader, Read};

use audit_core::record::LINE_BYTES_MAX;
use memchr::memchr;

use crate::evidence::chain::{Prev, prev_of, says};
use crate::evidence::hash::{Hash, leaf_hash};
use crate::evidence::tree::Range;
use crate::reader::{LineError, NotOpened, Patience, Position, Raw, front};

/// Lines of these kinds are nothing but lines: what they say is of no interest here.
const PLAIN: [&[u8]; 4] = [b"event", b"schema", b"summary", b"gap"];
/// How an event's line begins, up to its number.
const EVENT: &[u8] = br#"{"kind":"event","seq":"#;
/// At most so many lines are put together.
const LINES_MAX: u64 = 8192;
/// How much is read at a time.
const CHUNK_BYTES: usize = 128 * 1024;

/// A part of a log.
pub(super) enum Piece {
    Stretch(Stretch),
    Line(Position, Result<Raw, LineError>),
    /// In its place there should be a segment.
    NotOpened(NotOpened),
}

/// Plain lines one after the other: each has the number after that of the one before, and says of
/// it what it should.
pub(super) struct Stretch {
    pub(super) range: Range,
    /// What the first line says of the one before.
    pub(super) prev: Option<Prev>,
    /// The hash of the last line.
    pub(super) last: Hash,
    pub(super) begins_at: Position,
    pub(super) ends_at: Position,
}

/// The pieces of one segment, in the order of its file.
pub(super) struct Pieces<R> {
    bytes: BufReader<R>,
    /// Where the line that was read last stands.
    at: Position,
    stretch: Option<Stretch>,
    patience: Patience,
    /// What comes after the stretch that was given out.
    upcoming: Option<Piece>,
    is_at_end: bool,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(segment: String, file: R) -> Pieces<R> {
        Pieces {
            bytes: BufReader::with_capacity(CHUNK_BYTES, file),
            at: Position { segment, line: 0 },
            stretch: None,
            patience: Patience::default(),
            upcoming: None,
            is_at_end: false,
        }
    }

    /// Reads a line; a piece if it is no part of the stretch.
    fn step(&mut self) -> Option<Piece> {
        if self.patience.is_over() {
            self.is_at_end = true;
            self.at.line += 1;
            return Some(Piece::Line(self.at.clone(), Err(LineError::Hopeless)));
        }
        let here = match self.bytes.fill_buf() {
            Ok(chunk) => memchr(b'\n', chunk).and_then(|end| chunk.get(..end)),
            Err(_) => None, // Reading once more says so.
        };
        let raw = match here.filter(|line| line.len() < LINE_BYTES_MAX) {
            Some(line) => {
                self.at.line += 1;
                let (is_taken, bytes) = (extend(&mut self.stretch, line, &self.at), line.len() + 1);
                match &self.stretch {
                    Some(stretch) if is_taken => {
                        self.patience.take_number(stretch.range.to() - 1, bytes);
                    }
                    _ => self.patience.take(line),
                }
                let raw = (!is_taken).then(|| Raw { bytes: line.to_vec() });
                self.bytes.consume(bytes);
                Ok(raw?)
            }
            // It goes on in the next chunk, or is none.
            None => match self.patience.next_line(&mut self.bytes) {
                None => {
                    self.is_at_end = true;
                    return None;
                }
                Some(read) => {
                    self.at.line += 1;
                    self.is_at_end = read.as_ref().is_err_and(|error| error.is_last());
                    match read {
                        Ok(line) if extend(&mut self.stretch, &line, &self.at) => return None,
                        read => read.map(|bytes| Raw { bytes }),
                    }
                }
            },
        };
        Some(Piece::Line(self.at.clone(), raw))
    }

    /// The stretch, as far as it goes.
    fn give_stretch(&mut self) -> Option<Piece> {
        let mut stretch = self.stretch.take()?;
        let lines = stretch.range.to() - stretch.range.from();
        stretch.ends_at.line = stretch.begins_at.line + lines - 1;
        Some(Piece::Stretch(stretch))
    }
}

/// Puts a line behind a stretch, or begins one with it; says whether that is possible.
fn extend(stretch: &mut Option<Stretch>, line: &[u8], at: &Position) -> bool {
    match stretch {
        Some(stretch) => {
            let next = stretch.range.to();
            let follows = is_event(line, next) || plain_seq(line) == Some(next);
            if !follows || !says(line, &stretch.last) {
                return false;
            }
            stretch.last = leaf_hash(line);
            stretch.range.push(stretch.last);
        }
        None => {
            let Some(seq) = plain_seq(line) else { return false };
            let prev = prev_of(line);
            let (last, mut range) = (leaf_hash(line), Range::new(seq));
            range.push(last);
            let (begins_at, ends_at) = (at.clone(), at.clone());
            *stretch = Some(Stretch { range, prev, last, begins_at, ends_at });
        }
    }
    true
}

/// Whether a line is an event of this number. It tells nothing that `plain_seq` does not, and sooner:
/// nearly all lines are.
fn is_event(line: &[u8], seq: u64) -> bool {
    let mut digits = itoa::Buffer::new();
    let rest =
        line.strip_prefix(EVENT).and_then(|it| it.strip_prefix(digits.format(seq).as_bytes()));
    rest.is_some_and(|rest| rest.starts_with(b","))
}

/// The number of a plain line.
fn plain_seq(line: &[u8]) -> Option<u64> {
    let (kind, seq) = front(line)?;
    PLAIN.contains(&kind).then_some(seq)
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if let Some(piece) = self.upcoming.take() {
            return Some(piece);
        }
        loop {
            if self.is_at_end {
                return self.give_stretch();
            }
            if let Some(piece) = self.step() {
                let Some(stretch) = self.give_stretch() else { return Some(piece) };
                self.upcoming = Some(piece);
                return Some(stretch);
            }
            let is_long = |it: &Stretch| it.range.to() - it.range.from() >= LINES_MAX;
            if self.stretch.as_ref().is_some_and(is_long) {
                return self.give_stretch();
            }
        }
    }
}
