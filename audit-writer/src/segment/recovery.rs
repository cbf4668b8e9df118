//! What is found at the end of a segment when a writer opens it.

use std::io::{self, BufReader, Read, SeekFrom};

use audit_core::record::LINE_BYTES_MAX;
use audit_log::name::Name;
use audit_log::reader::{Header, Line, LineError, file_bytes_max, front, next_line, open_segment};
use audit_log::storage::ReadSeek;

use crate::storage::Storage;

/// What stands in a segment that an earlier run wrote.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The first line, if it is a header.
    pub(crate) header: Option<Header>,
    /// The same as a line.
    pub(crate) first: Option<Line>,
    /// The number of the first line, whatever it is.
    pub(crate) first_seq: Option<u64>,
    /// The last whole line.
    pub(crate) last: Option<Line>,
    /// Where the last whole line ends. What follows is torn.
    pub(crate) whole_bytes: u64,
    /// The file's size.
    pub(crate) bytes: u64,
}

/// Looks at a segment's first line and at its end.
///
/// The end is searched backwards for the last line that can be read, because what a power cut
/// leaves may be a half line or any number of zero bytes. Damage further up is left alone: it is
/// evidence, and no reason not to start.
///
/// # Errors
///
/// What the storage said.
pub(crate) fn examine(storage: &dyn Storage, name: &str) -> io::Result<Found> {
    let mut file = storage.read(name)?;
    let bytes = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let (first, first_seq) = first_line(file.as_mut())?;
    let header = first.as_ref().and_then(Header::of);
    // What is longer than any segment gets is not looked for at its end.
    let bytes_max = header.as_ref().and_then(|header| header.segment_bytes).map(file_bytes_max);
    let end = bytes.min(bytes_max.unwrap_or(u64::MAX));
    let (last, whole_bytes) = last_line(file.as_mut(), end)?;
    Ok(Found {
        first: first.filter(|_| header.is_some()),
        header,
        first_seq,
        last,
        whole_bytes,
        bytes,
    })
}

/// The first line, if it is one, and what it says its number is.
fn first_line(file: &mut dyn ReadSeek) -> io::Result<(Option<Line>, Option<u64>)> {
    match next_line(&mut BufReader::new(file.take(LINE_BYTES_MAX as u64))) {
        Some(Err(LineError::Unreadable)) => Err(io::Error::other("its first line cannot be read")),
        Some(Ok(line)) => Ok((Line::parse(&line).ok(), front(&line).map(|(_, seq)| seq))),
        _ => Ok((None, None)),
    }
}

/// Looks at the first line of a compressed segment and at its last. Its end cannot be torn: it is
/// complete, or damaged.
///
/// # Errors
///
/// What the storage said.
pub(crate) fn examine_compressed(storage: &dyn Storage, name: Name) -> io::Result<Found> {
    let mut file = BufReader::new(open_segment(storage, name)?);
    let mut found = Found::default();
    while let Some(bytes) = next_line(&mut file) {
        match bytes.and_then(|bytes| Line::parse(&bytes)) {
            Ok(line) => {
                if found.last.is_none() {
                    found.header = Header::of(&line);
                }
                found.last = Some(line);
            }
            Err(LineError::Unreadable | LineError::Compressed) => break,
            Err(_) => {}
        }
    }
    Ok(found)
}

/// The last line that can be read, and where it ends.
fn last_line(file: &mut dyn ReadSeek, bytes: u64) -> io::Result<(Option<Line>, u64)> {
    let mut end = bytes;
    while let Some(newline) = last_newline_before(file, end)? {
        let start = last_newline_before(file, newline)?.map_or(0, |at| at + 1);
        if newline - start < LINE_BYTES_MAX as u64 {
            let mut line = vec![0; usize::try_from(newline - start).unwrap_or(0)];
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(&mut line)?;
            if let Ok(line) = Line::parse(&line) {
                return Ok((Some(line), newline + 1));
            }
        }
        end = newline;
    }
    Ok((None, 0))
}

/// Where the last newline before `end` stands.
fn last_newline_before(file: &mut dyn ReadSeek, end: u64) -> io::Result<Option<u64>> {
    const CHUNK: u64 = 32 * 1024;
    let mut chunk = Vec::new();
    let mut end = end;
    while end > 0 {
        let start = end.saturating_sub(CHUNK);
        chunk.resize(usize::try_from(end - start).unwrap_or(0), 0);
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut chunk)?;
        if let Some(at) = chunk.iter().rposition(|byte| *byte == b'\n') {
            return Ok(Some(start + at as u64));
        }
        end = start;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::MemoryStorage;

    fn line(seq: u64, kind: &str) -> String {
        format!(
            r#"{{"kind":"{kind}","seq":{seq},"time":"2026-11-20T12:00:00.000000Z","{kind}":{{"version":1,"log":"l"}}}}"#
        ) + "\n"
    }

    fn check(tail: &[u8]) {
        let whole = line(7, "header") + &line(8, "lifecycle");
        let storage = MemoryStorage::new();
        storage.put("s", &[whole.as_bytes(), tail].concat());
        let found = examine(&storage, "s").unwrap();
        assert_eq!(found.last.map(|line| line.seq), Some(8));
        assert_eq!(found.whole_bytes, whole.len() as u64);
        assert_eq!(found.bytes, (whole.len() + tail.len()) as u64);
        assert_eq!(found.header.map(|header| (header.log, header.seq)), Some(("l".to_owned(), 7)));
    }

    #[test]
    fn the_torn_end_is_told_from_the_rest() {
        check(b"");
        check(br#"{"kind":"li"#);
        check(&[0; 100_000]);
        check(b"\n\n\n");
        check(b"garbage\nmore garbage\n");
        check(&[line(9, "lifecycle").as_bytes().split_at(20).0, &[0; 5000], b"\n"].concat());
    }

    #[test]
    fn nothing_readable_is_all_torn() {
        let storage = MemoryStorage::new();
        for bytes in [&b""[..], b"\0\0\0\0", b"x\n", &[b'x'; 70_000]] {
            storage.put("s", bytes);
            let found = examine(&storage, "s").unwrap();
            assert!(found.last.is_none() && found.header.is_none());
            assert_eq!(found.whole_bytes, 0);
        }
    }
}
