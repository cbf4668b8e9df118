//! How a line is bound to the one before it and taken into the tree.

use data_encoding::BASE64URL_NOPAD;

use super::hash::{Hash, leaf_hash};
use super::tree::{Range, Tree};

/// What a line says of the one before: the first bytes of its hash. It finds where a log is damaged;
/// what proves it is the tree.
const PREV_BYTES: usize = 8;
const PREV_TEXT: usize = 11;
const KEY: &[u8] = br#","prev":""#;
pub type Prev = [u8; PREV_BYTES];

/// What binding adds to a line: the key, and eight bytes in base64url.
pub const BOUND_BYTES: usize = KEY.len() + PREV_TEXT + 1;

/// The lines so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    pub tree: Tree,
    last: Option<Hash>,
}

impl Chain {
    /// The lines whose tree is this, of which the last one is not known.
    pub fn of(tree: Tree) -> Chain {
        Chain { tree, last: None }
    }

    /// Ends the line that begins at `start`, with its brace and newline, by what binds it to the one
    /// before; and takes it in.
    pub fn bind(&mut self, out: &mut Vec<u8>, start: usize) {
        let end = out.len().saturating_sub(2); // `}` and the newline
        if let Some(last) = &self.last {
            out.truncate(end);
            out.extend_from_slice(KEY);
            let prev = last.get(..PREV_BYTES).unwrap_or_default();
            let at = out.len();
            out.resize(at + BASE64URL_NOPAD.encode_len(prev.len()), 0);
            BASE64URL_NOPAD.encode_mut(prev, out.get_mut(at..).unwrap_or_default());
            out.extend_from_slice(b"\"}\n");
        }
        let line = out.get(start..out.len().saturating_sub(1)).unwrap_or_default();
        self.take(leaf_hash(line));
    }

    /// Takes another tree over the same lines for the right one.
    pub fn set_tree(&mut self, tree: Tree) {
        self.tree = tree;
    }

    /// Takes a line's hash in.
    pub fn take(&mut self, leaf: Hash) {
        self.tree.push(leaf);
        self.last = Some(leaf);
    }

    /// Takes neighbouring lines in of which the last one's hash is this.
    pub fn append(&mut self, range: &Range, last: Hash) {
        self.tree.append(range);
        self.last = Some(last);
    }

    /// Takes lines in that are not there, as empty ones, until there are so many.
    pub fn fill(&mut self, up_to: u64) {
        if self.tree.size() < up_to {
            self.tree.fill(up_to);
            self.last = Some(leaf_hash(b""));
        }
    }

    /// Whether a line, without its newline, says of the one before what it should.
    pub fn precedes(&self, line: &[u8]) -> bool {
        self.precedes_one_that_says(prev_of(line))
    }

    /// The same, of a line that says this.
    pub fn precedes_one_that_says(&self, prev: Option<Prev>) -> bool {
        self.last.is_none_or(|last| prev.is_some_and(|prev| last.starts_with(&prev)))
    }
}

/// Whether a line says of one before it that it has this hash: by comparing what it should say, which
/// is sooner done than reading what it says.
pub fn says(line: &[u8], last: &Hash) -> bool {
    let mut text = [0; PREV_TEXT];
    BASE64URL_NOPAD.encode_mut(last.get(..PREV_BYTES).unwrap_or_default(), &mut text);
    let rest = line.strip_suffix(b"\"}").and_then(|rest| rest.strip_suffix(&text));
    rest.is_some_and(|rest| rest.ends_with(KEY))
}

/// What a line says of the one before, if it does.
pub fn prev_of(line: &[u8]) -> Option<Prev> {
    let from = line.len().checked_sub(BOUND_BYTES + 1)?;
    let prev = line.get(from..)?.strip_prefix(KEY)?.strip_suffix(b"\"}")?;
    let mut bytes = [0; PREV_BYTES];
    match BASE64URL_NOPAD.decode_mut(prev, &mut bytes) {
        Ok(PREV_BYTES) => Some(bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_bound_to_the_one_before() {
        let mut chain = Chain::default();
        let mut out = b"{\"a\":1}\n".to_vec();
        chain.bind(&mut out, 0);
        assert_eq!(out, b"{\"a\":1}\n", "nothing is before the first");
        let start = out.len();
        out.extend_from_slice(b"{\"b\":2}\n");
        let before = chain.clone();
        chain.bind(&mut out, start);
        let line = &out[start..out.len() - 1];
        assert_eq!(line.len(), 7 + BOUND_BYTES);
        assert_eq!(prev_of(line).unwrap(), leaf_hash(b"{\"a\":1}")[..8]);
        assert!(before.precedes(line) && !chain.precedes(line));
        let [first, second] = [&b"{\"a\":1}"[..], line].map(leaf_hash);
        assert!(says(line, &first) && !says(line, &second) && !says(b"{\"b\":2}", &first));
        assert_eq!(chain.tree.size(), 2);
        assert!(!before.precedes(b"{\"b\":2}"));
    }
}
