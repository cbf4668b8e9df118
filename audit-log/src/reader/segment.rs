//! The lines of one segment, in the order of their numbers.
//!
//! In most segments that is the order of the file. One that brings lines again which may be missing
//! from the segment before begins with its own header and schemas, whose numbers come after those
//! lines'.

use std::collections::VecDeque;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use super::files::Segment;
use super::first::Unreadable;
use super::json::Json;
use super::line::{Line, LineError, Position};
use super::next::next_line;
use super::patience::Patience;
use super::raw::Raw;

/// At most so many lines are held back until their turn: a program has fewer types of events.
const HELD_MAX: usize = 1024;

/// A line and where it stands.
pub(super) type Item = (Position, Result<Raw, LineError>);

/// One segment that is being read.
pub(super) struct Open<'a> {
    segment: String,
    line: u64,
    bytes: BufReader<Box<dyn Read + Send + 'a>>,
    /// Lines that were read and are next.
    ready: VecDeque<Item>,
    /// Lines that were read and whose numbers come later.
    held: VecDeque<Item>,
    /// From which number on it supersedes lines of the segment before.
    supersedes_from: Option<u64>,
    /// The run that the header names, until it was asked for.
    run: Option<Arc<str>>,
    /// Where it is limited how many lines are none.
    patience: Option<Patience>,
    is_at_end: bool,
}

impl<'a> Open<'a> {
    /// Reads as far as needed to know what comes first.
    pub(super) fn new((segment, file): Segment<'a>, patience: Option<Patience>) -> Open<'a> {
        let mut open = Open {
            segment,
            line: 0,
            bytes: BufReader::new(file),
            ready: VecDeque::new(),
            held: VecDeque::new(),
            supersedes_from: None,
            run: None,
            patience,
            is_at_end: false,
        };
        let Some(first) = open.read() else { return open };
        let header = first.1.as_ref().ok().and_then(|raw| Line::parse(&raw.bytes).ok());
        open.supersedes_from = header.as_ref().and_then(supersedes_from);
        open.run = header.as_ref().and_then(Line::names_run);
        match open.supersedes_from {
            Some(from_seq) => open.hold_back(first, from_seq),
            None => open.ready.push_back(first),
        }
        open
    }

    /// One of which nothing can be read.
    pub(super) fn unreadable(segment: String) -> Open<'a> {
        Open::new((segment, Box::new(Unreadable(io::ErrorKind::Other))), None)
    }

    /// From which number on it brings lines of the segment before again.
    pub(super) fn supersedes_from(&self) -> Option<u64> {
        self.supersedes_from
    }

    /// The run that the header names, once.
    pub(super) fn take_run(&mut self) -> Option<Arc<str>> {
        self.run.take()
    }

    /// The next line.
    pub(super) fn next(&mut self) -> Option<Item> {
        let item = self.ready.pop_front().or_else(|| self.read());
        let is_before_held = match (&item, seq_of(item.as_ref()), seq_of(self.held.front())) {
            (None, ..) => true,
            (_, Some(seq), Some(held)) => seq.saturating_add(1) >= held,
            _ => false,
        };
        if is_before_held {
            self.ready.append(&mut self.held);
        }
        item.or_else(|| self.ready.pop_front())
    }

    /// Holds a header back, and what follows it up to the first line of a lower number.
    fn hold_back(&mut self, header: Item, from_seq: u64) {
        self.held.push_back(header);
        while self.held.len() < HELD_MAX {
            let Some(item) = self.read() else { return };
            let comes_later = item.1.as_ref().is_ok_and(|raw| raw.is_of("schema"))
                && seq_of(Some(&item)) > seq_of(self.held.back())
                && seq_of(Some(&item)) > Some(from_seq);
            if !comes_later {
                self.ready.push_back(item);
                return;
            }
            self.held.push_back(item);
        }
    }

    fn read(&mut self) -> Option<Item> {
        if self.is_at_end {
            return None;
        }
        let bytes = match &mut self.patience {
            Some(patience) => patience.next_line(&mut self.bytes),
            None => next_line(&mut self.bytes),
        };
        let Some(bytes) = bytes else {
            self.is_at_end = true;
            return None;
        };
        self.line += 1;
        self.is_at_end = bytes.as_ref().is_err_and(|error| error.is_last());
        let position = Position { segment: self.segment.clone(), line: self.line };
        Some((position, bytes.map(|bytes| Raw { bytes })))
    }
}

/// From which number on a header says that its segment brings lines again.
pub fn supersedes_from(header: &Line) -> Option<u64> {
    let from = header.member("supersedes")?.get("from_seq").and_then(Json::as_u64)?;
    (header.kind == "header" && from < header.seq).then_some(from)
}

fn seq_of(item: Option<&Item>) -> Option<u64> {
    item?.1.as_ref().ok().and_then(Raw::seq)
}
