//! Whether a log is what was written: every line, in its place, up to the last checkpoint that was
//! signed.
//!
//! It takes the files alone and, to say who signed, a verifier key that was kept elsewhere. Files
//! are read as they are, whole or being written; memory does not grow with the log.
//!
//! A single line can be shown to somebody who has nothing of the log but a key: [`prove`] takes
//! what proves it from the log, and [`check_proof`] checks that.

mod announced;
mod leading;
mod proof;
mod prove;
mod report;
mod walk;

use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use self::announced::Announced;
use self::walk::Walk;
use crate::error::{Error, ErrorKind};
use crate::evidence::checkpoint::Checkpoint;
use crate::evidence::note::VerifierKey;
use crate::reader::{Line, RawLines, next_line, open_all};
use crate::segment::name::CHECKPOINT;
use crate::storage::{OsStorage, Storage};
use crate::stream::rebuild::announcements;

pub use self::proof::{Proof, Proven, Unproven, check_proof};
pub use self::prove::{prove, prove_storage};
pub use self::report::{Fault, Report, Verdict, What};

/// What a log is verified against.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The verifier key that was kept elsewhere since the log was new, or since a later segment.
    pub key: Option<VerifierKey>,
    /// The text of a checkpoint, a signed note, that was kept elsewhere: a log that is older than it
    /// was rolled back.
    pub anchor: Option<String>,
}

/// Verifies the log in a directory.
///
/// # Errors
///
/// The directory or a file in it cannot be read, or the anchor is no checkpoint. What is amiss with the
/// log is no error, but in the report.
pub fn verify(dir: impl AsRef<Path>, trust: &Trust) -> Result<Report, Error> {
    verify_storage(&OsStorage::open_existing(dir.as_ref())?, trust)
}

/// Verifies the log in a storage.
///
/// # Errors
///
/// As for [`verify`].
pub fn verify_storage(storage: &dyn Storage, trust: &Trust) -> Result<Report, Error> {
    let notes = announcements(storage).map_err(Error::io("read", "audit.keys"))?.notes;
    let announced = trust.key.as_ref().map(|key| Announced::follow(&notes, key));
    let beside = last_checkpoint(storage).map_err(Error::io("read", CHECKPOINT))?;
    let mut anchors: Vec<Checkpoint> = Vec::new();
    let checkpoint_of = |note: &str| text_of(note).and_then(Checkpoint::parse);
    if let Some(anchor) = &trust.anchor {
        anchors.push(checkpoint_of(anchor).ok_or(ErrorKind::NoAnchor)?);
    }
    let of_beside = beside.as_deref().map(checkpoint_of);
    anchors.extend(of_beside.iter().flatten().cloned());
    let mut walk = Walk::new(announced, anchors);
    if let Some(None) = of_beside {
        walk.note_unreadable(CHECKPOINT); // It is whole whenever it is there.
    }
    let mut segments = open_all(storage)?;
    if let Some((name, file)) = segments.pop_front() {
        let (first, file) = with_first_line(file);
        walk.begin(first.as_ref());
        segments.push_front((name, file));
    }
    for (position, raw) in RawLines::of_segments(segments) {
        walk.step(position, raw);
    }
    Ok(walk.finish())
}

/// A file's first line, and the file from its beginning.
fn with_first_line(file: Box<dyn Read + Send>) -> (Option<Line>, Box<dyn Read + Send>) {
    let mut file = BufReader::new(file);
    let Some(Ok(mut first)) = next_line(&mut file) else { return (None, Box::new(file)) };
    let header = Line::parse(&first).ok();
    first.push(b'\n');
    (header, Box::new(Cursor::new(first).chain(file)))
}

fn last_checkpoint(storage: &dyn Storage) -> std::io::Result<Option<String>> {
    use std::io::ErrorKind;
    const NOTE_BYTES_MAX: u64 = 4096;
    let file = match storage.read(CHECKPOINT) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut bytes = Vec::new();
    file.take(NOTE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).ok())
}

/// The text of a note, whoever signed it.
fn text_of(note: &str) -> Option<&str> {
    note.get(..=note.rfind("\n\n")?)
}
