//! What a stream signs with: its keys, the chain of its lines, and how far they are announced.

use std::io;
use std::sync::Arc;

use audit_core::Stream;
use audit_log::evidence::announcements::announcements;
use audit_log::evidence::chain::Chain;
use audit_log::evidence::tree::Tree;
use audit_log::line::{TreeBody, json};
use audit_log::name::Files;
use audit_log::reader::file_bytes_max;

use crate::keys::chain::{Begun, Keys, Signed};
use crate::keys::store::KeyStore;
use crate::storage::{Storage, write_all};

/// More than a checkpoint's line takes.
pub(super) const CHECKPOINT_LINE_BYTES: u64 = 1024;

/// What signing needs.
pub(super) struct Signing {
    stream: Stream,
    pub(super) chain: Chain,
    store: Arc<dyn KeyStore>,
    pub(super) keys: Keys,
    /// Whether the store has these keys.
    pub(super) is_stored: bool,
    /// The segment that is being written, as its header says, until it is announced.
    segment: Option<Begun>,
    /// How many bytes of the `keys` file are on stable storage, as far as this run knows.
    pub(super) announced_bytes: Option<u64>,
    /// The number of the first line that no checkpoint is of, the last one's own aside.
    pub(super) unsigned_from: u64,
    pub(super) wanted: Option<&'static str>,
    /// Whether this run has a checkpoint on stable storage.
    pub(super) has_signed: bool,
    pub(super) last_up_ns: u64,
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
            has_signed: false,
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

    /// The tree before what comes next, and the key of the next checkpoint, for the header of a segment
    /// that is begun.
    pub(super) fn begin_segment(
        &mut self,
        first_seq: u64,
        segment_bytes: u64,
        before: Option<&Tree>,
    ) -> (TreeBody, String) {
        let tree = before.unwrap_or(&self.chain.tree);
        let body = TreeBody { size: tree.size(), range: tree.range() };
        let key = self.keys.checkpoint_key();
        let shown = key.to_string();
        self.segment = Some(Begun {
            first_seq,
            before: Signed { size: tree.size(), root: tree.root() },
            bytes_max: file_bytes_max(segment_bytes),
            key,
        });
        (body, shown)
    }

    /// A segment that an earlier run began is being written.
    pub(super) fn go_on_in(&mut self, segment: Begun) {
        self.segment = Some(segment);
    }

    /// # Errors
    ///
    /// What the store said.
    pub(super) fn store_keys(&mut self) -> io::Result<()> {
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
    pub(super) fn announce(&mut self, storage: &dyn Storage) -> io::Result<()> {
        let Some(segment) = &self.segment else { return Ok(()) };
        if self.keys.announced() == Some(segment.first_seq) {
            return Ok(());
        }
        let evolved = self.keys.after_segment(segment.first_seq)?;
        let files = Files::of(self.stream);
        let durable = match self.announced_bytes {
            Some(bytes) => bytes,
            // What an earlier run left may be there for the system alone.
            None => settle_announcements(storage, files)?,
        };
        let note = self.keys.sign_segment(segment);
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
    match storage.renew(files.keys, 0) {
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
