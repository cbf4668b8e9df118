//! Checkpoints that a log must not be older than, and whether it confirms them.

use crate::evidence::checkpoint::Checkpoint;
use crate::evidence::note::{VerifierKey, text_of};
use crate::evidence::tree::Tree;

/// Where a checkpoint comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// It was kept elsewhere.
    Kept,
    /// It was kept elsewhere, and its owner knows what happened to the log before it.
    Accepted,
    /// It stands in the stream's `checkpoint` file, beside the log.
    Beside,
}

/// How far a checkpoint was compared with the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// The log was not followed so far.
    NotYet,
    /// The log has so many lines, and their tree is this one.
    SameTree,
    /// The log has so many lines, and their tree is another one.
    OtherTree,
    /// The checkpoint stands in the log, and is proved.
    Confirmed,
    /// The line that should be the checkpoint is another, or the log's own is not signed like it.
    Wrong,
}

/// A checkpoint that the log must confirm.
#[derive(Clone, Debug)]
pub(super) struct Anchor {
    pub(super) source: Source,
    pub(super) checkpoint: Checkpoint,
    pub(super) compared: Compared,
    note: String,
}

impl Anchor {
    /// The checkpoint of this note, if it is one. Who signed it is not looked at yet: the log says which
    /// key it must be.
    pub(super) fn parse(source: Source, note: &str) -> Option<Anchor> {
        let checkpoint = Checkpoint::parse(text_of(note)?)?;
        let compared = Compared::NotYet;
        Some(Anchor { source, checkpoint, compared, note: note.to_owned() })
    }

    pub(super) fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// The log's lines, up to this one's size, have this tree.
    pub(super) fn meet(&mut self, tree: &Tree) {
        if self.compared == Compared::NotYet && self.size() == tree.size() {
            self.compared = match self.checkpoint.root == tree.root() {
                true => Compared::SameTree,
                false => Compared::OtherTree,
            };
        }
    }

    /// A proved checkpoint of its size stands in the log, in this note, signed with this key.
    pub(super) fn meet_note(&mut self, note: &str, key: &VerifierKey) {
        let is_it = match self.source {
            // Whoever has the directory could have put more signatures there.
            Source::Beside => self.note == note,
            Source::Kept | Source::Accepted => {
                text_of(&self.note) == text_of(note) && key.open(&self.note).is_ok()
            }
        };
        if self.compared == Compared::SameTree {
            self.compared = if is_it { Compared::Confirmed } else { Compared::Wrong };
        }
    }
}
