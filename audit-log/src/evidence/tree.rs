//! The hash tree over a log's lines, as RFC 6962 (section 2.1) has it, in the form of a compact
//! range: the roots of the perfect subtrees, the largest first, that the tree consists of. There are
//! as many as its size has bits set, at most 64.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::hash::{Hash, leaf_hash, node_hash};

/// The tree over the first lines of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    /// Subtrees of falling size.
    roots: Vec<Hash>,
}

impl Tree {
    /// How many lines it is over.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes one more line's hash.
    pub fn push(&mut self, leaf: Hash) {
        self.push_seen(leaf, |_, _, _| ());
    }

    /// Takes one more line's hash, and shows each two subtrees that it joins, with the place that
    /// the left one has among the roots: the right one has the next, and both together the left
    /// one's.
    pub(super) fn push_seen(&mut self, leaf: Hash, mut seen: impl FnMut(usize, &Hash, &Hash)) {
        let mut root = leaf;
        // Each bit that is set below the lowest one that is not is a subtree of that size.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                seen(self.roots.len(), &left, &root);
                root = node_hash(&left, &root);
            }
        }
        self.roots.push(root);
        self.size += 1;
    }

    /// Takes the hashes of lines that are not there, which count as empty ones, until it is over so
    /// many: by whole subtrees of them, so that a number that is far off takes no time.
    pub fn fill(&mut self, up_to: u64) {
        while let Some(left) = up_to.checked_sub(self.size).filter(|left| *left > 0) {
            let level = left.ilog2().min(self.size.trailing_zeros());
            let empty = (0..level).fold(leaf_hash(b""), |root, _| node_hash(&root, &root));
            self.push_subtree(level, empty);
        }
    }

    /// Takes the perfect subtree over the next 2^`level` lines, of which its size is a multiple.
    fn push_subtree(&mut self, mut level: u32, mut root: Hash) {
        self.size += 1 << level;
        // What was a subtree of its size before is half of the next one now.
        while let Some(left) = self.roots.pop_if(|_| self.size.trailing_zeros() > level) {
            root = node_hash(&left, &root);
            level += 1;
        }
        self.roots.push(root);
    }

    /// Takes the lines of a range that begins where this tree ends.
    pub fn append(&mut self, range: &Range) {
        debug_assert_eq!(self.size, range.from);
        for (level, root) in &range.roots {
            self.push_subtree(*level, *root);
        }
    }

    /// The roots of its subtrees, the largest first.
    pub(super) fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// The hash of the whole tree.
    pub fn root(&self) -> Hash {
        joined(&self.roots).unwrap_or_else(|| Sha256::digest([]).into())
    }

    /// Its subtrees' roots as a segment's header shows them.
    pub fn range(&self) -> Vec<String> {
        self.roots.iter().map(|root| BASE64.encode(root)).collect()
    }

    /// The tree of this size, of what a header shows; nothing if there are not as many roots as the
    /// size asks for, or one is none.
    pub fn of_range<'a>(size: u64, range: impl IntoIterator<Item = &'a str>) -> Option<Tree> {
        let roots: Option<Vec<Hash>> = range.into_iter().map(hash_of_text).collect();
        let roots = roots?;
        (roots.len() == size.count_ones() as usize).then_some(Tree { size, roots })
    }
}

/// Neighbouring lines anywhere in a log, in as few perfect subtrees of the log's tree as they make:
/// what can be worked out of them before the lines before them are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    from: u64,
    to: u64,
    /// Level and root of each subtree, from the first line on.
    roots: Vec<(u32, Hash)>,
}

impl Range {
    /// No lines yet, behind so many.
    pub fn new(from: u64) -> Range {
        Range { from, to: from, roots: Vec::new() }
    }

    /// The number of the first line.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// The number of the line after the last one.
    pub fn to(&self) -> u64 {
        self.to
    }

    /// Takes the next line's hash.
    pub fn push(&mut self, leaf: Hash) {
        let (mut level, mut root) = (0, leaf);
        // The line is the last one of a subtree at each level whose bit is set in its number, as
        // long as the subtree's other half is in the range.
        while (self.to >> level) & 1 == 1
            && let Some((_, left)) = self.roots.pop_if(|(of, _)| *of == level)
        {
            root = node_hash(&left, &root);
            level += 1;
        }
        self.roots.push((level, root));
        self.to += 1;
    }
}

/// The hash of neighbouring subtrees of falling size, if there are any.
pub(super) fn joined(roots: &[Hash]) -> Option<Hash> {
    let (smallest, larger) = roots.split_last()?;
    Some(larger.iter().rev().fold(*smallest, |right, left| node_hash(left, &right)))
}

/// A hash in base64, strictly.
pub fn hash_of_text(text: &str) -> Option<Hash> {
    BASE64.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
pub(super) mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    /// The tree's definition, for comparison.
    pub(in super::super) fn root_of(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(&root_of(left), &root_of(right))
            }
        }
    }

    /// The eight inputs and roots that implementations of RFC 6962 check each other by.
    #[test]
    fn known_trees_have_their_known_roots() {
        let inputs: [&str; 8] = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Tree::default();
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(HEXLOWER.encode(&tree.root()), nothing);
        for (input, root) in inputs.into_iter().zip(roots) {
            tree.push(leaf_hash(&HEXLOWER.decode(input.as_bytes()).unwrap()));
            assert_eq!(HEXLOWER.encode(&tree.root()), root);
        }
    }

    #[test]
    fn lines_that_are_not_there_are_empty_ones() {
        for size in 0..40_u64 {
            for up_to in 0..100 {
                let mut tree = Tree::default();
                (0..size).for_each(|n| tree.push(leaf_hash(&n.to_be_bytes())));
                let mut filled = tree.clone();
                filled.fill(up_to);
                (size..up_to).for_each(|_| tree.push(leaf_hash(b"")));
                assert_eq!(filled, tree, "{size} {up_to}");
            }
        }
        let mut far = Tree::default();
        far.fill(u64::MAX);
        assert_eq!((far.size(), far.roots.len()), (u64::MAX, 64));
    }

    #[test]
    fn a_range_is_appended_as_its_lines_are_pushed() {
        let leaves: Vec<Hash> = (0..70_u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        for from in 0..leaves.len() {
            for to in from..=leaves.len() {
                let (mut pushed, mut range) = (Tree::default(), Range::new(from as u64));
                leaves[..from].iter().for_each(|leaf| pushed.push(*leaf));
                let mut appended = pushed.clone();
                for leaf in &leaves[from..to] {
                    pushed.push(*leaf);
                    range.push(*leaf);
                }
                appended.append(&range);
                assert_eq!((appended, range.to()), (pushed, to as u64), "{from} to {to}");
                assert!(range.roots.len() <= 12, "{} subtrees", range.roots.len());
            }
        }
    }

    #[test]
    fn it_is_the_tree_of_the_definition_and_reads_back() {
        let leaves: Vec<Hash> = (0..200_u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let mut tree = Tree::default();
        for (at, leaf) in leaves.iter().enumerate() {
            tree.push(*leaf);
            assert_eq!((tree.size(), tree.root()), (at as u64 + 1, root_of(&leaves[..=at])));
            let range = tree.range();
            let texts = range.iter().map(String::as_str);
            assert_eq!(Tree::of_range(tree.size(), texts.clone()), Some(tree.clone()));
            assert_eq!(Tree::of_range(tree.size() - 1, texts.clone().take(99)).is_some(), {
                (tree.size() - 1).count_ones() == tree.size().count_ones()
            });
            assert_eq!(Tree::of_range(tree.size(), texts.skip(1)), None);
        }
        assert_eq!(Tree::of_range(1, ["AAAA"]), None);
    }
}
