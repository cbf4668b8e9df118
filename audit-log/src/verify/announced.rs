//! Which key the checkpoints of a segment begin with, as `audit.keys` announces it.

use std::collections::BTreeMap;

use crate::evidence::announcement::Announcement;
use crate::evidence::note::VerifierKey;

/// What leads from a key that the caller trusts to the segments' keys.
#[derive(Debug)]
pub(super) struct Announced {
    by_header: BTreeMap<u64, VerifierKey>,
    origin: String,
    /// What the next announcement is signed with.
    key: VerifierKey,
}

impl Announced {
    /// Nothing was announced yet but by this key.
    pub(super) fn in_key(trusted: &VerifierKey) -> Announced {
        let (origin, key) = (trusted.name().to_owned(), trusted.clone());
        Announced { by_header: BTreeMap::new(), origin, key }
    }

    /// Takes the next announcement, if it is signed as it should be.
    pub(super) fn learn(&mut self, note: &str) {
        let Ok(text) = self.key.open(note) else { return };
        let Some(announcement) = Announcement::parse(text) else { return };
        if announcement.origin != self.origin {
            return;
        }
        self.by_header.insert(announcement.first_seq, announcement.checkpoint_key);
        self.key = announcement.next;
    }

    /// The key of the segment whose header has this number.
    pub(super) fn key_of(&self, header_seq: u64) -> Option<&VerifierKey> {
        self.by_header.get(&header_seq)
    }

    /// The youngest segment that was announced.
    pub(super) fn last(&self) -> Option<u64> {
        self.by_header.last_key_value().map(|(seq, _)| *seq)
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }
}
