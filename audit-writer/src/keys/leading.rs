//! Tests: what leads from a key to a checkpoint, as these keys sign it.

use audit_log::VerifierKey;
use audit_log::testing::followed_to;
use audit_log::verify::ProofError;

use super::chain::{Begun, Keys, Signed};

/// A segment is announced, and checkpoints of these sizes are made in it.
fn notes(header_seq: u64, sizes: &[u64]) -> (VerifierKey, Vec<String>) {
    let mut keys = Keys::drawn("log/audit".to_owned()).unwrap();
    let before = Signed { size: header_seq, root: [7; 32] };
    let begun =
        Begun { first_seq: header_seq, before, bytes_max: 4096, key: keys.checkpoint_key() };
    let mut notes = vec![keys.sign_segment(&begun)];
    for size in sizes {
        let signed = Signed { size: *size, root: [7; 32] };
        notes.push(keys.sign_checkpoint(signed, [1; 32]));
        keys = keys.after_checkpoint(signed).unwrap();
    }
    (keys.first_key().clone(), notes)
}

fn followed(notes: &[String], key: &VerifierKey) -> Result<u64, ProofError> {
    let (checkpoint, notes) = notes.split_last().unwrap();
    followed_to(notes, checkpoint, key)
}

#[test]
fn checkpoints_grow_from_their_segments_header_on() {
    for (sizes, expected) in [
        (&[9][..], Ok(9)),
        (&[9, 12, 13], Ok(13)),
        (&[8], Err(ProofError::NotSigned)),
        (&[9, 9], Err(ProofError::NotSigned)),
        (&[12, 9, 13], Err(ProofError::NotSigned)),
    ] {
        let (key, notes) = notes(8, sizes);
        assert_eq!(followed(&notes, &key), expected, "{sizes:?}");
    }
}

#[test]
fn every_note_is_needed_and_in_its_place() {
    let (key, whole) = notes(8, &[9, 12, 13]);
    for at in 0..whole.len() {
        for other in 0..at {
            let mut swapped = whole.clone();
            swapped.swap(at, other);
            assert!(followed(&swapped, &key).is_err(), "{at} and {other}");
        }
        let mut less = whole.clone();
        less.remove(at);
        let is_last = at + 1 == whole.len();
        assert_eq!(followed(&less, &key).is_ok(), is_last, "without {at}");
    }
    let (other, _) = notes(8, &[]);
    assert_eq!(followed(&whole, &other), Err(ProofError::NotAnnounced));
}
