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
//! A single line can be shown to somebody who has nothing of the log but a key: [`Log::prove`](crate::Log::prove) takes
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

#[cfg(feature = "testing")]
use audit_core::Stream;

#[cfg(feature = "testing")]
use crate::error::Error;
#[cfg(feature = "testing")]
use crate::storage::ReadStorage;

#[cfg(feature = "testing")]
pub(crate) use self::leading::follow;
pub use self::progress::Progress;
pub use self::proof::{Proof, VerifiedProof, check_proof};
pub use self::proof_error::ProofError;
pub(crate) use self::prove::prove_in;
pub use self::report::{Finding, FindingKind, Notice, Report, Signed, Verdict};
pub(crate) use self::subject::Subject;
pub use self::trust::{KeyFrom, Trust};

/// What is found on all cores, if that way goes to its end, and line by line.
///
/// # Errors
///
/// As for [`Log::verify`](crate::Log::verify).
#[cfg(feature = "testing")]
pub fn both_ways(
    storage: &dyn ReadStorage,
    trust: &Trust,
    progress: [&Progress; 2],
) -> Result<(Option<Report>, Report), Error> {
    let log = Subject::of(storage, Stream::Audit, trust);
    let [quick, slow] = progress;
    Ok((log.verify_on_all_cores(quick)?, log.verify_line_by_line(slow)?))
}
