//! Checkpoints (<https://c2sp.org/tlog-checkpoint>): what a signed note says of a log's tree.

use data_encoding::BASE64;

use super::hash::{Hash, leaf_hash};
use super::note::VerifierKey;
use super::tree::hash_of_text;
use crate::line::json;

/// What announces the key of the next checkpoint.
const NEXT_KEY: &str = "next-key ";
/// What binds the rest of the line that the checkpoint stands in.
const LINE: &str = "line ";
/// The member of a checkpoint's line that holds it.
const NOTE: &[u8] = br#""note":"#;

/// The text of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is of: `LOGID/stream`.
    pub origin: String,
    /// Over how many lines, from number 0 on.
    pub size: u64,
    pub root: Hash,
    /// What the next checkpoint is signed with.
    pub next: VerifierKey,
    /// The leaf hash of the whole line that it stands in, its note replaced by an empty string.
    pub line: Hash,
}

impl Checkpoint {
    /// As it is signed.
    pub fn text(&self) -> String {
        let Checkpoint { origin, size, root, next, line } = self;
        let (root, line) = (BASE64.encode(root), BASE64.encode(line));
        format!("{origin}\n{size}\n{root}\n{NEXT_KEY}{next}\n{LINE}{line}\n")
    }

    /// Reads what [`text`](Checkpoint::text) writes, in that spelling only.
    pub fn parse(text: &str) -> Option<Checkpoint> {
        let mut lines = text.split('\n');
        let checkpoint = Checkpoint {
            origin: lines.next()?.to_owned(),
            size: lines.next()?.parse().ok()?,
            root: hash_of_text(lines.next()?)?,
            next: lines.next()?.strip_prefix(NEXT_KEY)?.parse().ok()?,
            line: hash_of_text(lines.next()?.strip_prefix(LINE)?)?,
        };
        (checkpoint.text() == text).then_some(checkpoint)
    }
}

/// The leaf hash of a checkpoint's line, without its newline, its note replaced by an empty string:
/// so a note binds its line to the last byte. `None` if the line does not hold this note.
pub fn hash_without_note(line: &[u8], note: &str) -> Option<Hash> {
    let mut spelled = NOTE.to_vec();
    json::string(note, &mut spelled);
    let at = line.windows(spelled.len()).position(|window| window == spelled)?;
    let (before, rest) = line.split_at_checked(at)?;
    let after = rest.get(spelled.len()..)?;
    Some(leaf_hash(&[before, NOTE, b"\"\"", after].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_reads_back_in_one_spelling() {
        // The key of the specification of signed notes.
        let next = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let checkpoint = Checkpoint {
            origin: "88300d3cd8aa9fb7/audit".to_owned(),
            size: 42,
            root: [1; 32],
            next: next.parse().unwrap(),
            line: [2; 32],
        };
        let text = checkpoint.text();
        assert_eq!(Checkpoint::parse(&text), Some(checkpoint));
        for other in [
            text.replace("\n42\n", "\n042\n"),
            text.replace("\n42\n", "\n+42\n"),
            format!("{text}\n"),
            text.replace("next-key", "next-kay"),
            text.trim_end().to_owned(),
            text.replace("AQ", "AR"),
        ] {
            assert!(Checkpoint::parse(&other).is_none_or(|read| read.text() != text), "{other}");
        }
        assert_eq!(Checkpoint::parse(&text.replace("\n42\n", "\n042\n")), None);
    }
}
