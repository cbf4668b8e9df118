//! What a start makes of the lines that it finds: a state machine, which is fed one line after the
//! other and knows nothing of files. `docs/evidence.md` has it as a page.
//!
//! - Lines that what was signed last is of are taken as they are: whether they are right says the root.
//! - Behind that a line *fits* if it is one, has the next number, says of the line before what it
//!   should, and may stand where it stands. A checkpoint fits if it is proved.
//! - The first line that does not fit ends the log.

use audit_log::evidence::chain::Chain;
use audit_log::evidence::checkpoint::{Checkpoint, hash_without_note};
use audit_log::evidence::hash::leaf_hash;
use audit_log::evidence::note::{VerifierKey, sole_text};
use audit_log::evidence::tree::Tree;
use audit_log::reader::{Json, Line, LineError, Raw};

use crate::keys::chain::{Keys, Signed};

/// Why a line ends the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// It is what a crash leaves: not whole, or with bytes that no line has.
    Torn,
    /// Somebody else wrote it.
    Foreign,
}

/// Where the run stands that the last lines are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    /// Any line may follow.
    Open,
    /// It ended in order, and that is proved: only another run may begin.
    Closed,
    /// Another run began behind it, and made no checkpoint: there are no events.
    Begun,
}

/// The machine.
#[derive(Debug)]
pub(super) struct Judge {
    pub(super) chain: Chain,
    signed: Option<Signed>,
    /// What the keys sign next with.
    current: VerifierKey,
    /// Whether lines are judged at all.
    is_judging: bool,
    /// What the next checkpoint is checked by, where that is known.
    key: Option<VerifierKey>,
    /// Lines below this number are proved.
    pub(super) proved: u64,
    /// The last checkpoint that is.
    pub(super) last_proved: Option<Checkpoint>,
    run: Run,
    /// The number of the last line, if it is `stop`.
    stop: Option<u64>,
    /// Whether lines say of the one before what it is: they do in segments with evidence.
    is_bound: bool,
    /// The tree when it had the size that was signed last, if it ever had.
    pub(super) at_signed: Option<Tree>,
    /// Whether the checkpoint that was signed last stands there.
    pub(super) is_confirmed: bool,
    /// Whether a segment begins with a key that the one before does not lead to.
    pub(super) has_other_key: bool,
}

impl Judge {
    /// Behind lines whose tree is this. Lines are judged only by keys that were in force before.
    pub(super) fn new(tree: Tree, keys: &Keys, is_judging: bool) -> Judge {
        Judge {
            proved: tree.size(),
            chain: Chain::of(tree),
            signed: keys.signed(),
            current: keys.checkpoint_key(),
            is_judging,
            key: None,
            last_proved: None,
            run: Run::Open,
            stop: None,
            is_bound: true,
            at_signed: None,
            is_confirmed: false,
            has_other_key: false,
        }
    }

    /// Looks at the next line, which may be the first one of its file; in a log that goes on with the
    /// number `next_seq`.
    ///
    /// # Errors
    ///
    /// The line ends the log.
    pub(super) fn see(
        &mut self,
        is_first: bool,
        line: &Result<Raw, LineError>,
        next_seq: u64,
    ) -> Result<(), Misfit> {
        match self.is_judging && (self.signed.is_none() || self.is_confirmed) {
            true => self.judge(is_first, line),
            false => {
                self.pass(line, next_seq);
                Ok(())
            }
        }
    }

    /// From here on lines are taken as they are.
    pub(super) fn give_up(&mut self) {
        self.is_judging = false;
    }

    /// Takes a line that has any number up to the last one's: one that is damaged may show any.
    fn pass(&mut self, line: &Result<Raw, LineError>, next_seq: u64) {
        let Ok(raw) = line else { return };
        let may_follow = |seq: &u64| (self.chain.tree.size()..next_seq).contains(seq);
        let Some(seq) = raw.seq().filter(may_follow) else { return };
        self.fill(seq);
        if !["header", "checkpoint", "lifecycle"].into_iter().any(|kind| raw.is_of(kind)) {
            return self.take(&raw.bytes);
        }
        let Ok(line) = Line::parse(&raw.bytes) else { return self.take(&raw.bytes) };
        match line.kind.as_str() {
            "header" => {
                // It is signed, and so is what it says.
                self.key = key_in(&line).or(self.key.take());
                self.take(&raw.bytes);
            }
            "checkpoint" => {
                let _may_be_damaged = self.prove(&line, &raw.bytes);
                self.take(&raw.bytes);
            }
            _ => {
                self.take(&raw.bytes);
                self.note_stop(&line);
            }
        }
    }

    fn judge(&mut self, is_first: bool, line: &Result<Raw, LineError>) -> Result<(), Misfit> {
        let Ok(raw) = line else { return Err(Misfit::Torn) };
        let line = match Line::parse(&raw.bytes) {
            Ok(line) => line,
            // Of another version: who wrote it knows more.
            Err(LineError::Version) if is_first => {
                self.give_up();
                return Ok(());
            }
            Err(_) => return Err(what_is(&raw.bytes)),
        };
        let is_header = line.kind == "header";
        if is_header {
            self.is_bound = line.member("tree").is_some();
        }
        let is_next = line.seq == self.chain.tree.size();
        let fits = is_header == is_first && is_next && self.may_stand(&line);
        if !fits || (self.is_bound && !self.chain.precedes(&raw.bytes)) {
            return Err(Misfit::Foreign);
        }
        match line.kind.as_str() {
            "checkpoint" => self.prove(&line, &raw.bytes).ok_or(Misfit::Foreign)?,
            "header" => self.note_key(&line),
            _ => {}
        }
        self.take(&raw.bytes);
        self.note_stop(&line);
        Ok(())
    }

    /// Whether the run allows the line, and where that stands then.
    fn may_stand(&mut self, line: &Line) -> bool {
        match (self.run, line.kind.as_str(), line.lifecycle()) {
            (Run::Open, ..) | (_, "header", _) | (Run::Begun, "checkpoint", _) => true,
            (Run::Closed, _, Some("start")) => {
                self.run = Run::Begun;
                true
            }
            // What a run writes before its first checkpoint. It removes nothing before.
            (Run::Begun, _, Some(life)) => !matches!(life, "prune" | "compress"),
            _ => false,
        }
    }

    fn note_key(&mut self, header: &Line) {
        let key = key_in(header);
        match &self.key {
            None => self.key = key,
            Some(_) => self.has_other_key |= key.is_some() && key != self.key,
        }
    }

    fn note_stop(&mut self, line: &Line) {
        self.stop = (line.lifecycle() == Some("stop")).then_some(line.seq);
    }

    /// Proves the lines before a checkpoint, and its own, if it is signed as it should be.
    fn prove(&mut self, line: &Line, bytes: &[u8]) -> Option<()> {
        let note = line.member("note").and_then(Json::as_str)?;
        let size = self.chain.tree.size();
        let checkpoint = self.open(note, size)?;
        let is_it = checkpoint.size == size
            && checkpoint.root == self.chain.tree.root()
            && hash_without_note(bytes, note) == Some(checkpoint.line);
        is_it.then_some(())?;
        let says_stop = line.member("why").and_then(Json::as_str) == Some("stop");
        let is_end = says_stop && self.stop.is_some_and(|stop| stop + 1 == line.seq);
        self.run = if is_end { Run::Closed } else { Run::Open };
        self.is_confirmed |= self.signed.is_some_and(|signed| signed.size == size);
        self.proved = size + 1;
        self.key = Some(checkpoint.next.clone());
        self.last_proved = Some(checkpoint);
        Some(())
    }

    /// A checkpoint with exactly one signature, which is that of the key in force. Where no header was
    /// found that tells of it, the one that was signed last is known by the key that it announces.
    fn open(&self, note: &str, size: u64) -> Option<Checkpoint> {
        match &self.key {
            Some(key) => Checkpoint::parse(key.open_sole(note).ok()?),
            None => {
                let is_last = self.signed.is_some_and(|signed| signed.size == size);
                let checkpoint = Checkpoint::parse(sole_text(note).ok()?)?;
                (is_last && checkpoint.next == self.current).then_some(checkpoint)
            }
        }
    }

    /// Lines that are not there any more count as empty ones, so that the numbers after them stand
    /// where they should.
    pub(super) fn fill(&mut self, up_to: u64) {
        if let Some(Signed { size, .. }) = self.signed.filter(|signed| signed.size <= up_to) {
            self.fill_to(size);
        }
        self.fill_to(up_to);
    }

    fn fill_to(&mut self, size: u64) {
        if self.chain.tree.size() < size {
            self.chain.fill(size);
            self.look_for_signed();
        }
    }

    fn take(&mut self, line: &[u8]) {
        self.stop = None;
        self.chain.take(leaf_hash(line));
        self.look_for_signed();
    }

    fn look_for_signed(&mut self) {
        if self.signed.is_some_and(|signed| signed.size == self.chain.tree.size()) {
            self.at_signed = Some(self.chain.tree.clone());
        }
    }

    /// What the next checkpoint must be signed with to follow the last one that is proved, where that
    /// is known.
    pub(super) fn key_in_force(&self) -> Option<&VerifierKey> {
        self.last_proved.as_ref().map(|checkpoint| &checkpoint.next)
    }
}

/// The key that a header says its first checkpoint is signed with.
pub(super) fn key_in(header: &Line) -> Option<VerifierKey> {
    header.member("key").and_then(Json::as_str).and_then(|key| key.parse().ok())
}

/// What a whole line is that is no line of the log: the log writes printable ASCII only.
fn what_is(line: &[u8]) -> Misfit {
    match line.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        true => Misfit::Foreign,
        false => Misfit::Torn,
    }
}

#[cfg(test)]
mod tests;
