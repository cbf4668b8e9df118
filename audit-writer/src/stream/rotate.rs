//! Where a segment ends in order and the next begins.

use std::io;

use audit_log::line::Lifecycle;
use audit_log::reader::file_bytes_max;

use super::signing::CHECKPOINT_LINE_BYTES;
use super::{LOG_LINE_BYTES, OpenStream};
use crate::clock::Stamp;
use crate::rotation::{Rotation, Today};
use crate::segment::active::{Active, Fault};
use crate::storage::{StorageFile, remove_if_there};

/// The system lets no file be made.
struct NoFile;

impl OpenStream {
    /// Begins a new segment if the day is over, without waiting for a line.
    pub(crate) fn turn_day(&mut self) {
        let now = self.world.clock.now();
        self.make_room(now, 0);
    }

    /// Begins a new segment if this one cannot take `bytes` more at this time.
    pub(super) fn make_room(&mut self, at: Stamp, bytes: u64) {
        let Some(active) = &self.active else { return };
        let filling = active.filling();
        let (synced, turned_up_ns) = (self.clock_synced, self.turned_up_ns);
        let today = Today { now: at, synced, turned_up_ns };
        let Some(why) = self.rotation().due(filling, today, bytes) else { return };
        match self.make_next(at) {
            Ok(next) => {
                if why == "day" {
                    self.turned_up_ns = Some(at.up_ns);
                }
                self.rotate(why, next);
            }
            Err(NoFile) => {
                let bytes_max = file_bytes_max(self.world.config.rotation.segment_bytes);
                if filling.bytes.saturating_add(bytes) > bytes_max {
                    // No reader reads so far.
                    let error = io::ErrorKind::PermissionDenied.into();
                    self.fail(Fault { doing: "rotate", error }.into());
                }
            }
        }
    }

    /// When a segment ends: before its file is larger than the system allows.
    fn rotation(&self) -> Rotation {
        let Rotation { daily, segment_bytes } = self.world.config.rotation;
        let ends_with_bytes = LOG_LINE_BYTES + CHECKPOINT_LINE_BYTES;
        let allowed = self.file_bytes_max.saturating_sub(ends_with_bytes);
        Rotation { daily, segment_bytes: segment_bytes.min(allowed) }
    }

    /// The file of the segment that comes next, made before anything is changed: whoever may not make
    /// one any more, such as a program that gave up its privileges, goes on in the one that is open.
    /// None where something else was in the way, which the attempt to use it will find.
    fn make_next(&mut self, at: Stamp) -> Result<Option<Box<dyn StorageFile>>, NoFile> {
        if self.unable.waits_to_rotate(at) {
            return Err(NoFile);
        }
        let (storage, next) = (self.world.storage.as_ref(), self.world.files().next);
        match remove_if_there(storage, next).and_then(|_| storage.create(next)) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                self.unable.rotated(Err(&error), at);
                self.want_checkpoint("repair"); // Whether that is refused, too, is soon known.
                Err(NoFile)
            }
            made => {
                self.unable.rotated(Ok(()), at);
                Ok(made.ok())
            }
        }
    }

    /// Ends the active segment and begins the next one, in this file if it was made.
    pub(super) fn rotate(&mut self, why: &'static str, next: Option<Box<dyn StorageFile>>) {
        let now = self.world.clock.now();
        self.push_lifecycle(now, Lifecycle::Rotate { why });
        self.sign("rotate");
        self.turn_over(next);
    }

    /// Makes room for a run's first line, by another segment where this one is full or cannot be
    /// gone on with. No line of the run stands before its start but that segment's header.
    pub(super) fn make_room_for_start(&mut self, needs_segment: bool) {
        let Some(active) = &self.active else { return };
        let (now, synced) = (self.world.clock.now(), self.clock_synced);
        let today = Today { now, synced, turned_up_ns: self.turned_up_ns };
        let due = self.rotation().due(active.filling(), today, LOG_LINE_BYTES);
        if due == Some("day") {
            self.turned_up_ns = Some(now.up_ns);
        }
        if needs_segment || due.is_some() {
            // No line of this run makes the old segment durable, as it was found and repaired.
            match self.active.as_mut().map_or(Ok(()), Active::settle) {
                Ok(()) => self.turn_over(None),
                Err(fault) => self.fail(fault.into()),
            }
        }
    }

    /// Puts another segment into the active one's place.
    pub(super) fn turn_over(&mut self, next: Option<Box<dyn StorageFile>>) {
        self.sync();
        let Some(active) = self.active.take() else { return };
        let over = active.into_remains();
        let name = over.name(self.world.stream);
        self.hand_over(Some(name), over.kept, Some(name));
        if let Some(successor) = &mut self.successor {
            successor.made = next;
        }
        self.place();
        if !self.is_closed() {
            self.prune();
        }
    }
}
