//! Inclusion proofs (RFC 6962, section 2.1.1): the hashes that lead from a line's hash to the root
//! of a tree that it is in.

use super::hash::{Hash, node_hash};
use super::tree::{Tree, joined};

/// A tree that grows, and what proves one line of it. It keeps as many hashes as the tree's size
/// has bits, twice.
#[derive(Debug)]
pub struct Inclusion {
    tree: Tree,
    index: u64,
    /// The roots of the subtrees that the line's own was joined with so far.
    path: Vec<Hash>,
    /// The place among the tree's roots of that of the subtree that the line is in.
    at: Option<usize>,
}

impl Inclusion {
    /// Of the line of this number, which comes after those that the tree is over; nothing if it is
    /// one of them.
    ///
    /// The tree's own roots are all that a proof can need of the lines before: a subtree that a
    /// proof names there is joined with one that the line is in, so no larger one is over lines
    /// before alone, and it is one of the roots.
    pub fn after(tree: Tree, index: u64) -> Option<Inclusion> {
        (tree.size() <= index).then_some(Inclusion { tree, index, path: Vec::new(), at: None })
    }

    /// How many lines the tree is over.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The hash of the whole tree.
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// Takes one more line's hash.
    pub fn push(&mut self, leaf: Hash) {
        let Inclusion { tree, index, path, at } = self;
        if tree.size() == *index {
            *at = Some(tree.roots().len());
        }
        tree.push_seen(leaf, |place, left, right| match *at {
            Some(own) if own == place => path.push(*right),
            Some(own) if own == place + 1 => {
                path.push(*left);
                *at = Some(place);
            }
            _ => {}
        });
    }

    /// The proof for the tree as it is; nothing if the line is not in it yet.
    pub fn path(&self) -> Option<Vec<Hash>> {
        let roots = self.tree.roots();
        let (larger, own_and_smaller) = roots.split_at_checked(self.at?)?;
        let mut path = self.path.clone();
        path.extend(own_and_smaller.get(1..).and_then(joined));
        path.extend(larger.iter().rev());
        Some(path)
    }
}

/// The root of the tree of a size to which a proof leads from the hash of the line of that number;
/// nothing if no proof in a tree of that size has this length.
///
/// It says nothing of the size beyond that: a proof may lead to the same root in trees of several
/// sizes. A checkpoint signs size and root together.
pub fn root_from(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Option<Hash> {
    // As RFC 9162 (section 2.1.3.2) has it: where the line's subtree is on its level, and the last.
    let (mut own, mut last) = (index, size.checked_sub(1)?);
    if own > last {
        return None;
    }
    let mut root = leaf;
    for hash in path {
        if last == 0 {
            return None;
        }
        if own % 2 == 1 || own == last {
            root = node_hash(hash, &root);
            // The last one of a level has none on its right, and rises until it has one on its left.
            let levels = own.trailing_zeros();
            (own, last) = (own >> levels, last >> levels);
        } else {
            root = node_hash(&root, hash);
        }
        (own, last) = (own >> 1, last >> 1);
    }
    (last == 0).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::super::hash::leaf_hash;
    use super::super::tree::tests::root_of;
    use super::*;

    const SIZE_MAX: usize = 70;

    fn leaves() -> Vec<Hash> {
        (0..SIZE_MAX as u64).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    /// The proof's definition, for comparison.
    fn path_of(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let (mut path, beside) = match index.checked_sub(left.len()) {
            None => (path_of(index, left), right),
            Some(index) => (path_of(index, right), left),
        };
        path.push(root_of(beside));
        path
    }

    fn tree_of(leaves: &[Hash]) -> Tree {
        let mut tree = Tree::default();
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        tree
    }

    /// In a log that was cut anywhere before the line, too.
    #[test]
    fn it_is_the_proof_of_the_definition() {
        let leaves = leaves();
        let root = root_of(&leaves);
        for index in 0..leaves.len() {
            let expected: Vec<Option<Vec<Hash>>> = (0..leaves.len())
                .map(|at| (index <= at).then(|| path_of(index, &leaves[..=at])))
                .collect();
            for cut in 0..=index {
                let mut inclusion =
                    Inclusion::after(tree_of(&leaves[..cut]), index as u64).unwrap();
                for (at, leaf) in leaves.iter().enumerate().skip(cut) {
                    inclusion.push(*leaf);
                    assert_eq!(inclusion.path(), expected[at], "{index} of {at}, cut at {cut}");
                }
                assert_eq!(inclusion.root(), root);
            }
            let over = tree_of(&leaves[..=index]);
            assert!(Inclusion::after(over, index as u64).is_none(), "{index}");
        }
    }

    #[test]
    fn it_leads_to_the_root_and_nothing_else_does() {
        let leaves = leaves();
        let roots: Vec<Hash> = (0..=SIZE_MAX).map(|size| root_of(&leaves[..size])).collect();
        for size in 1..=SIZE_MAX {
            for (index, leaf) in leaves[..size].iter().enumerate() {
                let path = path_of(index, &leaves[..size]);
                let holds = |index: usize, size: usize, leaf: &Hash, path: &[Hash]| {
                    root_from(index as u64, size as u64, *leaf, path) == Some(roots[size])
                };
                assert!(holds(index, size, leaf, &path), "{index} of {size}");
                for other in 0..=SIZE_MAX {
                    assert_eq!(holds(other, size, leaf, &path), other == index);
                    assert_eq!(holds(index, other, leaf, &path), other == size);
                }
                for at in 0..path.len() {
                    let mut other = path.clone();
                    other[at][at % 32] ^= 1 << (at % 8);
                    assert!(!holds(index, size, leaf, &other));
                    other.remove(at);
                    assert!(!holds(index, size, leaf, &other));
                }
                let longer = [&path[..], &[roots[size]]].concat();
                assert!(!holds(index, size, leaf, &longer));
                assert!(!holds(index, size, &roots[0], &path));
            }
        }
        assert_eq!(root_from(0, 0, roots[1], &[]), None);
        assert_eq!(root_from(u64::MAX, u64::MAX, roots[1], &[]), None);
    }
}
