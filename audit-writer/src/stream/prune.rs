//! Removing what retention does not keep, announced before it goes.

use super::Stream;
use crate::line::{Life, LifeBody};
use crate::retention::{Complete, Doomed};
use crate::segment::name::Name;

/// So many names fit into one line with room to spare.
const NAMES_A_LINE: usize = 64;

impl Stream {
    /// Removes the files that retention does not keep. The line that says so is durable before the
    /// first one goes.
    pub(crate) fn prune(&mut self) {
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
                Name::parse(name).map(|name| Complete { name, bytes: *bytes })
            })
            .collect();
        complete.sort_by_key(|file| file.name);
        let now = self.world.clock.now();
        let opened_s = filling.opened.unix_ns.div_euclid(1_000_000_000);
        let doomed = self.world.config.retention.doomed(&complete, opened_s, filling.bytes, now);
        for group in doomed.chunk_by(|one, next| one.why == next.why) {
            for some in group.chunks(NAMES_A_LINE) {
                self.remove(some);
            }
        }
    }

    fn remove(&mut self, doomed: &[Doomed]) {
        let Some(first) = doomed.first() else { return };
        let segments: Vec<String> = doomed.iter().map(|file| file.name.to_string()).collect();
        let now = self.world.clock.now();
        // Not through `house`: a line about pruning does not rotate, because rotating prunes.
        self.push(now, &LifeBody { life: Life::Prune { why: first.why, segments: &segments } });
        self.sync();
        if self.is_broken() {
            return;
        }
        let storage = &self.world.storage;
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
