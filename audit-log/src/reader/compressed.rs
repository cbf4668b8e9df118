//! Compressed segments (RFC 1952), read with a bound.

use std::io::{self, BufRead, BufReader, Read};

use audit_core::record::LINE_BYTES_MAX;
use flate2::bufread::GzDecoder;

use super::header::Header;
use super::line::Line;
use crate::name::{Kind, Name};
use crate::storage::{ReadSeek, ReadStorage};

/// By so much a segment may be larger than its header says: by its header and schemas where it
/// brings the lines of a whole segment again, and by lines that do not begin a new one.
const OVER_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// No compressed segment expands to more, whatever says so.
pub const EXPANDED_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// How many bytes the file of a segment has at most whose header gives it this limit.
pub fn file_bytes_max(segment_bytes: u64) -> u64 {
    segment_bytes.saturating_add(OVER_BYTES_MAX)
}

/// The text of a complete segment, as it was before it was compressed.
///
/// # Errors
///
/// What the storage said. Reading says `InvalidData` where a compressed segment is damaged, goes
/// on behind its end, or expands to more than its header says.
pub fn open_segment(storage: &dyn ReadStorage, name: Name) -> io::Result<Box<dyn Read + Send>> {
    open_segment_within(storage, name, None)
}

/// The same, where another one than its header may say how far a compressed segment expands.
///
/// # Errors
///
/// As for [`open_segment`].
pub fn open_segment_within(
    storage: &dyn ReadStorage,
    name: Name,
    bytes_max: Option<u64>,
) -> io::Result<Box<dyn Read + Send>> {
    let file = storage.read(&name.to_string())?;
    Ok(match (name.kind, bytes_max) {
        (Kind::Compressed, Some(bytes_max)) => Box::new(Expanded::within(file, bytes_max)),
        (Kind::Compressed, None) => Box::new(Expanded::new(file)),
        _ => Box::new(file),
    })
}

/// What a compressed segment expands to, and no more than its own header says, or who knows better.
pub struct Expanded {
    decoder: GzDecoder<BufReader<Box<dyn ReadSeek>>>,
    /// Its first line, which says how much may follow; until it is read nothing is known.
    head: Option<io::Cursor<Vec<u8>>>,
    left: u64,
}

impl Expanded {
    /// The text of this file.
    pub fn new(file: Box<dyn ReadSeek>) -> Expanded {
        Expanded { decoder: GzDecoder::new(BufReader::new(file)), head: None, left: 0 }
    }

    /// The text of this file, if it has no more than so many bytes.
    pub fn within(file: Box<dyn ReadSeek>, bytes_max: u64) -> Expanded {
        let (head, left) = (Some(io::Cursor::default()), bytes_max.min(EXPANDED_BYTES_MAX));
        Expanded { head, left, ..Expanded::new(file) }
    }

    /// Reads the first line.
    fn begin(&mut self) -> io::Result<io::Cursor<Vec<u8>>> {
        let mut head = Vec::new();
        let mut byte = [0];
        while head.last() != Some(&b'\n') {
            if head.len() == LINE_BYTES_MAX || self.decoder.read(&mut byte).map_err(damaged)? == 0 {
                return Err(invalid("a compressed segment without a header"));
            }
            head.extend_from_slice(&byte);
        }
        self.left = bytes_max(&head).ok_or_else(|| invalid("no header"))?;
        Ok(io::Cursor::new(head))
    }
}

impl std::fmt::Debug for Expanded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expanded").field("left", &self.left).finish_non_exhaustive()
    }
}

impl Read for Expanded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.head.is_none() {
            // Without a header nothing may follow.
            let head = self.begin();
            self.head = Some(io::Cursor::default());
            self.head = Some(head?);
        }
        let from_head = self.head.as_mut().map_or(Ok(0), |head| head.read(into))?;
        if from_head > 0 || into.is_empty() {
            return Ok(from_head);
        }
        let read = self.decoder.read(into).map_err(damaged)?;
        if read == 0 && !self.decoder.get_mut().fill_buf()?.is_empty() {
            return Err(invalid("something follows the end of a compressed segment"));
        }
        self.left = (self.left.checked_sub(read as u64))
            .ok_or_else(|| invalid("a compressed segment expands to more than its header says"))?;
        Ok(read)
    }
}

/// What the decoder says of bytes that are no gzip, as one kind of error; what the system says as
/// it is.
fn damaged(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(_) => error,
        None => io::Error::new(io::ErrorKind::InvalidData, error),
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// How large a segment may be behind this first line.
pub fn bytes_max(header: &[u8]) -> Option<u64> {
    let line = Line::parse(header.strip_suffix(b"\n").unwrap_or(header)).ok()?;
    let file_bytes_max = Header::of(&line)?.segment_bytes.map(file_bytes_max)?;
    Some(file_bytes_max.min(EXPANDED_BYTES_MAX))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::write::GzEncoder;

    use super::*;

    /// A header that allows the least segment, and so many bytes of other lines.
    fn segment(bytes: usize) -> Vec<u8> {
        let header = concat!(
            r#"{"kind":"header","seq":0,"time":"2026-11-20T12:00:00.000000Z","header":{"version":1,"#,
            r#""log":"l","time_synced":true,"limits":{"line_bytes":16384,"segment_bytes":4096}}}"#,
            "\n",
        );
        let mut segment = header.as_bytes().to_vec();
        segment.extend((0..bytes).map(|at| if at % 100 == 99 { b'\n' } else { b'x' }));
        segment
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// What reading a compressed segment of these bytes gives.
    fn expanded(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        Expanded::new(Box::new(Cursor::new(bytes.to_vec()))).read_to_end(&mut text)?;
        Ok(text)
    }

    fn is_refused(bytes: &[u8]) -> bool {
        expanded(bytes).is_err_and(|error| error.kind() == io::ErrorKind::InvalidData)
    }

    #[test]
    fn it_expands_no_further_than_its_header_says() {
        let bytes = (4096 + OVER_BYTES_MAX) as usize;
        assert_eq!(expanded(&gzip(&segment(bytes))).unwrap().len(), segment(bytes).len());
        assert!(is_refused(&gzip(&segment(bytes + 1))));
        assert!(is_refused(&gzip(&vec![b'x'; 1 << 20])), "no header at all");
    }

    #[test]
    fn what_is_damaged_or_goes_on_is_refused() {
        let whole = gzip(&segment(1000));
        for cut in 0..whole.len() {
            assert!(is_refused(&whole[..cut]), "{cut}");
        }
        assert!(is_refused(&[&whole[..], b"x"].concat()));
        assert!(is_refused(&[&whole[..], &whole[..]].concat()), "a second member");
        for at in 10..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            // Another distance in a run of equal bytes says the same.
            let is_same = expanded(&damaged).is_ok_and(|text| text == segment(1000));
            assert!(is_refused(&damaged) || is_same, "{at}");
        }
    }
}
