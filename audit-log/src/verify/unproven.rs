//! Why a proof proves nothing.

use std::fmt;

/// Why a proof proves nothing. It quotes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unproven {
    /// The text is not of the form of a proof.
    NoProof,
    /// What it brings as the line is none, or one of another number.
    NotTheLine,
    /// The hashes do not lead from the line to the root that the checkpoint has.
    NotInTheTree,
    /// No note in it is signed by the given key.
    NotAnnounced,
    /// A note in it is not signed by the key that the one before announces.
    NotSigned,
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unproven::NoProof => "not a proof, or not in the one spelling that proofs have",
            Unproven::NotTheLine => "its line is none, or has another number",
            Unproven::NotInTheTree => "its line is not in the tree of its checkpoint",
            Unproven::NotAnnounced => "nothing in it is signed by the given key",
            Unproven::NotSigned => {
                "a note in it is not signed by the key that was announced for it"
            }
        })
    }
}

impl std::error::Error for Unproven {}
