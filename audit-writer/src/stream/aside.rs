//! What a start moves aside: the torn end of a segment, what somebody else put behind the end of the
//! log, and second files for numbers that the log has. What is moved stays in the directory, and a line
//! tells of it.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use audit_log::line::{ForeignBody, Lifecycle};
use audit_log::name::{Kind, Name};
use audit_log::reader::file_bytes_max;

use super::estate::Estate;
use super::judge::Misfit;
use super::own::NAMES_TRIED;
use super::{OpenStream, World};
use crate::segment::active::Fault;
use crate::storage::{Storage, StorageFile, write_all};

/// The most that is kept of an end in which nothing can be read, in bytes.
const TORN_BYTES_MAX: u64 = 64 * 1024;
/// So much is copied at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// Where the log ends in the active segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// The first line that is not the log's, from 1 on.
    pub(super) line: u64,
    /// The number that comes next.
    pub(super) seq: u64,
    pub(super) misfit: Misfit,
}

/// What was moved aside, for a line to tell.
#[derive(Debug)]
pub(super) enum Aside {
    /// The end of the active segment, which was torn.
    Torn { removed_bytes: u64, kept_in: Option<String> },
    /// What somebody else put there.
    Foreign(ForeignBody),
}

impl OpenStream {
    /// Tells what the start moved aside.
    pub(super) fn tell_aside(&mut self, asides: Vec<Aside>) {
        for aside in asides {
            match aside {
                Aside::Torn { removed_bytes, kept_in } => {
                    let kept_in = kept_in.as_deref();
                    self.record(Lifecycle::Repair { removed_bytes, kept_in });
                }
                Aside::Foreign(body) => {
                    self.record(Lifecycle::Foreign(body));
                }
            }
        }
    }
}

/// Cuts the active segment where the log ends. What stands behind is on stable storage elsewhere before.
///
/// # Errors
///
/// What the storage said.
pub(super) fn cut_off(world: &World, estate: &Estate, cut: Cut) -> Result<Aside, Fault> {
    let active = estate.files.active;
    let at = start_of(world.storage.as_ref(), active, cut.line).map_err(Fault::new("read"))?;
    let Some(found) = &estate.active else {
        return Err(Fault { doing: "read", error: io::ErrorKind::NotFound.into() });
    };
    let end = End { at, bytes: found.bytes, seq: cut.seq };
    let segment_bytes = found.header.as_ref().and_then(|header| header.segment_bytes);
    let whole_bytes_max = file_bytes_max(segment_bytes.unwrap_or(0));
    if cut.misfit == Misfit::Torn {
        let bytes_max = if at < found.whole_bytes { whole_bytes_max } else { TORN_BYTES_MAX };
        return cut_torn(world, end, bytes_max);
    }
    tracing::error!(target: "audit_writer", bytes = end.bytes - at, "what somebody else put behind the end of the audit log is moved aside");
    let moved_to = keep(world, Kind::Foreign, end, whole_bytes_max);
    let moved_to = moved_to.map_err(Fault::new("move aside"))?;
    truncate(world.storage.as_ref(), active, at)?;
    let segment = found.header.as_ref().map(|header| Name {
        stream: world.stream,
        seq: header.seq,
        unix_s: header.unix_ns.div_euclid(1_000_000_000),
        kind: Kind::Segment,
    });
    Ok(Aside::Foreign(ForeignBody {
        tampering: "appended",
        segment: segment.map(|name| name.to_string()).unwrap_or_default(),
        moved_to: Some(moved_to),
        bytes: at,
        found_bytes: end.bytes,
        at: world.clock.now().rfc3339(),
    }))
}

/// The end of the active segment: from where on, up to where, and the number that comes next.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) at: u64,
    pub(super) bytes: u64,
    pub(super) seq: u64,
}

impl End {
    /// What is torn off the active segment's end, if anything is.
    pub(super) fn torn(estate: &Estate) -> Option<End> {
        let found = estate.active.as_ref()?;
        let end = End { at: found.whole_bytes, bytes: found.bytes, seq: estate.next_seq };
        (end.at < end.bytes).then_some(end)
    }
}

/// Cuts what is torn off the segment's end, and keeps so much of it beside, if it can.
///
/// # Errors
///
/// What the storage said.
pub(super) fn cut_torn(world: &World, end: End, bytes_max: u64) -> Result<Aside, Fault> {
    let kept_in = match keep(world, Kind::Torn, end, bytes_max) {
        Ok(name) => Some(name),
        Err(error) => {
            tracing::warn!(target: "audit_writer", %error, "the torn end of the audit log could not be kept");
            None
        }
    };
    truncate(world.storage.as_ref(), world.files().active, end.at)?;
    let removed_bytes = end.bytes - end.at;
    tracing::warn!(target: "audit_writer", removed_bytes, "the audit log's end was torn and has been repaired");
    Ok(Aside::Torn { removed_bytes, kept_in })
}

/// The same where nothing behind it can be read.
///
/// # Errors
///
/// What the storage said.
pub(super) fn repair(world: &World, estate: &Estate) -> Result<Option<Aside>, Fault> {
    End::torn(estate).map(|end| cut_torn(world, end, TORN_BYTES_MAX)).transpose()
}

/// Gives segments another name whose numbers the log has otherwise.
///
/// # Errors
///
/// What the storage said.
pub(super) fn move_duplicates(
    world: &World,
    duplicates: &[(Name, u64)],
) -> Result<Vec<Aside>, Fault> {
    let mut asides = Vec::new();
    for (name, bytes) in duplicates {
        tracing::error!(target: "audit_writer", %name, "a second file for lines that the audit log has is moved aside");
        let foreign = Name { kind: Kind::Foreign, ..*name };
        let from = name.to_string();
        let moved_to = free_name(foreign, |to| world.storage.rename(&from, to));
        let (moved_to, ()) = moved_to.map_err(Fault::new("move aside"))?;
        asides.push(Aside::Foreign(ForeignBody {
            tampering: "duplicate",
            segment: Name { kind: Kind::Segment, ..*name }.to_string(),
            moved_to: Some(moved_to),
            bytes: 0,
            found_bytes: *bytes,
            at: world.clock.now().rfc3339(),
        }));
    }
    if !asides.is_empty() {
        world.storage.sync_names().map_err(Fault::new("sync the directory"))?;
    }
    Ok(asides)
}

/// Where a line begins, of this number from 1 on.
fn start_of(storage: &dyn Storage, name: &str, line: u64) -> io::Result<u64> {
    let mut file = BufReader::new(storage.read(name)?);
    let mut at = 0;
    for _ in 1..line {
        at += file.skip_until(b'\n')? as u64;
    }
    Ok(at)
}

fn truncate(storage: &dyn Storage, name: &str, bytes: u64) -> Result<(), Fault> {
    let mut file = storage.append(name).map_err(Fault::new("open"))?;
    file.truncate(bytes).map_err(Fault::new("repair"))?;
    file.sync().map_err(Fault::new("repair"))
}

/// Copies the end of the active segment, as far as it is not too long, into a file of its own, and makes
/// that durable; its name.
fn keep(world: &World, kind: Kind, end: End, bytes_max: u64) -> io::Result<String> {
    let storage = world.storage.as_ref();
    let mut source = storage.read(world.files().active)?;
    source.seek(SeekFrom::Start(end.at))?;
    let name = Name::new(world.stream, kind, world.clock.now(), end.seq);
    let (name, mut file) = free_name(name, |name| storage.create(name))?;
    let mut source = source.take((end.bytes - end.at).min(bytes_max));
    let kept = copy(&mut source, file.as_mut()).and_then(|()| storage.sync_names());
    match kept {
        Ok(()) => Ok(name),
        Err(error) => {
            storage.remove(&name)?; // Half of it is worth nothing, and a full disk would collect halves.
            Err(error)
        }
    }
}

fn copy(from: &mut dyn Read, into: &mut dyn StorageFile) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = from.read(&mut chunk)?;
        match chunk.get(..read).filter(|bytes| !bytes.is_empty()) {
            Some(bytes) => write_all(into, bytes)?,
            None => return into.sync(),
        }
    }
}

/// Does something with a name that nothing has: a crash before may have left the first.
fn free_name<T>(
    mut name: Name,
    mut does: impl FnMut(&str) -> io::Result<T>,
) -> io::Result<(String, T)> {
    let last_s = name.unix_s + NAMES_TRIED;
    loop {
        let text = name.to_string();
        match does(&text) {
            Ok(done) => return Ok((text, done)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && name.unix_s < last_s => {
                name.unix_s += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
