//! Segments compressed with gzip (RFC 1952): making one, and reading it with a bound.

use std::io::{self, BufReader, Read};

use audit_log::name::Name;
use audit_log::reader::{Expanded, LineError, bytes_max, next_line, open_segment};
use flate2::write::GzEncoder;

use crate::storage::write_all;
use crate::storage::{Storage, StorageFile};

/// How much is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

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
    let mut source = open_segment(storage, from)?;
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
    let mut source = open_segment(storage, from)?;
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

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
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
    use audit_log::name::Kind;

    use super::*;
    use crate::clock::Stamp;
    use crate::storage::MemoryStorage;

    fn name(kind: Kind) -> Name {
        Name::new(audit_core::Stream::Audit, kind, Stamp::default(), 0)
    }

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

    /// What reading a compressed segment of these bytes gives.
    fn expanded(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        Expanded::new(Box::new(io::Cursor::new(bytes.to_vec()))).read_to_end(&mut text)?;
        Ok(text)
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
    fn what_could_not_be_read_again_is_not_compressed() {
        let storage = MemoryStorage::new();
        storage.put(&name(Kind::Segment).to_string(), &segment(0));
        let too_large = 4096 + 4 * 1024 * 1024 + 1;
        assert!(!can_be(&storage, name(Kind::Segment), too_large).unwrap());
        storage.put(&name(Kind::Segment).to_string(), b"x\n");
        assert!(!can_be(&storage, name(Kind::Segment), 2).unwrap());
    }
}
