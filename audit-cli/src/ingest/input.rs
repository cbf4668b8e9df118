//! Where the lines of a log come from: files, or a pipe.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use audit_ingest::{FileId, Log};

use super::files::{Files, Step};
use super::missing::Missing;
use super::position::Key;
use super::stream::Stream;

#[derive(Debug)]
pub(crate) enum Input {
    Files(Box<Files>),
    Stream(Box<Stream>),
}

impl Input {
    pub(crate) fn log(&self) -> Log {
        match self {
            Input::Files(it) => it.log,
            Input::Stream(it) => it.log,
        }
    }

    /// # Errors
    ///
    /// Says what could not be read.
    pub(crate) fn read(&mut self, buffer: &mut [u8], key: &Key) -> io::Result<Step> {
        match self {
            Input::Files(it) => it.read(buffer, key),
            Input::Stream(it) => it.read(buffer, key),
        }
    }

    /// How many bytes are to be read, as far as is known.
    pub(crate) fn left(&self) -> u64 {
        match self {
            Input::Files(it) => it.left(),
            Input::Stream(_) => 0,
        }
    }

    /// What a file was called when it was opened.
    pub(crate) fn name(&self, id: FileId) -> Option<&str> {
        match self {
            Input::Files(it) => it.name(id),
            Input::Stream(it) => it.is(id).then(|| it.name()),
        }
    }

    /// What all files were called that were opened.
    pub(crate) fn names(&self) -> String {
        match self {
            Input::Files(it) => it.names(),
            Input::Stream(it) => it.name().to_owned(),
        }
    }

    /// What was lost on the way since this was asked; all of it at the end.
    pub(crate) fn missing(&mut self, is_end: bool) -> Vec<Missing> {
        match self {
            Input::Files(it) => it.missing(is_end),
            Input::Stream(_) => Vec::new(),
        }
    }

    /// The bytes before a place in the file that is read or was read last, as many as are kept. A pipe
    /// keeps none: it cannot be read on anyway.
    pub(crate) fn before(&self, id: FileId, offset: u64) -> Option<Vec<u8>> {
        match self {
            Input::Files(it) => it.before(id, offset),
            Input::Stream(_) => None,
        }
    }

    /// When the last line was written of what stands before a place in a file, in milliseconds since
    /// 1970. Where that is not known, when the file was begun.
    pub(crate) fn time_before(&self, id: FileId, text: Option<&[u8]>) -> Option<i64> {
        match self {
            Input::Files(it) => it.time_before(id, text),
            Input::Stream(_) => None,
        }
    }

    /// Device and inode that each file had when it was recorded, by its mark.
    pub(crate) fn know(&mut self, known: &HashMap<u64, (u64, u64)>) {
        match self {
            Input::Files(it) => it.known = known.clone(),
            Input::Stream(it) => it.known = known.clone(),
        }
    }
}

/// Whether these are standard input.
pub(crate) fn is_stdin(paths: &[PathBuf]) -> bool {
    paths.first().is_some_and(|it| it == Path::new("-"))
}
