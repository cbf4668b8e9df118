//! Whether a log is what was written: every line, in its place, up to the last checkpoint that was
//! signed.
//!
//! It takes the files alone and, to say who signed, a verifier key that was kept elsewhere. Files
//! are read as they are, whole or being written; memory does not grow with the log.
//!
//! Segments are hashed on all cores: lines that follow each other as they should become a part of
//! the tree there, and one thread puts the parts together and checks what is signed. Where a part does
//! not fit, the log is gone through again line by line: what is amiss is told by that way alone.
//!
//! A single line can be shown to somebody who has nothing of the log but a key: [`prove`] takes
//! what proves it from the log, and [`check_proof`] checks that.

mod announced;
mod leading;
mod progress;
mod proof;
mod proof_error;
mod prove;
mod report;
mod stretch;
mod threads;
mod trust;
mod version;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use audit_core::Stream;

use self::announced::Announced;
use self::stretch::Piece;
use self::walk::Walk;
use crate::error::{Error, ErrorKind};
use crate::evidence::announcements::announcements;
use crate::evidence::checkpoint::Checkpoint;
use crate::name::{Files, Name};
use crate::reader::{NotOpened, RawLines, Segments};
use crate::storage::{Directory, ReadStorage};

#[cfg(feature = "testing")]
pub(crate) use self::leading::follow;
pub use self::progress::Progress;
pub use self::proof::{Proof, VerifiedProof, check_proof};
pub use self::proof_error::ProofError;
pub use self::prove::{prove, prove_storage, prove_stream, prove_stream_in};
pub use self::report::{Finding, FindingKind, Report, Verdict};
pub use self::trust::{KeyFrom, Trust};

/// Verifies the stream `audit` of the log in a directory.
///
/// # Errors
///
/// The directory or a file in it cannot be read, or the anchor is no checkpoint. What is amiss with the
/// log is no error, but in the report.
pub fn verify(dir: impl AsRef<Path>, trust: &Trust) -> Result<Report, Error> {
    verify_stream(dir, Stream::Audit, trust)
}

/// Verifies a stream of the log in a directory. Each has a key and checkpoints of its own;
/// [`streams`](crate::reader::streams) says which there are.
///
/// # Errors
///
/// As for [`verify`].
pub fn verify_stream(
    dir: impl AsRef<Path>,
    stream: Stream,
    trust: &Trust,
) -> Result<Report, Error> {
    verify_watched(dir, stream, trust, &Progress::new())
}

/// Verifies a stream of the log in a directory while somebody looks how far it is.
///
/// # Errors
///
/// As for [`verify`].
pub fn verify_watched(
    dir: impl AsRef<Path>,
    stream: Stream,
    trust: &Trust,
    progress: &Progress,
) -> Result<Report, Error> {
    Log { storage: &Directory::open(dir.as_ref())?, stream, trust }.verify(progress)
}

/// Verifies the stream `audit` of the log in a storage.
///
/// # Errors
///
/// As for [`verify`].
pub fn verify_storage(storage: &dyn ReadStorage, trust: &Trust) -> Result<Report, Error> {
    verify_stream_in(storage, Stream::Audit, trust)
}

/// Verifies a stream of the log in a storage.
///
/// # Errors
///
/// As for [`verify`].
pub fn verify_stream_in(
    storage: &dyn ReadStorage,
    stream: Stream,
    trust: &Trust,
) -> Result<Report, Error> {
    Log { storage, stream, trust }.verify(&Progress::new())
}

/// What is found on all cores, if that way goes to its end, and line by line.
///
/// # Errors
///
/// As for [`verify`].
#[cfg(feature = "testing")]
pub fn both_ways(
    storage: &dyn ReadStorage,
    trust: &Trust,
    progress: [&Progress; 2],
) -> Result<(Option<Report>, Report), Error> {
    let log = Log { storage, stream: Stream::Audit, trust };
    let [quick, slow] = progress;
    Ok((log.verify_on_all_cores(quick)?, log.verify_line_by_line(slow)?))
}

/// What is verified, and against what.
struct Log<'a> {
    storage: &'a dyn ReadStorage,
    stream: Stream,
    trust: &'a Trust,
}

impl Log<'_> {
    fn verify(&self, progress: &Progress) -> Result<Report, Error> {
        match self.verify_on_all_cores(progress)? {
            Some(report) => Ok(report),
            None => self.verify_line_by_line(progress),
        }
    }

    /// Nothing where something does not fit.
    fn verify_on_all_cores(&self, progress: &Progress) -> Result<Option<Report>, Error> {
        let (mut walk, segments) = self.begin(progress)?;
        let mut not_opened = None;
        let fits = threads::pieces(segments, |piece| match piece {
            Piece::Stretch(stretch) => walk.stretch(&stretch),
            Piece::Line(position, raw) => {
                walk.step(position, raw);
                true
            }
            Piece::NotOpened(why) => {
                not_opened = Some(why);
                false
            }
        });
        if let Some(NotOpened::Refused(_, error)) = not_opened {
            return Err(error);
        }
        fits.then(|| walk.finish()).transpose()
    }

    fn verify_line_by_line(&self, progress: &Progress) -> Result<Report, Error> {
        let (mut walk, segments) = self.begin(progress)?;
        let mut lines = RawLines::of_segments(segments);
        while let Some((position, raw)) = lines.next() {
            if let Some(NotOpened::Refused(_, error)) = lines.not_opened() {
                return Err(error);
            }
            walk.step(position, raw);
        }
        walk.finish()
    }

    /// A walk that has not gone a step yet, and what it is to go through.
    fn begin(&self, progress: &Progress) -> Result<(Walk, Segments<'_>), Error> {
        let Log { storage, stream, trust } = *self;
        let files = Files::of(stream);
        let notes = announcements(storage, files).map_err(Error::io("read", files.keys))?.notes;
        let announced = trust.keys.first().map(|key| Announced::follow(&notes, &key.key));
        let beside =
            last_checkpoint(storage, files).map_err(Error::io("read", files.checkpoint))?;
        let mut anchors: Vec<Checkpoint> = Vec::new();
        let checkpoint_of = |note: &str| text_of(note).and_then(Checkpoint::parse);
        if let Some(anchor) = &trust.anchor {
            anchors.push(checkpoint_of(anchor).ok_or(ErrorKind::NoAnchor)?);
        }
        let of_beside = beside.as_deref().map(checkpoint_of);
        anchors.extend(of_beside.iter().flatten().cloned());
        let mut walk = Walk::new(announced, anchors);
        if let Some(None) = of_beside {
            walk.note_unreadable(files.checkpoint); // It is whole whenever it is there.
        }
        let segments = Segments::of(storage.into(), stream)?;
        let oldest = segments.complete().next().copied();
        match segments.first_line_of(oldest) {
            Ok(first) => walk.begin(first.as_ref()),
            Err(NotOpened::Gone(_)) => {}
            Err(NotOpened::Refused(_, error)) => return Err(error),
        }
        progress.begin(sizes_of(storage, files, &segments)?);
        let progress = progress.clone();
        Ok((walk, segments.through(move |segment| progress.counted(segment))))
    }
}

/// How many bytes each of the segments has on the disk.
fn sizes_of(
    storage: &dyn ReadStorage,
    files: &Files,
    segments: &Segments<'_>,
) -> Result<BTreeMap<String, u64>, Error> {
    let listed = storage.list().map_err(Error::io("list", "the directory"))?;
    let mut names: BTreeSet<String> = segments.complete().map(Name::to_string).collect();
    names.insert(files.active.to_owned());
    Ok(listed.into_iter().filter(|(name, _)| names.contains(name)).collect())
}

fn last_checkpoint(storage: &dyn ReadStorage, files: &Files) -> std::io::Result<Option<String>> {
    use std::io::ErrorKind;
    const NOTE_BYTES_MAX: u64 = 4096;
    let file = match storage.read(files.checkpoint) {
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
