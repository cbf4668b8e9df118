//! The first line of a file, which says what the file is.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use audit_core::record::LINE_BYTES_MAX;

use super::line::Line;

/// A file's first line, if it is one, and the file from its beginning.
pub fn with_first_line<'a>(
    file: Box<dyn Read + Send + 'a>,
) -> (Option<Line>, Box<dyn Read + Send + 'a>) {
    let (mut file, mut first) = (BufReader::new(file), Vec::new());
    let read = file.by_ref().take(LINE_BYTES_MAX as u64).read_until(b'\n', &mut first);
    let line = first.strip_suffix(b"\n").and_then(|line| Line::parse(line).ok());
    let first = Cursor::new(first);
    match read {
        Ok(_) => (line, Box::new(first.chain(file))),
        Err(error) => (None, Box::new(first.chain(Unreadable(error.kind())))),
    }
}

/// What follows in a file that could not be read on.
pub(super) struct Unreadable(pub(super) io::ErrorKind);

impl Read for Unreadable {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
}
