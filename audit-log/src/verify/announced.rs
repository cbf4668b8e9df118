//! Which key the checkpoints of a segment begin with, as `audit.keys` announces it.

use std::collections::BTreeMap;

use crate::evidence::announcement::Announcement;
use crate::evidence::note::VerifierKey;

/// What leads from a key that the caller trusts to the segments' keys.
#[derive(Debug)]
pub(super) struct Announced {
    by_header: BTreeMap<u64, VerifierKey>,
    origin: String,
}

impl Announced {
    /// Follows the announcements from the one that this key signed.
    pub(super) fn follow(notes: &[String], trusted: &VerifierKey) -> Announced {
        let mut announced =
            Announced { by_header: BTreeMap::new(), origin: trusted.name().to_owned() };
        let mut key = trusted.clone();
        for note in notes {
            let Ok(text) = key.open(note) else { continue };
            let Some(announcement) = Announcement::parse(text) else { continue };
            if announcement.origin != announced.origin {
                continue;
            }
            announced.by_header.insert(announcement.first_seq, announcement.checkpoint_key);
            key = announcement.next;
        }
        announced
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
