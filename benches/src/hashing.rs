//! What evidence cannot do without: a hash of each line, and one node of the tree a line.

use sha2::{Digest, Sha256};

/// A text's lines, without their newlines.
pub(crate) fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// Hashes each line as a leaf, and a node for each; the last node.
pub(crate) fn leaves_and_nodes(lines: &[&[u8]]) -> [u8; 32] {
    lines.iter().fold([0; 32], |node, line| {
        let leaf = Sha256::new().chain_update([0]).chain_update(line).finalize();
        Sha256::new().chain_update([1]).chain_update(node).chain_update(leaf).finalize().into()
    })
}
