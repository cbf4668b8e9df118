//! Removing what retention does not keep, announced before it goes.

use std::io;

use audit_log::line::Lifecycle;
use audit_log::name::Name;

use super::OpenStream;
use super::own::{is_beside, key_of};
use crate::retention::{Complete, Doomed, Surroundings};

/// So many names fit into one line with room to spare.
const NAMES_A_LINE: usize = 64;

impl OpenStream {
    /// Removes the files that retention does not keep. The line that says so is durable before the
    /// first one goes.
    pub(crate) fn prune(&mut self) {
        // Where others go first for a full disk, `look_at_disk` says when it is this one's turn.
        let free_bytes = match self.world.config.goes_first(self.world.stream) {
            true => self.free_bytes(),
            false => u64::MAX,
        };
        self.prune_for(free_bytes);
    }

    /// The same, where so much is free on the disk.
    fn prune_for(&mut self, free_bytes: u64) {
        // What is announced is signed; and before a run's first line stands nothing of it.
        if !self.has_begun || self.is_broken() {
            return;
        }
        let Some(active) = &self.active else { return };
        let filling = active.filling();
        let complete = match self.complete() {
            Ok(complete) => complete,
            Err(error) => {
                tracing::warn!(target: "audit_writer", %error, "old audit segments cannot be looked for");
                return;
            }
        };
        // Asked now, because a jump may be what made the segment end after which this is done.
        let now = self.watch_clock();
        let opened_s = filling.opened.unix_ns.div_euclid(1_000_000_000);
        let around = Surroundings {
            now,
            ages_count: self.ages.count(self.clock_synced, now),
            active_first_s: self.opened_synced.then_some(opened_s),
            active_bytes: filling.bytes,
            free_bytes,
        };
        let doomed = self.world.config.retention.doomed(&complete, around);
        for group in doomed.chunk_by(|one, next| one.why == next.why) {
            for some in group.chunks(NAMES_A_LINE) {
                self.remove(some);
            }
        }
    }

    /// Removes what must go because others fill the disk, if anything must.
    pub(crate) fn look_at_disk(&mut self) {
        let free_bytes = self.free_bytes();
        if free_bytes < self.world.config.retention.min_free_bytes {
            self.prune_for(free_bytes);
        }
    }

    /// How much is free on the disk; as much as one could wish where nobody asks or it is not known.
    fn free_bytes(&self) -> u64 {
        match self.world.config.retention.min_free_bytes {
            0 => u64::MAX,
            _ => self.world.storage.free_bytes().unwrap_or(u64::MAX),
        }
    }

    /// The log's own complete files, sorted by name, with what they take on the disk.
    ///
    /// # Errors
    ///
    /// What the storage said.
    fn complete(&self) -> io::Result<Vec<Complete>> {
        let mut complete = Vec::new();
        for (text, bytes) in self.world.storage.list()? {
            let of_stream = |name: &Name| name.stream == self.world.stream;
            let Some(name) = Name::parse(&text).filter(of_stream) else { continue };
            let segment_bytes = self.world.config.rotation.segment_bytes;
            let first_s = match name.kind.is_segment() {
                true => self.own.get(&key_of(name)).copied(),
                false => is_beside(name, bytes, self.next_seq, segment_bytes).then_some(None),
            };
            let Some(first_s) = first_s else { continue };
            if let Some(state) = self.world.storage.state(&text)? {
                complete.push(Complete { name, bytes: state.allocated_bytes, first_s });
            }
        }
        complete.sort_by_key(|file| file.name);
        Ok(complete)
    }

    /// The names of the log's complete files, with what they take on the disk; as far as that can be
    /// found out.
    pub(super) fn complete_files(&self) -> Vec<(String, u64)> {
        let complete = self.complete().unwrap_or_default();
        complete.iter().map(|file| (file.name.to_string(), file.bytes)).collect()
    }

    fn remove(&mut self, doomed: &[Doomed]) {
        let Some(first) = doomed.first() else { return };
        let segments: Vec<String> = doomed.iter().map(|file| file.name.to_string()).collect();
        let now = self.world.clock.now();
        // Not through `record`: a line about pruning does not rotate, because rotating prunes.
        self.push_lifecycle(now, Lifecycle::Prune { why: first.why, segments: &segments });
        self.sign("prune");
        self.sync();
        if self.is_closed() {
            return;
        }
        self.stop_compressing_any(|name| doomed.iter().any(|file| file.name == name));
        let storage = &self.world.storage;
        for (file, name) in doomed.iter().zip(&segments) {
            match storage.remove(name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(target: "audit_writer", %name, %error, "an old audit segment cannot be removed; it will be tried again");
                    break; // Those that are younger stay with it, so that no hole is between them.
                }
                _ => drop(self.own.remove(&key_of(file.name))),
            }
        }
        if let Err(error) = storage.sync_names() {
            tracing::warn!(target: "audit_writer", %error, "the removal of old audit segments may not last");
        }
    }
}
