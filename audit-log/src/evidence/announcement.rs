//! Announcements: a signed note for each segment, in `audit.keys`.

use data_encoding::BASE64;

use super::hash::Hash;
use super::note::VerifierKey;
use super::tree::hash_of_text;

/// The text of an announcement: what a segment begins with, and how large it can get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub origin: String,
    /// The number of the segment's header.
    pub first_seq: u64,
    /// How many lines are before the segment, and the root of their tree.
    pub size: u64,
    pub root: Hash,
    /// The file has at most so many bytes, expanded where it is compressed.
    pub bytes_max: u64,
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
        let Announcement { origin, first_seq, size, root, bytes_max, checkpoint_key, next } = self;
        let root = BASE64.encode(root);
        format!(
            "{origin}{OF_SEGMENTS}\n{first_seq}\ntree {size} {root}\nbytes {bytes_max}\n\
             key {checkpoint_key}\nnext-key {next}\n"
        )
    }

    /// Reads what [`text`](Announcement::text) writes, in that spelling only.
    pub fn parse(text: &str) -> Option<Announcement> {
        let mut lines = text.split('\n');
        let origin = lines.next()?.strip_suffix(OF_SEGMENTS)?.to_owned();
        let first_seq = lines.next()?.parse().ok()?;
        let (size, root) = lines.next()?.strip_prefix("tree ")?.split_once(' ')?;
        let announcement = Announcement {
            origin,
            first_seq,
            size: size.parse().ok()?,
            root: hash_of_text(root)?,
            bytes_max: lines.next()?.strip_prefix("bytes ")?.parse().ok()?,
            checkpoint_key: lines.next()?.strip_prefix("key ")?.parse().ok()?,
            next: lines.next()?.strip_prefix("next-key ")?.parse().ok()?,
        };
        (announcement.text() == text).then_some(announcement)
    }
}
