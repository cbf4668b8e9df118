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
    use ed25519_dalek::VerifyingKey;

    use super::*;
    use crate::evidence::hash::leaf_hash;

    /// Who has the key of a segment's first checkpoint and no more cannot give it another past.
    #[test]
    fn a_segment_begins_with_the_tree_that_was_announced() {
        let tree_of = |lines: &[&[u8]]| {
            let mut tree = Tree::default();
            lines.iter().for_each(|line| tree.push(leaf_hash(line)));
            tree
        };
        // The base point of the curve (RFC 8032, section 5.1).
        let mut point = [0x66; 32];
        point[0] = 0x58;
        let key = VerifierKey::new("log/audit", VerifyingKey::from_bytes(&point).unwrap());
        let tree = tree_of(&[b"a line"]);
        let announced = Segment { key, size: tree.size(), root: tree.root() };
        assert!(announced.begins_with(&tree));
        for other in [&[&b"another line"[..]][..], &[b"a line", b"and another"], &[]] {
            assert!(!announced.begins_with(&tree_of(other)));
        }
    }
}
