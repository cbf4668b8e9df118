//! Which files hold a log's lines.

use std::collections::VecDeque;
use std::io::{BufReader, Read};
use std::path::Path;

use audit_core::Stream;

use super::compressed::open_segment;
use super::line::Line;
use super::next::next_line;
use crate::error::Error;
use crate::name::{Files, Kind, Name, stream_of};
use crate::storage::{Directory, ReadSeek, ReadStorage};

/// A segment's name and its lines.
pub type Segment = (String, Box<dyn Read + Send>);
/// Segments, oldest first.
pub type Segments = VecDeque<Segment>;

/// Which streams a directory has: those of which it holds a segment, or what is signed of them.
///
/// A stream that the writer was given and that nobody has emitted into is among them: a run begins in
/// each. So is one that an earlier run had and the last one did not.
///
/// # Errors
///
/// The directory cannot be opened or listed.
pub fn streams(dir: impl AsRef<Path>) -> Result<Vec<Stream>, Error> {
    streams_in(&Directory::open(dir.as_ref())?)
}

/// Which streams a storage has.
///
/// # Errors
///
/// As for [`streams`].
pub fn streams_in(storage: &dyn ReadStorage) -> Result<Vec<Stream>, Error> {
    let files = storage.list().map_err(Error::io("list", "the directory"))?;
    let mut found: Vec<Stream> = files.iter().filter_map(|(name, _)| stream_of(name)).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// The segments of a stream that are there, oldest first, the active one last.
///
/// A segment gets its final name before a younger one is there. So the active one is opened first:
/// the list that follows has all that are older, and those that are not are passed over, because
/// one of them may be the one that was opened.
pub fn open_all(storage: &dyn ReadStorage, stream: Stream) -> Result<Segments, Error> {
    let name = Files::of(stream).active;
    let mut active = open_if_there(storage, name)?;
    let mut names = rotated(storage, stream)?;
    // One without its first line was only just begun, and is not in the list.
    if let Some(first) = active.as_mut().map(|file| first_seq(file, name)).transpose()?.flatten() {
        names.retain(|name| name.seq < first);
    }
    let mut segments = Segments::new();
    for name in names {
        match open_complete(storage, name)? {
            Some(segment) => segments.push_back(segment),
            None => segments.clear(), // It was pruned, and so were those before it.
        }
    }
    segments.extend(active.map(|file| (name.to_owned(), Box::new(file) as _)));
    Ok(segments)
}

/// The number of a file's first line, if it has one, and leaves the file at its beginning.
fn first_seq(file: &mut Box<dyn ReadSeek>, name: &str) -> Result<Option<u64>, Error> {
    let line = next_line(&mut BufReader::new(&mut *file)).and_then(Result::ok);
    file.rewind().map_err(Error::io("read", name))?;
    Ok(line.and_then(|line| Line::parse(&line).ok()).map(|line| line.seq))
}

/// A complete segment, under the name that it has by now: it may have been compressed since it was
/// listed.
fn open_complete(storage: &dyn ReadStorage, name: Name) -> Result<Option<Segment>, Error> {
    for name in [name, Name { kind: Kind::Compressed, ..name }] {
        match open_segment(storage, name) {
            Ok(file) => return Ok(Some((name.to_string(), file))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("open", name.to_string())(error)),
        }
    }
    Ok(None)
}

fn open_if_there(
    storage: &dyn ReadStorage,
    name: &str,
) -> Result<Option<Box<dyn ReadSeek>>, Error> {
    match storage.read(name) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("open", name)(error)),
    }
}

/// The rotated segments, oldest first; of one that is there plain and compressed, the plain one.
pub fn rotated(storage: &dyn ReadStorage, stream: Stream) -> Result<Vec<Name>, Error> {
    let files = storage.list().map_err(Error::io("list", "the directory"))?;
    let mut names: Vec<Name> = files.iter().filter_map(|(name, _)| Name::parse(name)).collect();
    names.retain(|name| name.stream == stream && name.kind.is_segment());
    names.sort();
    names.dedup_by_key(|name| (name.seq, name.unix_s));
    Ok(names)
}
