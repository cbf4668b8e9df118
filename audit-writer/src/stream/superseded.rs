//! Cutting a segment whose last lines stand in its successor too, so that a plain reader of all
//! files counts no line twice.
//!
//! It is done when the successor is durable, and once more at the next start, because a crash may
//! come between. What another process wrote to the file is left alone.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use audit_core::record::LINE_BYTES_MAX;
use audit_log::name::{Files, Kind, Name};
use audit_log::reader::{Json, Line, front, next_line, supersedes_from};

use super::OpenStream;
use crate::storage::Storage;

/// Lines that come again are at most so many bytes, and stand at the end of their file.
const TAIL_BYTES: u64 = 4 * 1024 * 1024;

impl OpenStream {
    /// Cuts the segment before the active one where the lines begin that the active one brings
    /// again. That it cannot be done is no fault: readers that know the format pass over them.
    pub(super) fn cut_superseded(&self) {
        match cut(self.world.storage.as_ref(), self.world.files()) {
            Ok(_was_cut) => {}
            Err(error) => {
                tracing::warn!(target: "audit_writer", %error, "lines that stand in two audit segments could not be cut off the older one");
            }
        }
    }
}

/// Whether there was anything to cut.
///
/// # Errors
///
/// What the storage said.
fn cut(storage: &dyn Storage, files: &Files) -> io::Result<bool> {
    let mut active = BufReader::new(storage.read(files.active)?);
    let Some((segment, from_seq)) = next_line(&mut active).and_then(|it| supersedes(&it.ok()?))
    else {
        return Ok(false);
    };
    let is_ours =
        |name: &Name| name.kind == Kind::Segment && Files::of(name.stream).active == files.active;
    if !Name::parse(&segment).is_some_and(|name| is_ours(&name)) {
        return Ok(false);
    }
    let old = match storage.read(&segment) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        other => other?,
    };
    let Some((at, tail)) = tail_from(old, from_seq)? else { return Ok(false) };
    if tail.is_empty() || !comes_again(&tail, from_seq, &mut active) {
        return Ok(false);
    }
    let mut old = storage.append(&segment)?;
    old.truncate(at)?;
    old.sync()?;
    Ok(true)
}

/// Which segment a header says that it supersedes, and from which number on.
fn supersedes(header: &[u8]) -> Option<(String, u64)> {
    let header = Line::parse(header).ok()?;
    let segment = header.member("supersedes")?.get("segment").and_then(Json::as_str)?;
    Some((segment.to_owned(), supersedes_from(&header)?))
}

/// Where the line of this number begins, or a torn one at the end of the file, and all bytes from
/// there on. `None` if the line is not among the last ones.
fn tail_from(mut file: impl Read + Seek, seq: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    let bytes = file.seek(SeekFrom::End(0))?;
    let mut at = bytes.saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(at))?;
    let mut file = BufReader::new(file);
    if at > 0 {
        at += file.skip_until(b'\n')? as u64; // It may have begun in the middle of a line.
    }
    let mut line = Vec::new();
    loop {
        line.clear();
        if file.by_ref().take(LINE_BYTES_MAX as u64).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let is_it = front(&line).is_some_and(|(_, of)| of == seq);
        if is_it || !line.ends_with(b"\n") {
            file.read_to_end(&mut line)?;
            return Ok(Some((at, line)));
        }
        at += line.len() as u64;
    }
}

/// Whether these lines, the last of which may be torn, come again in a segment behind its header and
/// schemas, byte for byte.
fn comes_again(lines: &[u8], from_seq: u64, segment: &mut impl BufRead) -> bool {
    let is_first = |line: &[u8]| front(line).is_some_and(|(_, seq)| seq == from_seq);
    let mut again = std::iter::from_fn(|| next_line(segment))
        .map(Result::unwrap_or_default)
        .skip_while(|line| !is_first(line));
    let whole_bytes = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (whole, torn) = lines.split_at(whole_bytes);
    let mut whole = whole.split_inclusive(|byte| *byte == b'\n');
    whole.all(|line| again.next().is_some_and(|other| line.strip_suffix(b"\n") == Some(&other)))
        && (torn.is_empty() || again.next().is_some_and(|other| other.starts_with(torn)))
}

#[cfg(test)]
mod tests {
    use audit_core::Stream;

    use super::*;
    use crate::storage::MemoryStorage;

    const OLD: &str = "audit-20261120T120000Z-000000000000.jsonl";

    fn line(seq: u64) -> String {
        format!(r#"{{"kind":"event","seq":{seq},"time":"2026-11-20T12:00:00.000000Z","x":1}}"#)
            + "\n"
    }

    /// What is left of the old segment with this end, of which the new one brings lines 2 to 4.
    fn cut_to(end: &str) -> String {
        let storage = MemoryStorage::new();
        let header = r#"{"kind":"header","seq":5,"time":"2026-11-20T12:00:00.000000Z","header":{"version":1,"#
            .to_owned()
            + &format!(r#""supersedes":{{"segment":"{OLD}","from_seq":2}}}}}}"#);
        let new = format!("{header}\n{}{}{}{}", line(2), line(3), line(4), line(6));
        storage.put(OLD, (line(0) + &line(1) + end).as_bytes());
        storage.put("audit.jsonl", new.as_bytes());
        cut(&storage, Files::of(Stream::Audit)).unwrap();
        String::from_utf8(storage.bytes(OLD).unwrap()).unwrap()
    }

    #[test]
    fn what_comes_again_is_cut_off() {
        let rest = line(0) + &line(1);
        for end in [
            line(2),
            line(2) + &line(3),
            line(2) + &line(3) + &line(4),
            line(2) + &line(3)[..9],
            line(2)[..30].to_owned(),
        ] {
            assert_eq!(cut_to(&end), rest, "{end}");
        }
    }

    #[test]
    fn what_does_not_come_again_stays() {
        let other = line(3).replace(":1}", ":2}");
        for end in
            ["", &line(3), &(line(2) + &other), &(line(2) + "garbage\n"), &(line(2) + &line(6))]
        {
            assert_eq!(cut_to(end), line(0) + &line(1) + end, "{end}");
        }
    }
}
