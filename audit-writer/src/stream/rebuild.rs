//! What a start finds of the chain: which lines are proved, which only stand there, where the log ends,
//! and whether it is what was signed last.

use std::io::{self, BufReader, Read};

use audit_core::record::LINE_BYTES_MAX;
use audit_log::evidence::announcement::Announcement;
use audit_log::evidence::announcements::announcements;
use audit_log::evidence::note::{VerifierKey, sole_text};
use audit_log::evidence::shown::tree_in;
use audit_log::evidence::tree::Tree;
use audit_log::name::{Files, Name};
use audit_log::reader::{
    Line, LineError, NotOpened, RawLines, file_bytes_max, next_line, open_segment,
};

use super::aside::Cut;
use super::estate::Estate;
use super::finding::Finding;
use super::judge::{Judge, key_in};
use crate::keys::chain::{Keys, Signed};
use crate::storage::Storage;

/// What the log tells of its evidence.
pub(super) struct Rebuilt {
    pub(super) judge: Judge,
    /// Whether the active segment's header has the tree before it: without, it needs another one.
    pub(super) has_tree: bool,
    /// Whether any header that was looked at has the tree before it.
    pub(super) has_evidence: bool,
    /// What the active segment's header says of the evidence before it.
    pub(super) base: Option<Base>,
    /// Where the active segment must be cut, because the log ends there.
    pub(super) cut: Option<Cut>,
    /// How many bytes of the active segment stand before the last checkpoint in it that is proved: they
    /// were on stable storage before it was signed.
    pub(super) durable_bytes: u64,
}

/// What a segment's header says of the evidence before it.
#[derive(Clone, Default)]
pub(super) struct Base {
    pub(super) tree: Tree,
    /// What its first checkpoint is signed with.
    pub(super) key: Option<VerifierKey>,
    /// The header's number.
    seq: u64,
}

impl Base {
    fn of(header: &Line) -> Option<Base> {
        Some(Base { tree: tree_in(header)?, key: key_in(header), seq: header.seq })
    }

    /// Of a file whose first line is a header.
    ///
    /// # Errors
    ///
    /// The file cannot be read; that is no reason to take it for one without.
    fn of_file(file: impl Read) -> io::Result<Option<Base>> {
        match next_line(&mut BufReader::new(file.take(LINE_BYTES_MAX as u64))) {
            Some(Err(LineError::Unreadable)) => Err(unreadable()),
            Some(Ok(header)) => Ok(Line::parse(&header).ok().as_ref().and_then(Base::of)),
            _ => Ok(None),
        }
    }
}

impl Rebuilt {
    /// Rebuilds the chain of a log, from the youngest segment on whose header was signed; and judges
    /// what stands behind that, where the keys are those that the log was signed with.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub(super) fn of(
        storage: &dyn Storage,
        estate: &Estate,
        keys: &Keys,
        is_judging: bool,
    ) -> io::Result<Rebuilt> {
        let mut bases = bases(storage, estate, keys.signed())?;
        let base = match bases.last() {
            Some((None, base)) => base.clone(),
            _ => None,
        };
        let has_evidence = bases.iter().any(|(_, base)| base.is_some());
        let from = bases.iter().position(|(_, base)| base.is_some());
        bases.drain(..from.unwrap_or(bases.len()));
        let tree = bases.first().and_then(|(_, base)| base.as_ref());
        let tree = tree.map(|base| base.tree.clone()).unwrap_or_default();
        // One after the other, because there may be many.
        let segments = bases.into_iter().map(|(name, _)| {
            let shown = name.map_or_else(|| estate.files.active.to_owned(), Name::to_string);
            match open(storage, estate, name) {
                Ok(file) => Ok((shown, file)),
                Err(error) => Err(NotOpened::refused(shown, error)),
            }
        });
        let mut rebuilt = Rebuilt {
            judge: Judge::new(tree, keys, is_judging),
            has_tree: base.is_some(),
            has_evidence,
            base,
            cut: None,
            durable_bytes: 0,
        };
        rebuilt.follow(RawLines::of_segments(segments), estate)?;
        rebuilt.judge.fill(estate.next_seq);
        Ok(rebuilt)
    }

    /// # Errors
    ///
    /// A segment cannot be read on.
    fn follow(&mut self, lines: RawLines<'_>, estate: &Estate) -> io::Result<()> {
        let mut active_bytes = 0;
        for (position, line) in lines {
            if matches!(line, Err(LineError::Unreadable)) {
                return Err(unreadable());
            }
            let proved = self.judge.proved;
            let seen = self.judge.see(position.line == 1, &line, estate.next_seq);
            if position.segment == estate.files.active {
                if self.judge.proved > proved && self.judge.is_confirmed {
                    self.durable_bytes = active_bytes;
                }
                active_bytes += line.as_ref().map_or(0, |raw| raw.bytes.len() as u64 + 1);
            }
            let Err(misfit) = seen else { continue };
            if position.segment == estate.files.active {
                let seq = self.judge.chain.tree.size();
                self.cut = Some(Cut { line: position.line, seq, misfit });
                return Ok(());
            }
            // A segment that is complete is left as it is, for readers to see.
            self.judge.give_up();
        }
        Ok(())
    }

    /// Whether the log is what was signed last, and more: the line with the checkpoint is there.
    pub(super) fn compare(&self, signed: Signed) -> Option<Finding> {
        let found_size = self.judge.chain.tree.size();
        let compared = match &self.judge.at_signed {
            _ if found_size <= signed.size => "shorter",
            Some(tree) if tree.root() == signed.root && self.judge.is_confirmed => return None,
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
        let is_news = |size| keys.signed().is_none_or(|signed| signed.size < size);
        let last = self.judge.last_proved.as_ref().filter(|last| is_news(last.size));
        let next = last.filter(|last| keys.follows(&last.next));
        let signed = next.map(|last| Signed { size: last.size, root: last.root });
        signed.map(|signed| keys.after_checkpoint(signed)).transpose()
    }

    /// Whether the log goes on from where these keys are, as far as it can be known.
    pub(super) fn leads_to(&self, keys: &Keys) -> bool {
        self.judge.key_in_force().is_none_or(|key| *key == keys.checkpoint_key())
    }

    /// The numbers of the lines that stand behind what is proved.
    pub(super) fn unproved(&self) -> Option<(u64, u64)> {
        let end = self.judge.chain.tree.size();
        (self.judge.proved < end).then(|| (self.judge.proved, end - 1))
    }
}

/// The youngest segments, each with what its header says of the evidence before it, oldest first: down to
/// one whose header was signed. The active one has no name.
///
/// # Errors
///
/// What the storage said.
fn bases<'a>(
    storage: &dyn Storage,
    estate: &'a Estate,
    signed: Option<Signed>,
) -> io::Result<Vec<(Option<&'a Name>, Option<Base>)>> {
    let has_active = estate.header().is_some();
    let mut bases = Vec::new();
    for name in estate.rotated.iter().map(Some).chain(has_active.then_some(None)).rev() {
        let base = Base::of_file(open(storage, estate, name)?)?;
        let was_signed = |base: &Base| signed.is_none_or(|Signed { size, .. }| base.seq <= size);
        let is_first = base.as_ref().is_some_and(was_signed);
        bases.push((name, base));
        if is_first {
            break;
        }
    }
    bases.reverse();
    Ok(bases)
}

/// A segment's text: where there is no name that of the active one, but for what no segment is as long
/// for.
fn open(
    storage: &dyn Storage,
    estate: &Estate,
    name: Option<&Name>,
) -> io::Result<Box<dyn Read + Send>> {
    let segment_bytes = || estate.header()?.segment_bytes;
    match name {
        Some(name) => open_segment(storage, *name),
        None => {
            let bytes_max = file_bytes_max(segment_bytes().unwrap_or(0));
            Ok(Box::new(storage.read(estate.files.active)?.take(bytes_max)))
        }
    }
}

fn unreadable() -> io::Error {
    io::Error::other("a segment cannot be read on")
}

/// What the `keys` file says of the slow chain.
pub(super) enum Announced {
    /// It leads to these keys.
    Well,
    /// It leads to those after these: the last run came to its end before it could store them.
    Ahead(Box<Keys>),
    /// It does not lead to them.
    Lost,
}

/// # Errors
///
/// What the storage said, or the system has no randomness.
pub(super) fn announced(
    storage: &dyn Storage,
    files: &Files,
    keys: &Keys,
) -> io::Result<Announced> {
    let found = announcements(storage, files)?;
    let last = found.last.as_ref();
    let own = last.and_then(|note| Announcement::parse(keys.segment_key().open_sole(note).ok()?));
    if let Some(last) = own {
        return Ok(Announced::Ahead(Box::new(keys.after_segment(last.first_seq)?)));
    }
    if keys.announced().is_none() {
        return Ok(Announced::Well);
    }
    // By which key it is signed is gone; what it says tells.
    let announcement = last.and_then(|note| Announcement::parse(sole_text(note).ok()?));
    Ok(match announcement {
        Some(last) if last.next == keys.segment_key() => Announced::Well,
        _ => Announced::Lost,
    })
}
