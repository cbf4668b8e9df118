//! Whether a log is what was written: every line, in its place, up to the last checkpoint that was
//! signed.
//!
//! It takes the files alone and, to say who signed, a verifier key that was kept elsewhere. Files
//! are read as they are, whole or being written; memory does not grow with the log, and a few files
//! are open at a time. What a log in use is found to be that was not written is looked at again before
//! it is told.
//!
//! Segments are hashed on all cores: lines that follow each other as they should become a part of
//! the tree there, and one thread puts the parts together and checks what is signed. Where a part does
//! not fit, the log is gone through again line by line: what is amiss is told by that way alone.
//!
//! A single line can be shown to somebody who has nothing of the log but a key: [`prove`] takes
//! what proves it from the log, and [`check_proof`] checks that.

mod anchors;
mod announced;
mod claims;
mod findings;
mod leading;
mod limits;
mod log;
mod progress;
mod proof;
mod proof_error;
mod prove;
mod report;
mod run;
mod stretch;
mod subject;
mod threads;
mod trust;
mod version;
mod walk;
mod way;
mod words;

use std::path::Path;

use audit_core::Stream;

use self::subject::Log;
use crate::error::Error;
use crate::storage::{Directory, ReadStorage};

#[cfg(feature = "testing")]
pub(crate) use self::leading::follow;
pub use self::progress::Progress;
pub use self::proof::{Proof, VerifiedProof, check_proof};
pub use self::proof_error::ProofError;
pub use self::prove::{prove, prove_storage, prove_stream, prove_stream_in};
pub use self::report::{Finding, FindingKind, Notice, Report, Signed, Verdict};
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
    Log::of(&Directory::open(dir.as_ref())?, stream, trust).verify(progress)
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
    Log::of(storage, stream, trust).verify(&Progress::new())
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
    let log = Log::of(storage, Stream::Audit, trust);
    let [quick, slow] = progress;
    Ok((log.verify_on_all_cores(quick)?, log.verify_line_by_line(slow)?))
}
