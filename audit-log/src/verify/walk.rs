//! One way through a log, line by line. `docs/evidence.md` has it on a page.
//!
//! A line *stands* in the log until a checkpoint proves it. Where one of a segment's first line is
//! reached its `segment` takes over the tree and the key, `checkpoint` proves what stands, and `finish`
//! says what it comes to.

mod checkpoint;
mod finish;
mod learn;
mod segment;

use super::anchors::{Anchor, Compared, Source};
use super::announced::Announced;
use super::claims::Claims;
use super::findings::Findings;
use super::report::{Finding, FindingKind, Notice, Signed};
use super::run::{Misplaced, Part, Run};
use super::stretch::Stretch;
use super::version::Version;
use crate::evidence::chain::{Chain, prev_of};
use crate::evidence::hash::leaf_hash;
use crate::evidence::note::VerifierKey;
use crate::evidence::shown::tree_in;
use crate::reader::{Json, Line, LineError, Position, Raw};

/// So many notices are kept.
const NOTICES_MAX: usize = 1000;

/// How far the log was followed.
pub(super) struct Walk {
    announced: Option<Announced>,
    /// Checkpoints that the log must confirm.
    anchors: Vec<Anchor>,
    chain: Chain,
    /// Whether the chain's tree is what was signed, as far as is known: no finding since the last
    /// checkpoint says otherwise.
    is_sound: bool,
    /// What the next checkpoint must be signed with; none where that is not known.
    key: Option<VerifierKey>,
    /// The log and stream that the segment's header names.
    of: Option<String>,
    /// The header of the segment, where no key that was given leads to it.
    not_announced: Option<(Position, u64)>,
    run: Run,
    claims: Claims,
    /// Where the lines begin that are written without evidence, while they are.
    unsigned_from: Option<(u64, Position)>,
    /// Lines that were, until it is known whether the log says so.
    unsigned: Vec<Finding>,
    /// From this number on they may be, up to this one they may: the log says so, and it is proved.
    may_be_unsigned_from: Option<u64>,
    may_be_unsigned_until: Option<u64>,
    /// Checkpoints below this number are of keys that were not given, before those that were.
    earlier_until: Option<u64>,
    has_begun: bool,
    /// Below this number stand lines that the oldest segment brings again.
    brought_until: u64,
    /// The segment before the first one that is there, as that says.
    before_first: Option<String>,
    /// Whether it is proved that the log itself removed that.
    is_pruned: bool,
    begins_at: Position,
    first_seq: u64,
    /// Whether an event was met.
    has_events: bool,
    /// Lines below this number are proved.
    proven: u64,
    /// Lines below this number were signed, as a checkpoint of the log, what lies beside it or what was kept
    /// says: no crash took any of them.
    signed_until: u64,
    last_signed: Option<Signed>,
    /// Whether the log confirms a checkpoint that was kept.
    is_anchored: bool,
    /// What is amiss below this number is known to the owner.
    accepted_until: Option<u64>,
    closed_by: Option<u64>,
    checkpoints: u64,
    origin: Option<String>,
    findings: Findings,
    notices: Vec<Notice>,
    /// Where the line before stood.
    before: Option<Position>,
    /// Whether a segment is of a version of the format that is not known.
    version: Version,
}

impl Walk {
    pub(super) fn new(announced: Option<Announced>, anchors: Vec<Anchor>) -> Walk {
        let signed_until = anchors.iter().map(|anchor| anchor.size().saturating_add(1)).max();
        Walk {
            announced,
            anchors,
            chain: Chain::default(),
            is_sound: true,
            key: None,
            of: None,
            not_announced: None,
            run: Run::default(),
            claims: Claims::default(),
            unsigned_from: None,
            unsigned: Vec::new(),
            may_be_unsigned_from: None,
            may_be_unsigned_until: None,
            earlier_until: None,
            has_begun: false,
            brought_until: 0,
            before_first: None,
            is_pruned: false,
            begins_at: Position { segment: String::new(), line: 0 },
            first_seq: 0,
            has_events: false,
            proven: 0,
            signed_until: signed_until.unwrap_or(0),
            last_signed: None,
            is_anchored: false,
            accepted_until: None,
            closed_by: None,
            checkpoints: 0,
            origin: None,
            findings: Findings::default(),
            notices: Vec::new(),
            before: None,
            version: Version::Known,
        }
    }

    /// Takes the tree before the oldest segment from the first line of its file. If it brings lines
    /// again that header comes after them, and what is signed among them was by keys that only a
    /// segment before announced, which is not there: a checkpoint behind the header is of them, too.
    pub(super) fn begin(&mut self, first: Option<&Line>) {
        let Some(header) = first.filter(|line| line.kind == "header") else { return };
        let previous = header.member("previous");
        self.before_first = previous.and_then(Json::as_str).map(str::to_owned);
        let Some(base) = tree_in(header) else {
            self.first_seq = header.seq;
            return;
        };
        self.first_seq = base.size();
        self.proven = base.size();
        self.brought_until = Some(header.seq).filter(|seq| *seq > base.size()).unwrap_or(0);
        self.chain = Chain::of(base);
        self.has_begun = true;
        self.meet_anchors();
    }

    /// A file beside the segments is not what it should be.
    pub(super) fn note_unreadable(&mut self, name: &str) {
        let position = Position { segment: name.to_owned(), line: 1 };
        self.findings.push(Finding::at(FindingKind::NotSigned, &position, 0));
        self.findings.close();
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
        let is_inside = |anchor: &Anchor| from <= anchor.size() && anchor.size() < to;
        let fits = self.has_begun
            && self.unsigned_from.is_none()
            && self.run.takes_any()
            && from == self.next()
            && self.chain.precedes_one_that_says(stretch.prev)
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
        self.has_events = true;
        self.run = self.run.after(Part::Other).0;
        self.findings.nothing_is_missing(from);
        self.chain.append(&stretch.range, stretch.last);
        self.meet_anchors();
        self.before = Some(stretch.ends_at.clone());
        true
    }

    fn take(&mut self, position: &Position, raw: &Raw) {
        let Some(seq) = raw.seq() else {
            let next = self.next();
            self.findings.push(Finding::unreadable(LineError::NotCanonical, position, next));
            return;
        };
        let Some(seq) = self.place(position, raw, seq) else { return };
        self.has_begun = true;
        let checkpoints = self.checkpoints;
        let part = match () {
            () if raw.is_of("checkpoint") => self.checkpoint(position, raw, seq),
            () if raw.is_of("lifecycle") => self.lifecycle(position, raw, seq),
            () if raw.is_of("header") => Part::Header,
            () if raw.is_of("event") || raw.is_of("summary") => Part::Event,
            () => Part::Other,
        };
        self.has_events |= part == Part::Event;
        self.go_on(part, position, seq);
        let is_proved = self.checkpoints > checkpoints;
        self.chain.take(leaf_hash(&raw.bytes));
        self.judge_anchors_at(seq, is_proved, position);
        self.meet_anchors();
    }

    /// The number of a line that says this one, where it can stand here.
    fn place(&mut self, position: &Position, raw: &Raw, mut seq: u64) -> Option<u64> {
        if self.unsigned_from.is_some() {
            return self.place_unsigned(position, seq);
        }
        let fits = self.chain.precedes(&raw.bytes);
        if seq != self.next() && fits && self.has_begun {
            // It stands where it should, and its number was changed.
            self.findings.push(Finding::at(FindingKind::Altered, position, self.next()));
            seq = self.next();
        } else if seq < self.next() {
            self.findings.push(Finding::at(FindingKind::OutOfPlace, position, seq));
            return None;
        } else if seq > self.next() {
            let (from, to) = (self.next(), seq - 1);
            self.findings.push(Finding::at(FindingKind::Missing { from, to }, position, from));
            self.chain.fill(seq); // They count as empty ones.
        }
        match self.chain.precedes(&raw.bytes) {
            true if self.has_begun => self.findings.nothing_is_missing(seq),
            true => {}
            false => self.does_not_fit(position, seq),
        }
        Some(seq)
    }

    /// The same without evidence: only numbers bind lines to each other.
    fn place_unsigned(&mut self, position: &Position, seq: u64) -> Option<u64> {
        if seq < self.next() {
            self.findings.push(Finding::at(FindingKind::OutOfPlace, position, seq));
            return None;
        }
        if seq > self.next() && self.has_begun {
            let (from, to) = (self.next(), seq - 1);
            self.findings.push(Finding::at(FindingKind::Missing { from, to }, position, from));
        }
        self.chain.fill(seq);
        Some(seq)
    }

    /// A line says another thing of the one before than what that is.
    fn does_not_fit(&mut self, position: &Position, seq: u64) {
        // If the line before does not fit the one before it either, or is not there, that is the one.
        if self.findings.last().is_some_and(|finding| finding.last_seq() + 1 == seq) {
            return;
        }
        let before = self.before.clone().filter(|_| seq > self.proven && seq > self.first_seq);
        match before {
            Some(before) => self.findings.push(Finding::at(FindingKind::Altered, &before, seq - 1)),
            // The line before is signed: so it is this one.
            None => self.findings.push(Finding::at(FindingKind::Altered, position, seq)),
        }
    }

    /// The run goes on with this line.
    fn go_on(&mut self, part: Part, position: &Position, seq: u64) {
        let (run, misplaced) = self.run.after(part);
        self.run = run;
        if self.unsigned_from.is_some() || self.not_announced.is_some() {
            return; // Nothing is proved here that could be missed.
        }
        let what = match misplaced {
            None => return,
            Some(Misplaced::BehindEnd) => FindingKind::BehindEnd,
            Some(Misplaced::BeforeCheckpoint) => FindingKind::Unproved,
        };
        self.findings.push(Finding::at(what, position, seq));
    }

    fn lifecycle(&mut self, position: &Position, raw: &Raw, seq: u64) -> Part {
        let Ok(line) = Line::parse(&raw.bytes) else { return Part::Other };
        self.claims.learn(&line, position, self.before_first.as_deref());
        match line.lifecycle() {
            Some("start") => Part::Start,
            Some("stop") => Part::Stop(seq),
            _ => Part::Other,
        }
    }

    fn meet_anchors(&mut self) {
        self.anchors.iter_mut().for_each(|anchor| anchor.meet(&self.chain.tree));
    }

    /// The line of this number was taken in, and is a proved checkpoint or not.
    fn judge_anchors_at(&mut self, seq: u64, is_proved: bool, position: &Position) {
        let is_proving = self.not_announced.is_none() && self.unsigned_from.is_none();
        if !is_proving || seq < self.brought_until {
            return; // Nothing is proved here that it could be compared with.
        }
        // Where something else is amiss, that explains it.
        let is_unexplained = self.is_sound && self.findings.none_is_open();
        for anchor in self.anchors.iter_mut().filter(|anchor| anchor.size() == seq) {
            if anchor.compared == Compared::SameTree && !is_proved {
                anchor.compared = Compared::Wrong;
            }
            let what = match (anchor.compared, anchor.source) {
                (Compared::OtherTree, _) if !is_unexplained => continue,
                (Compared::OtherTree, Source::Beside) => FindingKind::NotSigned,
                (Compared::OtherTree, _) => FindingKind::OlderThan { size: seq },
                (Compared::Wrong, _) => FindingKind::NotSigned,
                _ => continue,
            };
            self.findings.push(Finding::at(what, position, seq));
        }
    }
}
