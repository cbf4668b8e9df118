//! One way through a log, line by line.

mod finish;
mod learn;

use super::announced::Announced;
use super::report::{Finding, FindingKind};
use super::stretch::Stretch;
use super::version::Version;
use crate::evidence::chain::{Chain, prev_of};
use crate::evidence::checkpoint::{Checkpoint, hash_without_note};
use crate::evidence::hash::leaf_hash;
use crate::evidence::note::VerifierKey;
use crate::evidence::shown::tree_in;
use crate::reader::{Json, Line, LineError, Position, Raw};

/// How far the log was followed.
pub(super) struct Walk {
    announced: Option<Announced>,
    /// Checkpoints that the log must not be older than.
    anchors: Vec<Checkpoint>,
    /// The number of a line that must be a checkpoint.
    checkpoint_at: Option<u64>,
    /// How many lines there must be for that.
    least_size: Option<u64>,
    chain: Chain,
    /// Whether the chain's tree is what was signed, as far as is known: no finding since the last
    /// checkpoint says otherwise.
    is_sound: bool,
    /// What the next checkpoint must be signed with; none where that is not known.
    key: Option<VerifierKey>,
    has_begun: bool,
    /// Below this number stand lines that the oldest segment brings again.
    brought_until: u64,
    /// The segment before the first one that is there, until a line says that it was pruned.
    unannounced: Option<String>,
    begins_at: Position,
    first_seq: u64,
    /// Lines below this number are signed.
    proven: u64,
    /// The line of the last checkpoint.
    last_checkpoint: Option<u64>,
    closed_by: Option<u64>,
    checkpoints: u64,
    origin: Option<String>,
    findings: Vec<Finding>,
    /// Which of the findings no checkpoint has explained yet: lines that are missing, or that do not
    /// fit the one before them.
    open_from: usize,
    /// Where the line before stood.
    before: Option<Position>,
    /// Whether a segment is of a version of the format that is not known.
    version: Version,
}

impl Walk {
    pub(super) fn new(announced: Option<Announced>, anchors: Vec<Checkpoint>) -> Walk {
        Walk {
            announced,
            least_size: anchors.iter().map(|anchor| anchor.size.saturating_add(1)).max(),
            anchors,
            checkpoint_at: None,
            chain: Chain::default(),
            is_sound: true,
            key: None,
            has_begun: false,
            brought_until: 0,
            unannounced: None,
            begins_at: Position { segment: String::new(), line: 0 },
            first_seq: 0,
            proven: 0,
            last_checkpoint: None,
            closed_by: None,
            checkpoints: 0,
            origin: None,
            findings: Vec::new(),
            open_from: 0,
            before: None,
            version: Version::Known,
        }
    }

    /// Takes the tree before the oldest segment from the first line of its file. If it brings lines
    /// again that header comes after them, and what is signed among them was by keys that only a
    /// segment before announced, which is not there: a checkpoint behind the header is of them, too.
    pub(super) fn begin(&mut self, first: Option<&Line>) {
        let Some((header, base)) = first.and_then(|line| Some((line, tree_in(line)?))) else {
            return;
        };
        let previous = header.member("previous");
        self.unannounced = previous.and_then(Json::as_str).map(str::to_owned);
        self.first_seq = base.size();
        self.proven = base.size();
        self.brought_until = Some(header.seq).filter(|seq| *seq > base.size()).unwrap_or(0);
        self.chain = Chain::of(base);
        self.has_begun = true;
    }

    /// A file beside the segments is not what it should be.
    pub(super) fn note_unreadable(&mut self, name: &str) {
        let position = Position { segment: name.to_owned(), line: 1 };
        self.findings.push(Finding::at(FindingKind::NotSigned, &position, 0));
        self.open_from = self.findings.len();
    }

    /// The number that the next line should have.
    fn next(&self) -> u64 {
        self.chain.tree.size()
    }

    pub(super) fn step(&mut self, position: Position, raw: Result<Raw, LineError>) {
        let raw = match raw {
            Ok(raw) => raw,
            Err(error) => {
                self.findings.push(Finding::unreadable(error, &position, self.next()));
                self.before = Some(position);
                return;
            }
        };
        if self.before.is_none() {
            self.begins_at = position.clone();
        }
        // A line that says another thing of the header than what stands there: the header was
        // altered. A version that gives `prev` another meaning gives it another name.
        let fits = prev_of(&raw.bytes).is_none() || self.chain.precedes(&raw.bytes);
        if self.version.is_unknown(fits) {
            return;
        }
        if raw.is_of("header") {
            self.begin_segment(&position, &raw);
        }
        self.take(&position, &raw);
        self.before = Some(position);
    }

    /// Takes lines in that are right among themselves, and says whether that is all that there is to
    /// say of them. If not, nothing was done, and they must be gone through one by one.
    pub(super) fn stretch(&mut self, stretch: &Stretch) -> bool {
        let (from, to) = (stretch.range.from(), stretch.range.to());
        let is_inside = |anchor: &Checkpoint| from < anchor.size && anchor.size < to;
        let fits = self.has_begun
            && from == self.next()
            && self.chain.precedes_one_that_says(stretch.prev)
            && self.checkpoint_at.is_none_or(|at| at < from || at >= to)
            && !self.anchors.iter().any(is_inside);
        if !fits {
            return false;
        }
        if self.version.is_unknown(true) {
            return true;
        }
        if self.before.is_none() {
            self.begins_at = stretch.begins_at.clone();
        }
        self.nothing_is_missing();
        self.chain.append(&stretch.range, stretch.last);
        self.match_anchors(&stretch.ends_at);
        self.before = Some(stretch.ends_at.clone());
        true
    }

    fn take(&mut self, position: &Position, raw: &Raw) {
        let Some(mut seq) = raw.seq() else {
            self.findings.push(Finding::unreadable(LineError::NotCanonical, position, self.next()));
            return;
        };
        let fits = self.chain.precedes(&raw.bytes);
        if seq != self.next() && fits && self.has_begun {
            // It stands where it should, and its number was changed.
            self.findings.push(Finding::at(FindingKind::Altered, position, self.next()));
            seq = self.next();
        } else if seq < self.next() {
            self.findings.push(Finding::at(FindingKind::OutOfPlace, position, seq));
            return;
        } else if seq > self.next() {
            let (from, to) = (self.next(), seq - 1);
            self.findings.push(Finding::at(FindingKind::Missing { from, to }, position, from));
            self.chain.fill(seq); // They count as empty ones.
        }
        match self.chain.precedes(&raw.bytes) {
            true if self.has_begun => self.nothing_is_missing(),
            true => {}
            false => self.does_not_fit(position, seq),
        }
        self.has_begun = true;
        if raw.is_of("checkpoint") {
            self.checkpoint(position, raw, seq);
        } else if raw.is_of("lifecycle") {
            self.lifecycle(position, raw, seq);
        }
        if self.checkpoint_at == Some(seq) && self.last_checkpoint != Some(seq) {
            self.findings.push(Finding::at(FindingKind::NotSigned, position, seq));
        }
        self.match_anchors_before(leaf_hash(&raw.bytes), position);
    }

    /// The next line follows the last one that could be read: what cannot be read between them took
    /// no line's place.
    fn nothing_is_missing(&mut self) {
        let next = self.next();
        for finding in self.findings.iter_mut().rev() {
            match &mut finding.what {
                FindingKind::Unreadable { why } if finding.seq == next => {
                    finding.what = FindingKind::Inserted { why: std::mem::take(why) };
                }
                _ => return,
            }
        }
    }

    /// A line says another thing of the one before than what that is.
    fn does_not_fit(&mut self, position: &Position, seq: u64) {
        // If the line before does not fit the one before it either, that is the one.
        let was_told = self.findings.last().is_some_and(|finding| finding.seq + 1 == seq);
        if was_told {
            return;
        }
        let before = self.before.clone().filter(|_| seq > self.proven && seq > self.first_seq);
        match before {
            Some(before) => self.findings.push(Finding::at(FindingKind::Altered, &before, seq - 1)),
            // The line before is signed: so it is this one.
            None => self.findings.push(Finding::at(FindingKind::Altered, position, seq)),
        }
    }

    fn match_anchors_before(&mut self, leaf: [u8; 32], position: &Position) {
        self.chain.take(leaf);
        self.match_anchors(position);
    }

    fn match_anchors(&mut self, position: &Position) {
        let size = self.next();
        // The one that was kept elsewhere may be the one beside.
        while let Some(anchor) = self.anchor_of(size) {
            self.checkpoint_at = Some(size);
            // Where something else is amiss, that explains it.
            let is_unexplained = self.is_sound && self.findings.len() == self.open_from;
            if anchor.root != self.chain.tree.root() && is_unexplained {
                let what = FindingKind::OlderThan { size: anchor.size };
                self.findings.push(Finding::at(what, position, size.saturating_sub(1)));
            }
        }
    }

    /// One of the checkpoints that are left, of this size.
    fn anchor_of(&mut self, size: u64) -> Option<Checkpoint> {
        let origin = &self.origin;
        let at = self.anchors.iter().position(|anchor| {
            anchor.size == size && origin.as_ref().is_none_or(|origin| *origin == anchor.origin)
        })?;
        Some(self.anchors.swap_remove(at))
    }

    /// Takes over what a header says of the tree before it, where nothing better is known.
    fn begin_segment(&mut self, position: &Position, raw: &Raw) {
        let header = match Line::parse(&raw.bytes) {
            Err(LineError::Version) => {
                self.version = Version::Met(position.segment.clone());
                return;
            }
            Err(_) => return,
            Ok(header) => header,
        };
        let Some(base) = tree_in(&header) else { return };
        if base.size() == self.next() && base != self.chain.tree {
            // Something was altered, and the header tells what the tree should be. Whether it tells
            // the truth, the next checkpoint says.
            if self.is_sound && self.findings.len() == self.open_from {
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
        let shown = header.member("key").and_then(Json::as_str).and_then(|key| key.parse().ok());
        self.key = match &self.announced {
            None => shown,
            Some(announced) => announced.key_of(header.seq).cloned(),
        };
    }

    /// The tree is a header's from here on: what is amiss before it no checkpoint explains.
    fn go_on_from_header(&mut self) {
        self.is_sound = true;
        self.open_from = self.findings.len();
    }

    fn checkpoint(&mut self, position: &Position, raw: &Raw, seq: u64) {
        if seq < self.brought_until {
            return;
        }
        // It has its number and its end: nothing tore it.
        let Ok(line) = Line::parse(&raw.bytes) else {
            self.findings.push(Finding::at(FindingKind::Altered, position, seq));
            self.key = None;
            self.is_sound = false;
            return;
        };
        let Some((checkpoint, why)) = self.opened(raw, &line) else {
            let not_announced = self.announced.is_some() && self.key.is_none();
            let what =
                if not_announced { FindingKind::NotAnnounced } else { FindingKind::NotSigned };
            self.findings.push(Finding::at(what, position, seq));
            self.key = None;
            self.is_sound = false;
            return;
        };
        self.key = Some(checkpoint.next);
        self.origin.get_or_insert(checkpoint.origin);
        if checkpoint.size != seq {
            self.findings.push(Finding::at(FindingKind::NotSigned, position, seq));
            return;
        }
        let is_same = checkpoint.root == self.chain.tree.root();
        self.explain(is_same, position, seq);
        self.checkpoints += 1;
        self.last_checkpoint = Some(seq);
        if why == "stop" {
            self.closed_by = Some(seq);
        }
    }

    /// A checkpoint was signed as it should be, and the tree is what it says, or not.
    fn explain(&mut self, is_same: bool, position: &Position, seq: u64) {
        let open = self.findings.get_mut(self.open_from..).unwrap_or_default();
        if is_same {
            for finding in open.iter_mut() {
                // The log itself signed it so: it went on after a disk had lost something.
                let (from, to) = match finding.what {
                    FindingKind::Missing { from, to } => (from, to),
                    FindingKind::Altered => (finding.seq, finding.seq),
                    _ => continue,
                };
                finding.what = FindingKind::Damaged { from, to };
            }
            self.is_sound = true;
            self.proven = seq + 1; // Its own line is bound by its note.
        } else if self.is_sound {
            let is_known = open.iter().any(|finding| !finding.is_damage());
            if !is_known {
                let from = self.proven;
                self.findings.push(Finding::at(FindingKind::AlteredSince { from }, position, seq));
            }
            self.is_sound = false;
        }
        self.open_from = self.findings.len();
    }

    /// What a checkpoint's line says, if it is signed by the key that it should be, and nothing else
    /// of the line was changed.
    fn opened(&self, raw: &Raw, line: &Line) -> Option<(Checkpoint, String)> {
        let note = line.member("note").and_then(Json::as_str)?;
        let key = self.key.as_ref()?;
        let checkpoint = Checkpoint::parse(key.open(note).ok()?)?;
        let is_ours = match &self.announced {
            Some(announced) => checkpoint.origin == announced.origin(),
            None => self.origin.as_ref().is_none_or(|origin| *origin == checkpoint.origin),
        };
        let is_bound = hash_without_note(&raw.bytes, note) == Some(checkpoint.line);
        let why = line.member("why").and_then(Json::as_str)?.to_owned();
        (is_ours && is_bound).then_some((checkpoint, why))
    }

    fn lifecycle(&mut self, position: &Position, raw: &Raw, seq: u64) {
        const PRUNE: &[u8] = br#""lifecycle":{"type":"prune""#;
        const ROLLBACK: &[u8] = br#""lifecycle":{"type":"rollback""#;
        const REKEYED: &[u8] = br#""lifecycle":{"type":"rekeyed""#;
        let has = |what: &[u8]| raw.bytes.windows(what.len()).any(|window| window == what);
        if has(PRUNE) && self.unannounced.as_ref().is_some_and(|name| has(name.as_bytes())) {
            self.unannounced = None;
        }
        if has(ROLLBACK) {
            self.findings.push(Finding::at(FindingKind::Rollback, position, seq));
        } else if has(REKEYED) {
            self.findings.push(Finding::at(FindingKind::Rekeyed, position, seq));
        }
    }
}
