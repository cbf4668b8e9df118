//! Where a segment begins.

use super::{NOTICES_MAX, Walk};
use crate::evidence::chain::Chain;
use crate::evidence::shown::tree_in;
use crate::evidence::tree::Tree;
use crate::reader::{Json, Line, LineError, Position, Raw};
use crate::verify::report::{Finding, FindingKind};
use crate::verify::version::Version;

impl Walk {
    /// Takes over what a header says of the tree before it, where nothing better is known, and the key
    /// of its first checkpoint.
    pub(super) fn begin_segment(&mut self, position: &Position, raw: &Raw) {
        let header = match Line::parse(&raw.bytes) {
            Err(LineError::Version) => {
                self.version = Version::Met(position.segment.clone());
                return;
            }
            Err(_) => return,
            Ok(header) => header,
        };
        self.claims.learn(&header, position, None);
        let Some(base) = tree_in(&header) else {
            self.unsigned_from.get_or_insert_with(|| (header.seq, position.clone()));
            self.key = None;
            return;
        };
        match self.unsigned_from.take() {
            Some((from, at)) => self.end_unsigned(&at, from, base.clone()),
            None => self.take_over(position, base.clone()),
        }
        self.of = origin_of(&header);
        self.take_key(position, &header, &base);
    }

    /// Takes the tree of a header for the right one, where the lines before it give another.
    fn take_over(&mut self, position: &Position, base: Tree) {
        if base.size() == self.next() && base != self.chain.tree {
            // Something was altered, and the header tells what the tree should be. Whether it tells
            // the truth, the next checkpoint says.
            if self.is_sound && self.findings.none_is_open() {
                let what = FindingKind::AlteredSince { from: self.proven };
                self.findings.push(Finding::at(what, position, base.size()));
            }
            self.chain.set_tree(base);
            self.go_on_from_header();
        } else if base.size() > self.next() {
            let (from, to) = (self.next(), base.size() - 1);
            let before = self.before.clone().unwrap_or_else(|| position.clone());
            self.findings.push(Finding::at(FindingKind::Missing { from, to }, &before, from));
            self.chain = Chain::of(base);
            self.go_on_from_header();
        }
    }

    /// The tree is a header's from here on: what is amiss before it no checkpoint explains, and what
    /// was said there none proves.
    fn go_on_from_header(&mut self) {
        self.is_sound = true;
        self.findings.close();
        self.claims.forget();
    }

    /// Behind lines that were written without evidence stands what was signed over them.
    fn end_unsigned(&mut self, position: &Position, from: u64, base: Tree) {
        let to = base.size().saturating_sub(1);
        if base.size() > self.next() {
            let (from, to) = (self.next(), to);
            self.findings.push(Finding::at(FindingKind::Missing { from, to }, position, from));
        }
        let what = FindingKind::Unsigned { from, to };
        self.unsigned.push(Finding::at(what, position, from));
        self.unsigned.truncate(NOTICES_MAX);
        self.chain = Chain::of(base);
    }

    fn take_key(&mut self, position: &Position, header: &Line, base: &Tree) {
        let shown = header.member("key").and_then(Json::as_str).and_then(|key| key.parse().ok());
        self.not_announced = None;
        let Some(announced) = &self.announced else {
            self.key = shown;
            return;
        };
        let segment = announced.segment(header.seq).filter(|segment| segment.begins_with(base));
        self.key = segment.map(|segment| segment.key.clone());
        if self.key.is_none() {
            self.not_announced = Some((position.clone(), header.seq));
        }
    }
}

/// The log and its stream, as a header names them.
fn origin_of(header: &Line) -> Option<String> {
    let text = |key| header.member(key).and_then(Json::as_str);
    Some(format!("{}/{}", text("log")?, text("stream")?))
}
