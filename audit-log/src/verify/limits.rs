//! How far a compressed segment may expand: as far as its announcement says, which is signed.

use std::collections::BTreeMap;

use super::trust::Trust;
use crate::evidence::announcement::Announcement;
use crate::evidence::announcements::Notes;
use crate::evidence::note::VerifierKey;

/// The limits of segments, by the numbers of their headers. They are read as far as they are asked
/// for.
pub(super) struct Limits<'a> {
    notes: Notes<'a>,
    /// What the next announcement is signed with, one for each key that was given.
    keys: Vec<VerifierKey>,
    known: BTreeMap<u64, u64>,
}

impl<'a> Limits<'a> {
    pub(super) fn of(notes: Notes<'a>, trust: &Trust) -> Limits<'a> {
        let keys = trust.keys.iter().map(|given| given.key.clone()).collect();
        Limits { notes, keys, known: BTreeMap::new() }
    }

    /// How many bytes the segment has at most whose header has this number; `None` if no key that was
    /// given leads to what says so.
    pub(super) fn of_segment(&mut self, seq: u64) -> Option<u64> {
        while !self.keys.is_empty() && !self.known.contains_key(&seq) {
            let Ok(Some(note)) = self.notes.next_note() else { break };
            self.learn(&note);
        }
        self.known.get(&seq).copied()
    }

    fn learn(&mut self, note: &str) {
        for key in &mut self.keys {
            let Ok(text) = key.open_sole(note) else { continue };
            let Some(announced) = Announcement::parse(text) else { continue };
            if announced.origin != key.name() {
                continue;
            }
            *key = announced.next;
            // A start may have announced a segment twice, and with another limit.
            let limit = self.known.entry(announced.first_seq).or_default();
            *limit = announced.bytes_max.max(*limit);
            return;
        }
    }
}
