//! Evidence as the stream makes it: every line goes into the chain, and now and then a checkpoint of
//! all lines so far is signed.
//!
//! Always in this order: lines are on stable storage before a checkpoint signs them, the checkpoint
//! is before the keys say that it is made, and the keys are before the next one is signed. Wherever
//! that is interrupted, the next run finds out how far it came.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use audit_log::evidence::hash::leaf_hash;
use audit_log::line::{CheckpointBody, Envelope, Lifecycle};
use audit_log::name::Files;

use super::OpenStream;
use super::signing::{CHECKPOINT_LINE_BYTES, Signing};
use crate::clock::nanos;
use crate::keys::chain::Signed;
use crate::storage::{Storage, remove_if_there, write_all};

/// How long lines may be without a checkpoint.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);
/// How often a log in which nothing happens says that nothing did.
const IDLE_EVERY: Duration = Duration::from_secs(3600);

impl OpenStream {
    /// A checkpoint is to be made soon.
    pub(super) fn want_checkpoint(&mut self, why: &'static str) {
        if let Some(signing) = &mut self.signing {
            signing.wanted.get_or_insert(why);
        }
    }

    /// Makes a checkpoint, if one is wanted or it is time for one.
    pub(crate) fn look_at_evidence(&mut self, now_up_ns: u64) {
        let Some(signing) = &self.signing else { return };
        let passed_ns = now_up_ns.saturating_sub(signing.last_up_ns);
        let has_news = self.next_seq > signing.unsigned_from;
        let why = match signing.wanted {
            Some(why) => why,
            None if has_news && passed_ns >= nanos(CHECKPOINT_EVERY) => "time",
            None if passed_ns >= nanos(IDLE_EVERY) => "idle",
            None => return,
        };
        self.checkpoint(why);
    }

    /// Signs all lines so far, in the segment that has room for it.
    pub(crate) fn checkpoint(&mut self, why: &'static str) {
        if self.signing.is_some() {
            let now = self.world.clock.now();
            self.make_room(now, CHECKPOINT_LINE_BYTES);
            self.sign(why);
        }
    }

    /// Signs all lines so far. Whatever cannot be done now is done by the next checkpoint.
    pub(super) fn sign(&mut self, why: &'static str) {
        self.want_checkpoint(why);
        self.sync();
        if self.is_closed() {
            return;
        }
        let signed = self.sign_durably(why);
        self.unable.signed(signed.as_ref().copied(), self.world.clock.now());
    }

    fn sign_durably(&mut self, why: &'static str) -> io::Result<()> {
        let storage = Arc::clone(&self.world.storage);
        let Some(signing) = &mut self.signing else { return Ok(()) };
        signing.store_keys()?;
        signing.announce(storage.as_ref())?;
        let signed = Signed { size: self.next_seq, root: signing.chain.tree.root() };
        let evolved = signing.keys.after_checkpoint(signed)?;
        let Some(note) = self.push_checkpoint(signed, why) else { return Ok(()) };
        if let Some(signing) = &mut self.signing {
            signing.keys = evolved;
            signing.is_stored = false;
            signing.wanted = None;
            signing.unsigned_from = self.next_seq;
            signing.last_up_ns = self.world.clock.up_ns();
        }
        self.sync();
        match &mut self.signing {
            Some(signing) if self.active.is_some() => {
                signing.has_signed = true;
                signing.store_keys()?;
            }
            _ => return Ok(()),
        }
        replace_checkpoint(storage.as_ref(), self.world.files(), &note)
    }

    /// A line with a checkpoint, in the buffer; its note, which binds the line to its last byte.
    fn push_checkpoint(&mut self, signed: Signed, why: &'static str) -> Option<String> {
        let (seq, at) = (self.next_seq, self.world.clock.now());
        let envelope = Envelope::new(seq, at.unix_ns);
        let Signing { chain, keys, .. } = self.signing.as_mut()?;
        let (active, scratch) = (self.active.as_mut()?, &mut self.scratch);
        let mut spell = |note: &str, out: &mut Vec<u8>| {
            audit_log::line::write(&envelope, &CheckpointBody { why, note }, scratch, out)
        };
        let mut bound = Vec::new();
        spell("", &mut bound).ok()?;
        chain.clone().bind(&mut bound, 0);
        bound.pop(); // The newline.
        let note = keys.sign_checkpoint(signed, leaf_hash(&bound));
        active.push(seq, Some(chain), |out| spell(&note, out).map_err(drop)).ok()?;
        self.was_pushed(seq);
        Some(note)
    }

    /// Signs that evidence ends here, if it is to, and begins a segment without.
    pub(super) fn end_evidence(&mut self) {
        if !self.ends_evidence || self.is_broken() {
            return;
        }
        self.record(Lifecycle::EvidenceOff);
        self.sign("evidence_off");
        let is_signed = |signing: &Signing| signing.wanted.is_none();
        if !self.is_closed() && self.signing.as_ref().is_some_and(is_signed) {
            self.ends_evidence = false;
            self.signing = None;
            self.turn_over(None);
        }
    }

    /// Puts a line that was just spelled at `start` into the chain, if there is one.
    pub(super) fn bind(&mut self, out: &mut Vec<u8>, start: usize) {
        if let Some(signing) = &mut self.signing {
            signing.chain.bind(out, start);
        }
    }
}

/// Puts a checkpoint into the file of the last one.
fn replace_checkpoint(storage: &dyn Storage, files: &Files, note: &str) -> io::Result<()> {
    remove_if_there(storage, files.checkpoint_next)?;
    let mut file = storage.create(files.checkpoint_next)?;
    write_all(file.as_mut(), note.as_bytes())?;
    file.sync()?;
    storage.replace(files.checkpoint_next, files.checkpoint)
}
