//! Which files under a stream's names are its own: those that its chain of headers names. Of each
//! only the first line is read, so that a file that is large, or says that it is, costs nothing.

use std::collections::BTreeSet;
use std::io::{self, BufReader, Read};

use audit_core::{Stream, record::LINE_BYTES_MAX};
use audit_log::name::{Kind, Name};
use audit_log::reader::{Header, Json, Line, LineError, file_bytes_max, next_line, open_segment};

use crate::storage::Storage;

/// At most so many names are tried for what is moved aside: each of a second later.
pub(super) const NAMES_TRIED: i64 = 16;

/// What a segment is known by, compressed or not: its number, and the time in its name.
pub(super) type Key = (u64, i64);

/// The segment that a name is of.
pub(super) fn key_of(name: Name) -> Key {
    (name.seq, name.unix_s)
}

/// A file whose first line is a header that its name fits.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub(super) name: Name,
    /// When the header was written, in seconds since 1970.
    pub(super) header_s: i64,
    /// Whether the calendar clock was known to be right then.
    pub(super) synced: bool,
    pub(super) head: Head,
}

impl Own {
    /// When it begins, where a clock says so that was right.
    pub(super) fn first_s(&self) -> Option<i64> {
        self.synced.then_some(self.header_s)
    }
}

/// What a header says of the log and of the segment before.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) log: String,
    seq: u64,
    previous: Option<Name>,
    /// What tells the machine from others in its log.
    pub(super) machine: Option<String>,
    /// The log that it goes on with, where that is another one.
    pub(super) continues: Option<String>,
}

impl Head {
    /// What this line says, if it is the header of a segment of the stream.
    pub(super) fn of(line: &Line, stream: Stream) -> Option<Head> {
        let header = Header::of(line)?;
        (line.member("stream").and_then(Json::as_str) == Some(stream.name())).then_some(())?;
        let text = |key: &str| line.member(key).and_then(Json::as_str);
        let continues = line.member("continues").and_then(|it| it.get("log")?.as_str());
        Some(Head {
            log: header.log,
            seq: header.seq,
            previous: text("previous").and_then(Name::parse),
            machine: text("machine").map(str::to_owned),
            continues: continues.map(str::to_owned),
        })
    }

    /// Which log the segments before it are of.
    fn log_before(&self) -> &str {
        self.continues.as_deref().unwrap_or(&self.log)
    }
}

/// The files under a stream's names, sorted out.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// Rotated segments of the log, oldest first; of one that is there plain and compressed, the plain
    /// one.
    pub(super) own: Vec<Own>,
    /// Segments of the log for numbers that it has otherwise.
    pub(super) duplicates: Vec<(Name, u64)>,
    /// Names of all others that look like segments.
    pub(super) strange: Vec<Name>,
}

impl Sorted {
    /// Goes from the active segment's header from one to the one before. Where that is missing, the
    /// youngest with a lower number goes on.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub(super) fn of(
        storage: &dyn Storage,
        stream: Stream,
        there: &[(String, u64)],
        active: Option<Head>,
    ) -> io::Result<Sorted> {
        let named = there.iter().filter_map(|(name, bytes)| Some((Name::parse(name)?, *bytes)));
        let mut sorted = Sorted::default();
        let mut candidates = Vec::new();
        for (name, bytes) in named {
            if name.stream == stream && name.kind.is_segment() {
                match own(storage, name, bytes)? {
                    Some(own) => candidates.push((own, bytes)),
                    None => sorted.strange.push(name),
                }
            }
        }
        // The youngest first; of one that is there plain and compressed, the plain one.
        candidates.sort_by_key(|(own, _)| (std::cmp::Reverse(own.name.seq), own.name));
        sorted.chain(candidates, active);
        Ok(sorted)
    }

    fn chain(&mut self, candidates: Vec<(Own, u64)>, active: Option<Head>) {
        let mut logs: BTreeSet<String> = active.iter().map(|head| head.log.clone()).collect();
        let mut taken: BTreeSet<Key> = BTreeSet::new();
        let (mut above, mut at) = (active, 0);
        while let Some(index) = next_of(&candidates, at, above.as_ref()) {
            let Some((own, _)) = candidates.get(index) else { break };
            taken.insert(key_of(own.name));
            logs.insert(own.head.log.clone());
            above = Some(own.head.clone());
            at = index + 1;
            self.own.push(own.clone());
        }
        self.own.reverse();
        for (own, bytes) in candidates {
            // A compressed form of a segment that is there is no second one.
            if !taken.contains(&key_of(own.name)) {
                match logs.contains(&own.head.log) {
                    true => self.duplicates.push((own.name, bytes)),
                    false => self.strange.push(own.name),
                }
            }
        }
    }
}

/// Where the segment is, from there on, that stands before that of this header: the one that it names,
/// or else the youngest.
fn next_of(candidates: &[(Own, u64)], from: usize, above: Option<&Head>) -> Option<usize> {
    let rest = candidates.iter().enumerate().skip(from);
    let mut next = rest.filter(|(_, (own, _))| follows(own, above)).map(|(at, (own, _))| (at, own));
    let named = above.and_then(|head| head.previous);
    let youngest = next.next()?;
    let is_named = |own: &Own| named.is_some_and(|name| key_of(name) == key_of(own.name));
    if is_named(youngest.1) {
        return Some(youngest.0);
    }
    next.find(|(_, own)| is_named(own)).or(Some(youngest)).map(|(at, _)| at)
}

/// Whether a segment can stand before that of this header; before nothing stands every one.
fn follows(own: &Own, above: Option<&Head>) -> bool {
    let is_before = |head: &Head| own.name.seq < head.seq && own.head.log == head.log_before();
    above.is_none_or(is_before)
}

/// The file, if its first line is a header that its name and size fit.
///
/// # Errors
///
/// What the storage said.
fn own(storage: &dyn Storage, name: Name, bytes: u64) -> io::Result<Option<Own>> {
    let Some(line) = first_line(storage, name)? else { return Ok(None) };
    let Some((header, head)) = Header::of(&line).zip(Head::of(&line, name.stream)) else {
        return Ok(None);
    };
    let header_s = header.unix_ns.div_euclid(1_000_000_000);
    // One whose name was taken got that of a moment later.
    let is_named_so =
        name.seq == header.seq && (0..=NAMES_TRIED).contains(&(name.unix_s - header_s));
    let has_its_size = bytes <= file_bytes_max(header.segment_bytes.unwrap_or(0));
    let own = Own { name, header_s, synced: header.synced, head };
    Ok((is_named_so && has_its_size).then_some(own))
}

/// The first line of a segment, if it is one; whatever follows is not read.
fn first_line(storage: &dyn Storage, name: Name) -> io::Result<Option<Line>> {
    let file = open_segment(storage, name)?.take(LINE_BYTES_MAX as u64);
    match next_line(&mut BufReader::new(file)) {
        Some(Ok(line)) => Ok(Line::parse(&line).ok()),
        Some(Err(LineError::Unreadable)) => Err(io::Error::other("a segment cannot be read on")),
        _ => Ok(None),
    }
}

/// Whether a file that is no segment has a name that a start of this log may have given to it, and no
/// more in it than that.
pub(super) fn is_beside(name: Name, bytes: u64, next_seq: u64, segment_bytes: u64) -> bool {
    let is_kind = matches!(name.kind, Kind::Torn | Kind::Foreign);
    is_kind && name.seq <= next_seq && bytes <= file_bytes_max(segment_bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use audit_log::storage::ReadStorage as _;

    use super::*;
    use crate::storage::MemoryStorage;
    use crate::{Evidence, Rotation, Writer};

    const SEGMENT_BYTES: u64 = 4096;

    /// A log of several segments, and its files.
    fn log() -> (MemoryStorage, Vec<(String, u64)>) {
        let storage = MemoryStorage::new();
        for _ in 0..6 {
            let rotation = Rotation { daily: false, segment_bytes: SEGMENT_BYTES };
            let builder = Writer::builder_on(Arc::new(storage.clone())).rotation(rotation);
            let begun = builder.evidence(Evidence::Off).start().unwrap();
            assert!(begun.shutdown().is_complete());
        }
        let there = storage.list().unwrap();
        (storage, there)
    }

    fn sorted(storage: &MemoryStorage, there: &[(String, u64)]) -> Sorted {
        Sorted::of(storage, Stream::Audit, there, None).unwrap()
    }

    /// A file may begin with a segment's header and say that it goes on for ever.
    #[test]
    fn what_is_larger_than_its_header_allows_is_not_the_log_s() {
        let (storage, there) = log();
        let own = sorted(&storage, &there).own;
        let first = own.first().unwrap().name;
        let with_size = |bytes: u64| {
            let resized = |(name, was): &(String, u64)| {
                (name.clone(), if *name == first.to_string() { bytes } else { *was })
            };
            sorted(&storage, &there.iter().map(resized).collect::<Vec<_>>())
        };
        let bytes_max = file_bytes_max(SEGMENT_BYTES);
        let allowed = with_size(bytes_max);
        assert_eq!((allowed.own.len(), allowed.strange), (own.len(), vec![]));
        let larger = with_size(bytes_max + 1);
        assert_eq!((larger.own.len(), larger.strange), (own.len() - 1, vec![first]));
    }

    /// A segment of another device's log may have a number and a name that would fit.
    #[test]
    fn what_is_of_another_log_is_not_this_one_s() {
        let (storage, there) = log();
        let own = sorted(&storage, &there).own;
        let (first, name) = (own.first().unwrap(), own.first().unwrap().name.to_string());
        let text = String::from_utf8(storage.bytes(&name).unwrap()).unwrap();
        storage.put(&name, text.replace(&first.head.log, "0123456789abcdef").as_bytes());
        let found = sorted(&storage, &there);
        assert_eq!((found.own.len(), found.strange), (own.len() - 1, vec![first.name]));
        assert!(found.duplicates.is_empty());
    }
}
