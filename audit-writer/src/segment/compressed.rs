//! Segments compressed with gzip (RFC 1952): making one, and reading it with a bound.

use std::io::{self, BufRead, BufReader, Read};

use audit_core::LINE_BYTES_MAX;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

use super::active::write_all;
use super::name::{Kind, Name};
use super::recovery::Header;
use crate::reader::{Line, LineError, next_line};
use crate::storage::{ReadSeek, Storage, StorageFile};

/// By so much a segment may be larger than its header says: by its header and schemas where it
/// brings the lines of a whole segment again, and by lines that do not begin a new one.
const OVER_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How much is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// The text of a complete segment, as it was before it was compressed.
///
/// # Errors
///
/// What the storage said. Reading says `InvalidData` where a compressed segment is damaged, goes
/// on behind its end, or expands to more than its header says.
pub(crate) fn open(storage: &dyn Storage, name: Name) -> io::Result<Box<dyn Read + Send>> {
    let file = storage.read(&name.to_string())?;
    Ok(match name.kind {
        Kind::Compressed => Box::new(Expanded::new(file)),
        _ => Box::new(file),
    })
}

/// What a compressed segment expands to, and no more than its own header says.
struct Expanded {
    decoder: GzDecoder<BufReader<Box<dyn ReadSeek>>>,
    /// Its first line, which says how much may follow; until it is read nothing is known.
    head: Option<io::Cursor<Vec<u8>>>,
    left: u64,
}

impl Expanded {
    fn new(file: Box<dyn ReadSeek>) -> Expanded {
        Expanded { decoder: GzDecoder::new(BufReader::new(file)), head: None, left: 0 }
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

impl Read for Expanded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.head.is_none() {
            self.head = Some(self.begin()?);
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
fn bytes_max(header: &[u8]) -> Option<u64> {
    let line = Line::parse(header.strip_suffix(b"\n").unwrap_or(header)).ok()?;
    let bytes = Header::of(&line)?.segment_bytes?;
    Some(bytes.saturating_add(OVER_BYTES_MAX))
}

/// What a segment takes, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) bytes: u64,
    pub(crate) compressed_bytes: u64,
}

/// Whether a segment can be compressed so that it can be read again: its header can be read, and it
/// is not larger than that allows.
///
/// # Errors
///
/// What the storage said.
pub(crate) fn can_be(storage: &dyn Storage, name: Name, bytes: u64) -> io::Result<bool> {
    let mut file = BufReader::new(storage.read(&name.to_string())?);
    match next_line(&mut file) {
        Some(Ok(header)) => Ok(bytes_max(&header).is_some_and(|max| bytes <= max)),
        Some(Err(LineError::Unreadable)) => Err(io::Error::other("its header cannot be read")),
        _ => Ok(false),
    }
}

/// Compresses a segment into a file, makes that durable, and reads it back to compare it. `go_on`
/// is asked now and then.
///
/// # Errors
///
/// What the storage said; `Interrupted` if it was not to go on; `InvalidData` if what was read back
/// differs.
pub(crate) fn compress(
    storage: &dyn Storage,
    from: Name,
    (into, mut file): (&str, Box<dyn StorageFile>),
    go_on: &dyn Fn() -> bool,
) -> io::Result<Sizes> {
    let mut encoder = GzEncoder::new(Appended::to(file.as_mut()), flate2::Compression::default());
    let mut source = open(storage, from)?;
    let bytes =
        in_chunks(source.as_mut(), go_on, |chunk| io::Write::write_all(&mut encoder, chunk))?;
    let compressed_bytes = encoder.finish()?.bytes;
    file.sync()?;
    let mut expanded = Expanded::new(storage.read(into)?);
    compare(storage, from, &mut expanded, go_on)?;
    Ok(Sizes { bytes, compressed_bytes })
}

/// # Errors
///
/// `InvalidData` if the segment is not what was made of it.
fn compare(
    storage: &dyn Storage,
    from: Name,
    made: &mut dyn Read,
    go_on: &dyn Fn() -> bool,
) -> io::Result<()> {
    let mut source = open(storage, from)?;
    let mut other = Vec::new();
    in_chunks(made, go_on, |chunk| {
        other.resize(chunk.len(), 0);
        source.read_exact(&mut other)?;
        match chunk == other {
            true => Ok(()),
            false => Err(invalid("what was compressed reads differently")),
        }
    })?;
    match source.read(&mut [0])? {
        0 => Ok(()),
        _ => Err(invalid("what was compressed is not all of it")),
    }
}

/// Reads to the end, and says how much there was.
fn in_chunks(
    source: &mut dyn Read,
    go_on: &dyn Fn() -> bool,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<u64> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut bytes = 0;
    while go_on() {
        let read = source.read(&mut chunk)?;
        let Some(read) = chunk.get(..read).filter(|read| !read.is_empty()) else {
            return Ok(bytes);
        };
        each(read)?;
        bytes += read.len() as u64;
    }
    Err(io::ErrorKind::Interrupted.into())
}

/// A storage's file, as the encoder writes to it.
struct Appended<'a> {
    file: &'a mut dyn StorageFile,
    bytes: u64,
}

impl<'a> Appended<'a> {
    fn to(file: &'a mut dyn StorageFile) -> Appended<'a> {
        Appended { file, bytes: 0 }
    }
}

impl io::Write for Appended<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_all(self.file, bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::clock::Stamp;
    use crate::storage::MemoryStorage;

    fn name(kind: Kind) -> Name {
        Name::new(audit_core::Stream::Audit, kind, Stamp::default(), 0)
    }

    /// A header that allows the least segment, and so many bytes of other lines.
    fn segment(bytes: usize) -> Vec<u8> {
        let header = concat!(
            r#"{"v":1,"kind":"header","seq":0,"time":"2026-11-20T12:00:00.000000000Z","run":"r","#,
            r#""up_us":5,"synced":true,"log":"l","limits":{"line_bytes":16384,"segment_bytes":4096}}"#,
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
        let storage = MemoryStorage::new();
        storage.put(&name(Kind::Compressed).to_string(), bytes);
        let mut text = Vec::new();
        open(&storage, name(Kind::Compressed))?.read_to_end(&mut text)?;
        Ok(text)
    }

    fn is_refused(bytes: &[u8]) -> bool {
        expanded(bytes).is_err_and(|error| error.kind() == io::ErrorKind::InvalidData)
    }

    fn compressed(storage: &MemoryStorage, go_on: bool) -> io::Result<Sizes> {
        let file = storage.create("into")?;
        compress(storage, name(Kind::Segment), ("into", file), &|| go_on)
    }

    #[test]
    fn what_was_compressed_is_durable_and_reads_back() {
        for bytes in [0, 1, 100, 300_000] {
            let (storage, segment) = (MemoryStorage::new(), segment(bytes));
            storage.put(&name(Kind::Segment).to_string(), &segment);
            let sizes = compressed(&storage, true).unwrap();
            assert!(can_be(&storage, name(Kind::Segment), sizes.bytes).unwrap());
            storage.sync_names().unwrap();
            let left = storage.after_power_cut().bytes("into").unwrap();
            assert_eq!(
                (sizes.bytes, sizes.compressed_bytes),
                (segment.len() as u64, left.len() as u64)
            );
            assert!(expanded(&left).unwrap() == segment, "{bytes}");
        }
    }

    #[test]
    fn a_segment_that_changes_meanwhile_is_not_taken() {
        let storage = MemoryStorage::new();
        storage.put(&name(Kind::Segment).to_string(), &segment(100));
        assert_eq!(compressed(&storage, false).unwrap_err().kind(), io::ErrorKind::Interrupted);
        let mut other = segment(100);
        other[50] ^= 1;
        for made in [segment(99), segment(101), other] {
            let compared = compare(&storage, name(Kind::Segment), &mut &made[..], &|| true);
            assert!(compared.is_err(), "{}", made.len());
        }
        let same = segment(100);
        assert!(compare(&storage, name(Kind::Segment), &mut &same[..], &|| true).is_ok());
    }

    #[test]
    fn it_expands_no_further_than_its_header_says() {
        let bytes = (4096 + OVER_BYTES_MAX) as usize;
        assert_eq!(expanded(&gzip(&segment(bytes))).unwrap().len(), segment(bytes).len());
        assert!(is_refused(&gzip(&segment(bytes + 1))));
        assert!(is_refused(&gzip(&vec![b'x'; 1 << 20])), "no header at all");
        let storage = MemoryStorage::new();
        storage.put(&name(Kind::Segment).to_string(), &segment(0));
        let too_large = 4096 + OVER_BYTES_MAX + 1;
        assert!(!can_be(&storage, name(Kind::Segment), too_large).unwrap());
        storage.put(&name(Kind::Segment).to_string(), b"x\n");
        assert!(!can_be(&storage, name(Kind::Segment), 2).unwrap());
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
            assert!(is_refused(&damaged), "{at}");
        }
    }
}
