//! Takes from a log what proves one of its lines.

use std::io;

use audit_core::Stream;

use super::leading::announcements_to;
use super::proof::Proof;
use crate::error::{Error, ErrorKind};
use crate::evidence::announcements::Notes;
use crate::evidence::checkpoint::Checkpoint;
use crate::evidence::hash::leaf_hash;
use crate::evidence::note::{VerifierKey, text_of};
use crate::evidence::proof::Inclusion;
use crate::evidence::shown::{note_in, tree_in};
use crate::evidence::tree::Tree;
use crate::name::{Files, Name};
use crate::reader::{Json, Line, NotOpened, Raw, RawLines, Segments};
use crate::storage::ReadStorage;

/// Takes what proves the line of this number from a stream, as [`Log::prove`](crate::Log::prove) says.
pub(crate) fn prove_in(
    storage: &dyn ReadStorage,
    stream: Stream,
    seq: u64,
) -> Result<Proof, Error> {
    let no_proof = |why| Error::from(ErrorKind::NoProof { seq, why });
    let (header, segments) = from_segment_of(seq, Segments::of(storage.into(), stream)?)?;
    let mut search =
        base_of(seq, header).and_then(|base| Search::new(seq, base)).map_err(no_proof)?;
    let found = RawLines::of_segments(segments)
        .impatiently()
        .filter_map(|(_, raw)| raw.ok())
        .find_map(|raw| search.step(raw).transpose());
    let found = found.unwrap_or_else(|| Err(search.at_end())).map_err(no_proof)?;
    let files = Files::of(stream);
    // A segment is announced before a checkpoint is made in it.
    let notes = notes_of(storage, files).map_err(Error::io("read", files.keys))?;
    let notes = announcements_to(notes, found.header_seq, &found.key);
    let mut proof = found.proof;
    proof.notes.splice(..0, notes.ok_or_else(|| no_proof(NOT_ANNOUNCED))?);
    proof.check(None).map_err(|_says_less| no_proof(NOT_SIGNED))?;
    Ok(proof)
}

const ABSENT: &str = "it is not there: not written yet, lost, or removed by retention";
const NOT_YET: &str = "no checkpoint was made after it yet; the log makes one within a minute";
const NO_TREE: &str = "its segment's header has no tree: it was written without signing";
const NOT_SIGNED: &str = "something in its segment, or up to the next checkpoint, is not what was signed; \
     `auditlog verify` says where";
const NOT_ANNOUNCED: &str =
    "no announcement in the stream's `keys` file is of the segment of its checkpoint";

/// All announcements, as far as a proof can hold them.
fn notes_of(storage: &dyn ReadStorage, files: &Files) -> io::Result<Vec<String>> {
    let (mut notes, mut found) = (Notes::of(storage, files), Vec::new());
    while notes.whole_bytes() < PROOF_BYTES_MAX
        && let Some(note) = notes.next_note()?
    {
        found.push(note);
    }
    Ok(found)
}

/// The header of the youngest segment that begins with this line or before it, or of the oldest there
/// is, and the segments from that one on.
fn from_segment_of(
    seq: u64,
    mut segments: Segments<'_>,
) -> Result<(Option<Line>, Segments<'_>), Error> {
    let names: Vec<Name> = segments.complete().copied().collect();
    let mut oldest = None;
    for name in names.into_iter().map(Some).chain([None]).rev() {
        let header = match segments.first_line_of(name) {
            Ok(header) => header,
            Err(NotOpened::Gone(_)) => break, // It was pruned, and so were those before it.
            Err(NotOpened::Refused(_, error)) => return Err(error),
        };
        let is_it = header.as_ref().is_some_and(|header| header.seq <= seq);
        oldest = Some((name, header))
            .filter(|(name, header)| name.is_some() || header.is_some())
            .or(oldest);
        if is_it {
            break;
        }
    }
    let (name, header) = oldest.unwrap_or_default();
    segments.skip_before(name.map_or(u64::MAX, |name| name.seq));
    Ok((header, segments))
}

/// The tree before the segment with this header.
fn base_of(seq: u64, header: Option<Line>) -> Result<Tree, &'static str> {
    let header = header.ok_or(ABSENT)?;
    // The oldest one there is may bring the line again, with its header numbered after it.
    match tree_in(&header) {
        Some(base) if base.size() <= seq => Ok(base),
        Some(_) => Err(ABSENT),
        None => Err(NO_TREE),
    }
}

/// How far the log was searched.
struct Search {
    inclusion: Inclusion,
    seq: u64,
    line: Option<String>,
    /// Whether a start says that it only found the line.
    is_recovered: bool,
    segment: Option<Segment>,
}

/// The segment that is searched.
struct Segment {
    header_seq: u64,
    /// What its first checkpoint is signed with, as its header says.
    key: VerifierKey,
    /// The notes of its checkpoints so far.
    notes: Vec<String>,
}

/// A proof to which announcements are to be added.
struct Found {
    proof: Proof,
    header_seq: u64,
    key: VerifierKey,
}

/// A proof has at most so many bytes.
const PROOF_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// At most so many lines in a row count as lost; a segment has fewer.
const GAP_MAX: u64 = 1 << 20;

impl Search {
    fn new(seq: u64, base: Tree) -> Result<Search, &'static str> {
        let inclusion = Inclusion::after(base, seq).ok_or(ABSENT)?;
        Ok(Search { inclusion, seq, line: None, is_recovered: false, segment: None })
    }

    /// Takes the next line; what proves the one that is searched, if this is the checkpoint to do
    /// it.
    fn step(&mut self, raw: Raw) -> Result<Option<Found>, &'static str> {
        let Some(number) = raw.seq().filter(|number| *number >= self.inclusion.size()) else {
            return Ok(None); // Nothing that was signed.
        };
        if number > self.seq && self.line.is_none() {
            return Err(ABSENT);
        }
        self.fill(number)?;
        if raw.is_of("header") {
            self.segment = segment_of(&raw);
        }
        // A checkpoint of the segment before may come again before its header, and the keys that
        // lead to it are not known then.
        if raw.is_of("checkpoint")
            && let Some(segment) = &mut self.segment
        {
            let note = note_in(&raw).ok_or(NOT_SIGNED)?;
            if number > self.seq {
                return self.found(note).map(Some);
            }
            segment.notes.push(note);
        }
        self.is_recovered |= self.line.is_some() && says_recovered(&raw, self.seq);
        self.inclusion.push(leaf_hash(&raw.bytes));
        if number == self.seq {
            self.line = Some(String::from_utf8(raw.bytes).map_err(|_quotes_it| NOT_SIGNED)?);
        }
        Ok(None)
    }

    /// Lines that are not there count as empty ones, as they do where the log goes on after damage.
    fn fill(&mut self, up_to: u64) -> Result<(), &'static str> {
        if up_to - self.inclusion.size() > GAP_MAX {
            return Err(NOT_SIGNED);
        }
        while self.inclusion.size() < up_to {
            self.inclusion.push(leaf_hash(b""));
        }
        Ok(())
    }

    fn found(&mut self, checkpoint: String) -> Result<Found, &'static str> {
        let signed = text_of(&checkpoint).and_then(Checkpoint::parse).ok_or(NOT_SIGNED)?;
        let is_same = (signed.size, signed.root) == (self.inclusion.size(), self.inclusion.root());
        match (self.segment.take(), self.line.take(), self.inclusion.path()) {
            (Some(Segment { header_seq, key, notes }), Some(line), Some(hashes)) if is_same => {
                let (seq, is_recovered) = (self.seq, self.is_recovered);
                let proof = Proof { line, seq, hashes, notes, checkpoint, is_recovered };
                Ok(Found { proof, header_seq, key })
            }
            _ => Err(NOT_SIGNED),
        }
    }

    /// Why nothing was found.
    fn at_end(&self) -> &'static str {
        if self.line.is_some() { NOT_YET } else { ABSENT }
    }
}

/// Whether a line says of the one with this number that it was signed as it was found.
fn says_recovered(raw: &Raw, seq: u64) -> bool {
    let line =
        Some(raw).filter(|raw| raw.is_of("lifecycle")).and_then(|raw| Line::parse(&raw.bytes).ok());
    let number = |key: &str| line.as_ref()?.member(key)?.as_u64();
    let is_recovered = line.as_ref().and_then(Line::lifecycle) == Some("recovered");
    let range = number("from_seq").zip(number("to_seq"));
    is_recovered && range.is_some_and(|(from, to)| (from..=to).contains(&seq))
}

fn segment_of(raw: &Raw) -> Option<Segment> {
    let header = Line::parse(&raw.bytes).ok()?;
    let key = header.member("key").and_then(Json::as_str)?.parse().ok()?;
    Some(Segment { header_seq: header.seq, key, notes: Vec::new() })
}
