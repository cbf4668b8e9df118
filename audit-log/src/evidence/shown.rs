//! What lines show of the evidence. Whether it is true is another matter.

use super::tree::Tree;
use crate::reader::{Json, Line, Raw};

/// The tree over the lines before a segment, as its header shows it.
pub fn tree_in(header: &Line) -> Option<Tree> {
    let tree = header.member("tree")?;
    let range = tree.get("range").map_or(Some(&[][..]), Json::as_list)?;
    let range: Option<Vec<&str>> = range.iter().map(Json::as_str).collect();
    Tree::of_range(tree.get("size").and_then(Json::as_u64)?, range?)
}

/// The note of a checkpoint's line.
pub fn note_in(raw: &Raw) -> Option<String> {
    let line = Line::parse(&raw.bytes).ok()?;
    line.member("note").and_then(Json::as_str).map(str::to_owned)
}
