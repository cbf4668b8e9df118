//! How many lines were read, and what became of them.

use crate::action::{FileId, Log};
use serde::Serialize;
use std::collections::VecDeque;

/// Places of unreadable lines that are remembered; the rest are counted.
const PLACES_MAX: usize = 1_000;

/// What became of the lines since reading began. Lines that are read again after a stop count
/// again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Of the access log.
    pub access: Lines,
    /// Of the application log.
    pub app: Lines,
    /// Lines of the application log that begin a record, understood or not.
    pub app_records: u64,
    /// Requests that meet a rule, of which a trusted proxy does not say where they came from.
    pub unknown_sources: u64,
    /// Actions told.
    pub actions: u64,
    /// Claims of the application log that nothing bore out.
    pub unconfirmed: u64,
    /// Where the first unreadable lines stand. What they say is never told.
    pub unreadable: VecDeque<Place>,
}

/// Lines of one log. `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// Lines.
    pub read: u64,
    /// Requests that meet a rule; records that are understood.
    pub mapped: u64,
    /// Lines that mean nothing here.
    pub ignored: u64,
    /// Lines that are no lines of this log, are torn, glued together or too long.
    pub unreadable: u64,
}

/// A line that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// In which log.
    pub log: Log,
    /// In which file.
    pub file: FileId,
    /// The number of the line in its file.
    pub line: u64,
}

impl Report {
    pub(crate) fn lines(&mut self, log: Log) -> &mut Lines {
        match log {
            Log::Access => &mut self.access,
            Log::App => &mut self.app,
        }
    }

    pub(crate) fn unreadable(&mut self, place: Place) {
        self.lines(place.log).unreadable += 1;
        if self.unreadable.len() < PLACES_MAX {
            self.unreadable.push_back(place);
        }
    }
}
