//! Which key the checkpoints of a segment begin with, as the stream's `keys` file announces it.

use std::collections::BTreeMap;

use super::trust::KeyFrom;
use crate::evidence::announcement::Announcement;
use crate::evidence::note::VerifierKey;
use crate::evidence::tree::Tree;

/// What leads from the keys that the caller trusts to the segments' keys.
pub(super) struct Announced {
    chains: Vec<Chain>,
}

/// What one trusted key leads to.
struct Chain {
    origin: String,
    /// What the next note is signed with.
    next: VerifierKey,
    from_seq: u64,
    by_header: BTreeMap<u64, Segment>,
}

/// A segment, as it was announced.
pub(super) struct Segment {
    /// What its first checkpoint is signed with; it has the name of the log and stream.
    pub(super) key: VerifierKey,
    size: u64,
    root: [u8; 32],
}

impl Segment {
    /// Whether this is the tree before it.
    pub(super) fn begins_with(&self, tree: &Tree) -> bool {
        (tree.size(), tree.root()) == (self.size, self.root)
    }
}

impl Announced {
    /// Nothing was announced yet but by these keys.
    pub(super) fn in_keys(keys: &[KeyFrom]) -> Announced {
        let chains = keys.iter().map(|KeyFrom { key, from_seq }| Chain {
            origin: key.name().to_owned(),
            next: key.clone(),
            from_seq: *from_seq,
            by_header: BTreeMap::new(),
        });
        Announced { chains: chains.collect() }
    }

    /// Takes the next announcement, if it is signed as it should be.
    pub(super) fn learn(&mut self, note: &str) {
        self.chains.iter_mut().for_each(|chain| chain.learn(note));
    }

    /// The segment whose header has this number, if it was announced. Of several keys the one counts
    /// that is for the highest number.
    pub(super) fn segment(&self, header_seq: u64) -> Option<&Segment> {
        let chain = self.chains.iter().rfind(|chain| chain.has(header_seq))?;
        chain.by_header.get(&header_seq)
    }

    /// The youngest segment that was announced.
    pub(super) fn last(&self) -> Option<u64> {
        self.chains.iter().filter_map(Chain::last).max()
    }

    /// The number of the first line that any of the keys is for.
    pub(super) fn first_seq(&self) -> u64 {
        self.chains.iter().map(|chain| chain.from_seq).min().unwrap_or(0)
    }
}

impl Chain {
    fn learn(&mut self, note: &str) {
        let Some(announcement) = self.next.open_sole(note).ok().and_then(Announcement::parse)
        else {
            return;
        };
        let Announcement { origin, first_seq, size, root, checkpoint_key, next, .. } = announcement;
        if origin != self.origin {
            return;
        }
        let segment = Segment { key: checkpoint_key, size, root };
        self.by_header.insert(first_seq, segment);
        self.next = next;
    }

    fn has(&self, header_seq: u64) -> bool {
        header_seq >= self.from_seq && self.by_header.contains_key(&header_seq)
    }

    fn last(&self) -> Option<u64> {
        self.by_header.last_key_value().map(|(seq, _)| *seq)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;
    use crate::evidence::hash::leaf_hash;

    fn announcement(signed_by: &SigningKey, origin: &str, size: u64, root: [u8; 32]) -> String {
        let key = |secret: u8| verifier(&SigningKey::from_bytes(&[secret; 32]));
        let announcement = Announcement {
            origin: origin.to_owned(),
            first_seq: 7,
            size,
            root,
            bytes_max: 4096,
            checkpoint_key: key(2),
            next: key(3),
        };
        let text = announcement.text();
        let id = verifier(signed_by).to_string();
        let id = data_encoding::HEXLOWER.decode(id.split('+').nth(1).unwrap().as_bytes()).unwrap();
        let signature = [id, signed_by.sign(text.as_bytes()).to_bytes().to_vec()].concat();
        let signature = data_encoding::BASE64.encode(&signature);
        format!("{text}\n\u{2014} LOG/audit {signature}\n")
    }

    fn verifier(key: &SigningKey) -> VerifierKey {
        VerifierKey::new("LOG/audit", key.verifying_key())
    }

    /// Who has the key of a segment's first checkpoint and no more cannot give it another past.
    #[test]
    fn a_segment_begins_with_the_tree_that_was_announced() {
        let trusted = SigningKey::from_bytes(&[1; 32]);
        let mut tree = Tree::default();
        tree.push(leaf_hash(b"a line"));
        let keys = [KeyFrom { key: verifier(&trusted), from_seq: 0 }];
        let learned = |note: &str| {
            let mut announced = Announced::in_keys(&keys);
            announced.learn(note);
            announced
        };
        let note = announcement(&trusted, "LOG/audit", tree.size(), tree.root());
        let announced = learned(&note);
        let segment = announced.segment(7).unwrap();
        assert!(segment.begins_with(&tree));
        let mut other = Tree::default();
        other.push(leaf_hash(b"another line"));
        assert!(!segment.begins_with(&other));
        other.push(leaf_hash(b"and one more"));
        assert!(!segment.begins_with(&other));
        // Nothing is learned from what another key signed, or from what is of another stream.
        let stranger = SigningKey::from_bytes(&[9; 32]);
        let of_stranger = announcement(&stranger, "LOG/audit", tree.size(), tree.root());
        let of_other = announcement(&trusted, "LOG/access", tree.size(), tree.root());
        for note in [of_stranger, of_other] {
            assert!(learned(&note).segment(7).is_none());
        }
    }
}
