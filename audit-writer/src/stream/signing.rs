//! Evidence as the stream makes it: every line goes into the chain, and now and then a checkpoint of
//! all lines so far is signed.
//!
//! Always in this order: lines are on stable storage before a checkpoint signs them, the checkpoint
//! is before the keys say that it is made, and the keys are before the next one is signed. Wherever
//! that is interrupted, the next run finds out how far it came.

use std::io;
use std::sync::Arc;

use audit_core::Stream;
use audit_log::evidence::announcements::announcements;
use audit_log::evidence::chain::Chain;
use audit_log::evidence::hash::leaf_hash;
use audit_log::evidence::note::VerifierKey;
use audit_log::line::{CheckpointBody, Envelope, Lifecycle, RollbackBody, TreeBody, json};
use audit_log::name::Files;
use data_encoding::BASE64;

use super::OpenStream;
use super::finding::Finding;
use crate::clock::nanos;
use crate::keys::chain::{Keys, Signed};
use crate::keys::store::KeyStore;
use crate::storage::write_all;
use crate::storage::{Storage, remove_if_there};

/// How long lines may be without a checkpoint.
const CHECKPOINT_EVERY: std::time::Duration = std::time::Duration::from_secs(60);
/// How often a log in which nothing happens says that nothing did.
const IDLE_EVERY: std::time::Duration = std::time::Duration::from_secs(3600);
/// More than a checkpoint's line takes.
pub(super) const CHECKPOINT_LINE_BYTES: u64 = 1024;

/// What signing needs.
pub(super) struct Signing {
    stream: Stream,
    pub(super) chain: Chain,
    store: Arc<dyn KeyStore>,
    keys: Keys,
    /// Whether the store has these keys.
    is_stored: bool,
    /// The segment that is being written, by the number of its header, and what its header says that
    /// the next checkpoint is signed with.
    segment: Option<(u64, VerifierKey)>,
    /// How many bytes of the `keys` file are on stable storage, as far as this run knows.
    announced_bytes: Option<u64>,
    /// The number of the first line that no checkpoint is of, the last one's own aside.
    unsigned_from: u64,
    wanted: Option<&'static str>,
    last_up_ns: u64,
    /// Lines below this number are from before evidence was kept.
    evidence_from: Option<u64>,
}

impl Signing {
    pub(super) fn new(
        stream: Stream,
        chain: Chain,
        store: Arc<dyn KeyStore>,
        keys: Keys,
        is_stored: bool,
    ) -> Signing {
        Signing {
            stream,
            chain,
            store,
            keys,
            is_stored,
            segment: None,
            announced_bytes: None,
            unsigned_from: 0,
            wanted: None,
            last_up_ns: 0,
            evidence_from: None,
        }
    }

    /// The same, where lines below this number are from before evidence was kept.
    pub(super) fn evidence_since(self, evidence_from: Option<u64>) -> Signing {
        Signing { evidence_from, ..self }
    }

    pub(super) fn evidence_from(&self) -> Option<u64> {
        self.evidence_from
    }

    /// The tree before what comes next, and the key of the next checkpoint, for a header.
    pub(super) fn for_header(
        &self,
        before: Option<&audit_log::evidence::tree::Tree>,
    ) -> (TreeBody, String) {
        let tree = before.unwrap_or(&self.chain.tree);
        let body = TreeBody { size: tree.size(), range: tree.range() };
        (body, self.keys.checkpoint_key().to_string())
    }

    /// A segment is being written whose header has this number and shows this key.
    pub(super) fn is_in(&mut self, header_seq: u64, key: Option<VerifierKey>) {
        self.segment = Some((header_seq, key.unwrap_or_else(|| self.keys.checkpoint_key())));
    }

    /// # Errors
    ///
    /// What the store said.
    fn store_keys(&mut self) -> io::Result<()> {
        if !self.is_stored {
            self.store.store(self.stream, &self.keys.to_bytes())?;
            self.is_stored = true;
        }
        Ok(())
    }

    /// Announces the segment that is being written, if that was not done: in the `keys` file,
    /// signed, and durable.
    ///
    /// # Errors
    ///
    /// What the storage or the store said.
    fn announce(&mut self, storage: &dyn Storage) -> io::Result<()> {
        let Some((first_seq, key)) = &self.segment else { return Ok(()) };
        let first_seq = *first_seq;
        if self.keys.announced() == Some(first_seq) {
            return Ok(());
        }
        let evolved = self.keys.after_segment(first_seq)?;
        let files = Files::of(self.stream);
        let durable = match self.announced_bytes {
            Some(bytes) => bytes,
            // What an earlier run left may be there for the system alone.
            None => settle_announcements(storage, files)?,
        };
        let note = self.keys.sign_segment(first_seq, key);
        self.announced_bytes = Some(durable);
        self.announced_bytes = Some(append_announcement(storage, files, durable, &note)?);
        self.keys = evolved;
        self.is_stored = false;
        self.store_keys()
    }
}

/// Writes what the `keys` file holds once more, so that its next sync is of all of it; how many of
/// its bytes are whole lines.
fn settle_announcements(storage: &dyn Storage, files: &Files) -> io::Result<u64> {
    let whole_bytes = announcements(storage, files)?.whole_bytes;
    match storage.renew(files.keys) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        other => other.map(|()| whole_bytes),
    }
}

/// Appends a note to the `keys` file, in a line of its own, behind so many bytes: what follows them
/// was not made durable. How many there are now.
fn append_announcement(
    storage: &dyn Storage,
    files: &Files,
    durable: u64,
    note: &str,
) -> io::Result<u64> {
    let mut file = match storage.append(files.keys) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => storage.create(files.keys)?,
        other => other?,
    };
    if file.state()?.bytes > durable {
        file.truncate(durable)?;
    }
    let mut line = Vec::new();
    json::string(note, &mut line);
    line.push(b'\n');
    write_all(file.as_mut(), &line)?;
    file.sync()?;
    storage.sync_names()?;
    Ok(durable + line.len() as u64)
}

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
        if self.is_broken() {
            return;
        }
        let signed = self.sign_durably(why);
        if let Err(error) = signed {
            tracing::error!(target: "audit_writer", %error, "the audit log could not be signed; it will be tried again");
        }
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
            Some(signing) if self.active.is_some() => signing.store_keys()?,
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

    /// Tells what was found of keys and log at the start.
    pub(super) fn tell_finding(&mut self, finding: Option<Finding>) {
        match finding {
            None => {}
            Some(Finding::Rekeyed { why }) => {
                tracing::warn!(target: "audit_writer", why, "the audit log has new keys");
                self.record(Lifecycle::Rekeyed { why });
            }
            Some(Finding::Rollback { compared, signed, found_size }) => {
                tracing::error!(target: "audit_writer", compared, "the audit log is not what was signed last");
                let Signed { size, root } = signed;
                let signed_root = BASE64.encode(&root);
                let body = RollbackBody { compared, signed_size: size, signed_root, found_size };
                self.record(Lifecycle::Rollback(body));
            }
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
