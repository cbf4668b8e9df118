//! Announcements: a signed note for each segment, in `audit.keys`.

use super::note::VerifierKey;

/// The text of an announcement: which key the checkpoints of a segment begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub origin: String,
    /// The number of the segment's header.
    pub first_seq: u64,
    /// What the first checkpoint in it is signed with.
    pub checkpoint_key: VerifierKey,
    /// What the next announcement is signed with.
    pub next: VerifierKey,
}

/// No checkpoint's text begins so, and no announcement's without it.
const OF_SEGMENTS: &str = "/segments";

impl Announcement {
    /// As it is signed.
    pub fn text(&self) -> String {
        let Announcement { origin, first_seq, checkpoint_key, next } = self;
        format!("{origin}{OF_SEGMENTS}\n{first_seq}\nkey {checkpoint_key}\nnext-key {next}\n")
    }

    /// Reads what [`text`](Announcement::text) writes, in that spelling only.
    pub fn parse(text: &str) -> Option<Announcement> {
        let mut lines = text.split('\n');
        let announcement = Announcement {
            origin: lines.next()?.strip_suffix(OF_SEGMENTS)?.to_owned(),
            first_seq: lines.next()?.parse().ok()?,
            checkpoint_key: lines.next()?.strip_prefix("key ")?.parse().ok()?,
            next: lines.next()?.strip_prefix("next-key ")?.parse().ok()?,
        };
        (announcement.text() == text).then_some(announcement)
    }
}
