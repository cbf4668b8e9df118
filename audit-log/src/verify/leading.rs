//! What leads from a key that an auditor keeps to that of one checkpoint: announcements up to its
//! segment's, and the checkpoints before it there, each of which announces the key of the next.

use super::proof_error::ProofError;
use crate::evidence::announcement::Announcement;
use crate::evidence::checkpoint::Checkpoint;
use crate::evidence::note::{VerifierKey, text_of};

/// The announcements that lead to that of the segment whose header has this number and shows this
/// key, and it; nothing if it was not announced.
///
/// There may be others among them: of keys that were lost, or of a log that was rolled back. Where
/// several are of the segment, because new keys were drawn in it, the first one is from when the
/// key that it announces was in force.
pub(super) fn announcements_to(
    mut notes: Vec<String>,
    header_seq: u64,
    key: &VerifierKey,
) -> Option<Vec<String>> {
    let is_of_segment = |note: &String| {
        let announcement = text_of(note).and_then(Announcement::parse);
        announcement.is_some_and(|announcement| {
            announcement.first_seq == header_seq && announcement.checkpoint_key == *key
        })
    };
    notes.truncate(notes.iter().position(is_of_segment)? + 1);
    let mut found: Vec<String> = Vec::new();
    for note in notes.into_iter().rev() {
        let is_before = found.last().is_none_or(|after| {
            let announcement = text_of(&note).and_then(Announcement::parse);
            announcement.is_some_and(|announcement| announcement.next.open_sole(after).is_ok())
        });
        if is_before {
            found.push(note);
        }
    }
    found.reverse();
    Some(found)
}

/// How far the notes were followed.
struct Followed {
    origin: String,
    /// What the next checkpoint is signed with.
    key: VerifierKey,
    /// It is over at least so many lines.
    size_min: u64,
}

/// The checkpoint, if each of these notes is signed with the key that the one before announces,
/// from the one on that the trusted key signed. Where there is none, the first note is taken for
/// signed.
///
/// # Errors
///
/// Says where that ends.
pub(crate) fn follow(
    notes: &[String],
    checkpoint: &str,
    trusted: Option<&VerifierKey>,
) -> Result<Checkpoint, ProofError> {
    let (mut followed, rest) = follow_announcements(notes, trusted)?;
    for note in rest {
        let before = followed.open(note)?;
        followed.size_min = before.size.saturating_add(1);
        followed.key = before.next;
    }
    followed.open(checkpoint)
}

/// The key that the announcements lead to, and the notes after them.
fn follow_announcements<'n>(
    notes: &'n [String],
    trusted: Option<&VerifierKey>,
) -> Result<(Followed, &'n [String]), ProofError> {
    let mut last: Option<Announcement> = None;
    let mut rest = notes;
    while let Some((note, after)) = rest.split_first() {
        let Some(announcement) = text_of(note).and_then(Announcement::parse) else { break };
        rest = after;
        let origin = match (&last, trusted) {
            (Some(before), _) => {
                before.next.open_sole(note).map_err(|_says_less| ProofError::NotSigned)?;
                &before.origin
            }
            // The trusted key may be a later segment's.
            (None, Some(key)) if key.open_sole(note).is_err() => continue,
            (None, Some(key)) => key.name(),
            (None, None) => &announcement.origin,
        };
        if announcement.origin != *origin {
            return Err(ProofError::NotSigned);
        }
        last = Some(announcement);
    }
    let Announcement { origin, first_seq, checkpoint_key, .. } =
        last.ok_or(ProofError::NotAnnounced)?;
    let size_min = first_seq.saturating_add(1); // The segment's header is one of the lines.
    Ok((Followed { origin, key: checkpoint_key, size_min }, rest))
}

impl Followed {
    /// The next checkpoint, if this is it.
    fn open(&self, note: &str) -> Result<Checkpoint, ProofError> {
        let text = self.key.open_sole(note).map_err(|_says_less| ProofError::NotSigned)?;
        let checkpoint = Checkpoint::parse(text).ok_or(ProofError::NotSigned)?;
        let is_next = checkpoint.origin == self.origin && checkpoint.size >= self.size_min;
        is_next.then_some(checkpoint).ok_or(ProofError::NotSigned)
    }
}
