//! The active segment, which grows and is rotated while it is read.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use audit_core::record::LINE_BYTES_MAX;
use memchr::memchr;

use super::line::Line;
use super::raw::front;
use super::source::Source;
use crate::storage::ReadSeek;

/// The active segment, held open from before the others were listed.
///
/// Where it ends, it is looked whether it is the active one still. If not, it was given its other name
/// when it was complete, and is read to that end. If so, the log ends here, whatever is appended
/// later: half of a line is half of a line, and its other half no line of its own.
pub(super) struct Active<'a> {
    file: Box<dyn ReadSeek>,
    source: Source<'a>,
    name: &'static str,
    /// Its first line, if it has one.
    first: Option<Vec<u8>>,
    was_rotated: Arc<AtomicBool>,
    has_ended: bool,
}

impl<'a> Active<'a> {
    /// Opens it, if it is there.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub(super) fn open(source: &Source<'a>, name: &'static str) -> io::Result<Option<Active<'a>>> {
        let Some(mut file) = source.open_if_there(name)? else { return Ok(None) };
        let first = first_line(&mut file)?;
        let (source, was_rotated) = (source.clone(), Arc::default());
        Ok(Some(Active { file, source, name, first, was_rotated, has_ended: false }))
    }

    /// The number of its first line, if it begins as one does.
    pub(super) fn first_seq(&self) -> Option<u64> {
        self.first.as_deref().and_then(seq)
    }

    /// Its first line, if it is one.
    pub(super) fn header(&self) -> Option<Line> {
        Line::parse(self.first.as_deref()?).ok()
    }

    /// Tells, once it was read, whether another one is the active one by then.
    pub(super) fn was_rotated(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.was_rotated)
    }

    /// Whether another file has the name by now, or none.
    fn look(&self) -> io::Result<bool> {
        let Some(mut file) = self.source.open_if_there(self.name)? else { return Ok(true) };
        let (own, other) = (self.first_seq(), first_line(&mut file)?.as_deref().and_then(seq));
        Ok(own.is_some() && other.is_some() && own != other)
    }
}

impl Read for Active<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.has_ended || into.is_empty() {
            return Ok(0);
        }
        let mut read = self.file.read(into)?;
        if read == 0 && !self.was_rotated.load(Ordering::Relaxed) && self.look()? {
            self.was_rotated.store(true, Ordering::Relaxed);
            read = self.file.read(into)?;
        }
        self.has_ended = read == 0;
        Ok(read)
    }
}

/// A file's first line without its newline, if it has one, and leaves the file at its beginning.
fn first_line(file: &mut Box<dyn ReadSeek>) -> io::Result<Option<Vec<u8>>> {
    let mut first = Vec::new();
    while memchr(b'\n', &first).is_none() && first.len() < LINE_BYTES_MAX {
        let mut chunk = [0; 1024];
        match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => first.extend_from_slice(chunk.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    file.rewind()?;
    let end = memchr(b'\n', &first).filter(|end| *end < LINE_BYTES_MAX);
    Ok(end.and_then(|end| Some(first.get(..end)?.to_vec())))
}

fn seq(line: &[u8]) -> Option<u64> {
    front(line).map(|(_, seq)| seq)
}
