//! Removing what retention does not keep, announced before it goes.

use std::io::BufReader;

use audit_log::line::Lifecycle;
use audit_log::name::{Kind, Name};
use audit_log::reader::{Json, Line, next_line, open_segment};

use super::OpenStream;
use crate::retention::{Complete, Doomed, Surroundings};
use crate::storage::Storage;

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
        let Some(active) = &self.active else { return };
        let filling = active.filling();
        let files = match self.world.storage.list() {
            Ok(files) => files,
            Err(error) => {
                tracing::warn!(target: "audit_writer", %error, "old audit segments cannot be looked for");
                return;
            }
        };
        let mut complete: Vec<Complete> = files
            .iter()
            .filter_map(|(name, bytes)| {
                let is_ours =
                    |name: &Name| name.stream == self.world.stream && name.kind != Kind::Foreign;
                let name = Name::parse(name).filter(is_ours)?;
                Some(Complete { name, bytes: *bytes, synced: self.was_synced(name) })
            })
            .collect();
        complete.sort_by_key(|file| file.name);
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

    /// Whether the first line of a file was written by a clock that was known to be right. Each
    /// file is looked into once.
    fn was_synced(&mut self, name: Name) -> bool {
        if let Some(synced) = self.synced_names.get(&name) {
            return *synced;
        }
        let synced = first_line_of(self.world.storage.as_ref(), name)
            .is_some_and(|line| line.member("time_synced").and_then(Json::as_bool) == Some(true));
        self.synced_names.insert(name, synced);
        synced
    }

    fn remove(&mut self, doomed: &[Doomed]) {
        let Some(first) = doomed.first() else { return };
        let segments: Vec<String> = doomed.iter().map(|file| file.name.to_string()).collect();
        let now = self.world.clock.now();
        // Not through `record`: a line about pruning does not rotate, because rotating prunes.
        self.push_lifecycle(now, Lifecycle::Prune { why: first.why, segments: &segments });
        self.sign("prune");
        self.sync();
        if self.is_broken() {
            return;
        }
        self.stop_compressing_any(|name| doomed.iter().any(|file| file.name == name));
        let storage = &self.world.storage;
        for file in doomed {
            self.synced_names.remove(&file.name);
        }
        for name in &segments {
            if let Err(error) = storage.remove(name) {
                tracing::warn!(target: "audit_writer", %name, %error, "an old audit segment cannot be removed");
            }
        }
        if let Err(error) = storage.sync_names() {
            tracing::warn!(target: "audit_writer", %error, "the removal of old audit segments may not last");
        }
    }
}

/// The first line of a file, if it can be read.
fn first_line_of(storage: &dyn Storage, name: Name) -> Option<Line> {
    let mut bytes = BufReader::new(open_segment(storage, name).ok()?);
    Line::parse(&next_line(&mut bytes)?.ok()?).ok()
}
