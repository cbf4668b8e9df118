//! What proves that a line is in a log, for somebody who has nothing of the log but a key.

use std::fmt::{self, Write as _};

use data_encoding::BASE64;

use super::leading::follow;
use super::proof_error::ProofError;
use crate::evidence::hash::{Hash, leaf_hash};
use crate::evidence::note::VerifierKey;
use crate::evidence::proof::root_from;
use crate::evidence::tree::hash_of_text;
use crate::line::json;
use crate::reader::Line;

/// What proves that a line is in a log: a [C2SP proof](https://c2sp.org/tlog-proof) that brings the
/// line along, and the notes that lead from the log's verifier key to that of the checkpoint. It
/// prints as text, and reads back from that spelling only.
///
/// `docs/format.md` in the repository has its form, and what it shows and what not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub(super) line: String,
    pub(super) seq: u64,
    /// From the one beside the line's own on.
    pub(super) hashes: Vec<Hash>,
    /// Announcements, then checkpoints of one segment.
    pub(super) notes: Vec<String>,
    pub(super) checkpoint: String,
    pub(super) is_recovered: bool,
}

/// What was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedProof {
    /// The line, without its newline.
    pub line: String,
    /// Its number.
    pub seq: u64,
    /// The log and its stream, as the checkpoint names them: `LOGID/stream`.
    pub origin: String,
    /// How many lines the checkpoint is of.
    pub size: u64,
    /// Whether signatures lead from a key that the caller gave to the checkpoint. Without one
    /// anybody could have made the proof.
    pub authenticated: bool,
}

/// Checks a proof, without the log that it is of.
///
/// The key is one that was kept elsewhere, since the log was new or since a later segment that was
/// begun no later than the one that the checkpoint stands in.
///
/// # Errors
///
/// Says why it proves nothing: [`ProofError`].
pub fn check_proof(text: &str, key: Option<&VerifierKey>) -> Result<VerifiedProof, ProofError> {
    text.parse::<Proof>()?.check(key)
}

impl Proof {
    /// The line, without its newline.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Its number.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Whether the log says of the line that a start found it after a crash and signed it as it was: nobody
    /// vouches for it. It is said by the log that the proof was made of, and is no part of the proof's text.
    pub fn is_recovered(&self) -> bool {
        self.is_recovered
    }

    /// The checkpoint, a signed note.
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// The hashes that lead from the line's to the root of the checkpoint's tree.
    pub fn hashes(&self) -> &[[u8; 32]] {
        &self.hashes
    }

    /// As [`check_proof`].
    pub(super) fn check(&self, key: Option<&VerifierKey>) -> Result<VerifiedProof, ProofError> {
        let Proof { line, seq, hashes, notes, checkpoint, .. } = self;
        let read = Line::parse(line.as_bytes()).map_err(|_says_less| ProofError::WrongLine)?;
        if read.seq != *seq {
            return Err(ProofError::WrongLine);
        }
        let checkpoint = follow(notes, checkpoint, key)?;
        let root = root_from(*seq, checkpoint.size, leaf_hash(line.as_bytes()), hashes);
        if root != Some(checkpoint.root) {
            return Err(ProofError::NotInTree);
        }
        Ok(VerifiedProof {
            line: line.clone(),
            seq: *seq,
            origin: checkpoint.origin,
            size: checkpoint.size,
            authenticated: key.is_some(),
        })
    }

    /// What C2SP leaves to us: the line, and each note as a JSON string in a line of its own.
    fn extra(&self) -> String {
        let mut extra = Vec::from(self.line.as_bytes());
        extra.push(b'\n');
        for note in &self.notes {
            json::string(note, &mut extra);
            extra.push(b'\n');
        }
        BASE64.encode(&extra)
    }
}

const FIRST: &str = "c2sp.org/tlog-proof@v1";
const EXTRA: &str = "extra ";
const INDEX: &str = "index ";

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Proof { seq, hashes, checkpoint, .. } = self;
        write!(f, "{FIRST}\n{EXTRA}{}\n{INDEX}{seq}\n", self.extra())?;
        for hash in hashes {
            writeln!(f, "{}", BASE64.encode(hash))?;
        }
        f.write_char('\n')?;
        f.write_str(checkpoint)
    }
}

impl std::str::FromStr for Proof {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Proof, ProofError> {
        let parse = || {
            let (head, checkpoint) = text.split_once("\n\n")?;
            let mut head = head.split('\n');
            (head.next()? == FIRST).then_some(())?;
            let extra = BASE64.decode(head.next()?.strip_prefix(EXTRA)?.as_bytes()).ok()?;
            let extra = String::from_utf8(extra).ok()?;
            let (line, notes) = extra.split_once('\n')?;
            let notes = notes.lines().map(|note| serde_json::from_str(note).ok());
            Some(Proof {
                line: line.to_owned(),
                seq: head.next()?.strip_prefix(INDEX)?.parse().ok()?,
                hashes: head.map(hash_of_text).collect::<Option<_>>()?,
                notes: notes.collect::<Option<_>>()?,
                checkpoint: checkpoint.to_owned(),
                is_recovered: false,
            })
        };
        parse().filter(|proof: &Proof| proof.to_string() == text).ok_or(ProofError::Malformed)
    }
}
