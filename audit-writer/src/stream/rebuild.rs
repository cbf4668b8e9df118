//! What a start finds of the chain, and whether it is what was signed last.

use std::io::{self, BufReader, Read};

use audit_log::evidence::announcement::Announcement;
use audit_log::evidence::announcements::announcements;
use audit_log::evidence::chain::Chain;
use audit_log::evidence::checkpoint::Checkpoint;
use audit_log::evidence::hash::leaf_hash;
use audit_log::evidence::note::VerifierKey;
use audit_log::evidence::shown::{note_in, tree_in};
use audit_log::evidence::tree::Tree;
use audit_log::name::{Files, Name};
use audit_log::reader::{Json, Line, LineError, NotOpened, RawLines, next_line, open_segment};

use super::estate::Estate;
use super::finding::Finding;
use crate::keys::chain::{Keys, Signed};
use crate::storage::Storage;

/// What the log tells of its evidence.
pub(super) struct Rebuilt {
    pub(super) chain: Chain,
    /// Whether the active segment's header has the tree before it: without, it needs another one.
    pub(super) has_tree: bool,
    /// Whether any header that was looked at has the tree before it.
    pub(super) has_evidence: bool,
    /// What the active segment's header says of the evidence before it.
    pub(super) base: Option<Base>,
    /// The tree when it had the size that was signed last, if it ever had.
    at_signed: Option<Tree>,
    /// The note of the last checkpoint.
    last_note: Option<String>,
}

/// What a segment's header says of the evidence before it.
#[derive(Clone, Default)]
pub(super) struct Base {
    pub(super) tree: Tree,
    /// What its first checkpoint is signed with.
    pub(super) key: Option<VerifierKey>,
}

impl Base {
    fn of(header: &Line) -> Option<Base> {
        let tree = tree_in(header)?;
        let key = header.member("key").and_then(Json::as_str).and_then(|key| key.parse().ok());
        Some(Base { tree, key })
    }

    /// Of a file whose first line is a header.
    ///
    /// # Errors
    ///
    /// The file cannot be read; that is no reason to take it for one without.
    fn of_file(file: impl Read) -> io::Result<Option<Base>> {
        match next_line(&mut BufReader::new(file)) {
            Some(Err(LineError::Unreadable)) => Err(unreadable()),
            Some(Ok(header)) => Ok(Line::parse(&header).ok().as_ref().and_then(Base::of)),
            _ => Ok(None),
        }
    }
}

impl Rebuilt {
    /// Rebuilds the chain of a log, from the youngest segment on that begins before what was signed
    /// last.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub(super) fn of(
        storage: &dyn Storage,
        estate: &Estate,
        signed: Option<Signed>,
    ) -> io::Result<Rebuilt> {
        let has_active = estate.header().is_some();
        let mut bases = Vec::new();
        for name in estate.rotated.iter().map(Some).chain(has_active.then_some(None)).rev() {
            let base = Base::of_file(open(storage, estate, name)?)?;
            let is_before = match (&base, signed) {
                (Some(base), Some(signed)) => base.tree.size() <= signed.size,
                (Some(_), None) => true,
                (None, _) => false,
            };
            bases.push((name, base));
            if is_before {
                break;
            }
        }
        let base = match bases.first() {
            Some((None, base)) => base.clone(),
            _ => None,
        };
        let has_evidence = bases.iter().any(|(_, base)| base.is_some());
        let from = bases.iter().rposition(|(_, base)| base.is_some());
        bases.truncate(from.map_or(0, |from| from + 1));
        bases.reverse();
        let tree = bases.first().and_then(|(_, base)| base.as_ref()).map(|base| base.tree.clone());
        // One after the other, because there may be many.
        let segments = bases.into_iter().map(|(name, _)| {
            let shown = name.map_or_else(|| estate.files.active.to_owned(), Name::to_string);
            match open(storage, estate, name) {
                Ok(file) => Ok((shown, file)),
                Err(error) => Err(NotOpened::refused(shown, error)),
            }
        });
        let mut rebuilt = Rebuilt {
            chain: Chain::of(tree.unwrap_or_default()),
            has_tree: base.is_some(),
            has_evidence,
            base,
            at_signed: None,
            last_note: None,
        };
        rebuilt.follow(RawLines::of_segments(segments), estate.next_seq, signed)?;
        rebuilt.fill(estate.next_seq, signed);
        Ok(rebuilt)
    }

    /// Takes in those of these lines that have numbers before this one: a line that is
    /// damaged may show any number.
    ///
    /// # Errors
    ///
    /// A segment cannot be read on.
    fn follow(
        &mut self,
        lines: RawLines<'_>,
        next_seq: u64,
        signed: Option<Signed>,
    ) -> io::Result<()> {
        for (_, raw) in lines {
            let raw = match raw {
                Ok(raw) => raw,
                Err(LineError::Unreadable) => return Err(unreadable()),
                Err(_) => continue,
            };
            let may_follow = |seq: &u64| (self.chain.tree.size()..next_seq).contains(seq);
            let Some(seq) = raw.seq().filter(may_follow) else { continue };
            self.fill(seq, signed);
            self.take(leaf_hash(&raw.bytes), signed);
            if raw.is_of("checkpoint") {
                self.last_note = note_in(&raw);
            }
        }
        Ok(())
    }

    /// Lines that are not there any more count as empty ones, so that the numbers after them stand
    /// where they should.
    fn fill(&mut self, up_to: u64, signed: Option<Signed>) {
        if let Some(Signed { size, .. }) = signed.filter(|signed| signed.size <= up_to) {
            self.fill_to(size, signed);
        }
        self.fill_to(up_to, signed);
    }

    fn fill_to(&mut self, size: u64, signed: Option<Signed>) {
        if self.chain.tree.size() < size {
            self.chain.fill(size);
            self.look_for(signed);
        }
    }

    fn take(&mut self, leaf: [u8; 32], signed: Option<Signed>) {
        self.chain.take(leaf);
        self.look_for(signed);
    }

    fn look_for(&mut self, signed: Option<Signed>) {
        if signed.is_some_and(|signed| signed.size == self.chain.tree.size()) {
            self.at_signed = Some(self.chain.tree.clone());
        }
    }

    /// Whether the log is what was signed last, and more: the line with the checkpoint is there.
    pub(super) fn compare(&self, signed: Signed) -> Option<Finding> {
        let found_size = self.chain.tree.size();
        let compared = match &self.at_signed {
            _ if found_size <= signed.size => "shorter",
            Some(tree) if tree.root() == signed.root => return None,
            _ => "different",
        };
        Some(Finding::Rollback { compared, signed, found_size })
    }

    /// The keys, if the last run made a checkpoint durable and came to its end before it could store
    /// the keys after it.
    ///
    /// # Errors
    ///
    /// The system has no randomness.
    pub(super) fn caught_up(&self, keys: &Keys) -> io::Result<Option<Keys>> {
        let signed = || {
            let checkpoint = keys.checkpoint_key();
            let text = checkpoint.open(self.last_note.as_deref()?).ok()?;
            Checkpoint::parse(text).filter(|checkpoint| keys.follows(&checkpoint.next))
        };
        let signed = signed().map(|Checkpoint { size, root, .. }| Signed { size, root });
        signed.map(|signed| keys.after_checkpoint(signed)).transpose()
    }
}

/// A segment's text: where there is no name that of the active one, without its torn end, which is
/// about to be cut off.
fn open(
    storage: &dyn Storage,
    estate: &Estate,
    name: Option<&Name>,
) -> io::Result<Box<dyn Read + Send>> {
    let whole_bytes = estate.active.as_ref().map_or(0, |found| found.whole_bytes);
    match name {
        Some(name) => open_segment(storage, *name),
        None => Ok(Box::new(storage.read(estate.files.active)?.take(whole_bytes))),
    }
}

fn unreadable() -> io::Error {
    io::Error::other("a segment cannot be read on")
}

/// The keys, if the last run announced a segment and came to its end before it could store the keys
/// after that.
///
/// # Errors
///
/// What the storage said, or the system has no randomness.
pub(super) fn announced(
    storage: &dyn Storage,
    files: &Files,
    keys: &Keys,
) -> io::Result<Option<Keys>> {
    let found = announcements(storage, files)?;
    let last = || {
        let segment = keys.segment_key();
        Announcement::parse(segment.open(found.last.as_deref()?).ok()?)
    };
    last().map(|last| keys.after_segment(last.first_seq)).transpose()
}
