//! Why a proof proves nothing.

use std::fmt;

/// Why a proof proves nothing. It quotes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProofError {
    /// The text is not of the form of a proof.
    Malformed,
    /// What it brings as the line is none, or one of another number.
    WrongLine,
    /// The hashes do not lead from the line to the root that the checkpoint has.
    NotInTree,
    /// No note in it is signed by the given key.
    NotAnnounced,
    /// A note in it is not signed by the key that the one before announces.
    NotSigned,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProofError::Malformed => "not a proof, or not in the one spelling that proofs have",
            ProofError::WrongLine => "its line is none, or has another number",
            ProofError::NotInTree => "its line is not in the tree of its checkpoint",
            ProofError::NotAnnounced => "nothing in it is signed by the given key",
            ProofError::NotSigned => {
                "a note in it is not signed by the key that was announced for it"
            }
        })
    }
}

impl std::error::Error for ProofError {}
