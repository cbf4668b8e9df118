//! Opening a stream at start-up.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use audit_core::{OutcomeKind, Stream};
use audit_log::line::{Lifecycle, Scratch, StartBody};
use audit_log::name::{Files, Kind, Name};

use super::estate::Estate;
use super::prepare::Prepared;
use super::{Compressing, Known, OpenStream, World};
use crate::clock::Stamp;
use crate::flood::Floods;
use crate::jumps::Jumps;
use crate::retention::Ages;
use crate::rotation::Filling;
use crate::segment::active::{Active, Fault, Kept, Trouble};
use crate::segment::recovery::Found;
use crate::storage::write_all;
use crate::storage::{Storage, StorageFile, remove_if_there};

/// The most that is kept of a torn end, in bytes.
const TORN_BYTES_MAX: u64 = 64 * 1024;

/// At most so many names are tried for what is moved aside.
const NAMES_TRIED: i64 = 16;

/// What was cut off the active segment's end.
struct Repaired {
    removed_bytes: u64,
    kept_in: Option<String>,
}

impl OpenStream {
    /// Opens the stream of a directory that this process has locked, and records that a run begins;
    /// that line is durable before the stream takes any other.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub(crate) fn open(world: World) -> Result<OpenStream, Fault> {
        let left_over = clean_up(world.storage.as_ref(), world.files())?;
        let surveyed = Estate::survey(world.storage.as_ref(), world.stream);
        let mut estate = surveyed.map_err(Fault::new("read"))?;
        let boot = world.clock.boot_id();
        let opened_synced = estate.header().is_some_and(|header| header.synced);
        let (now, clock_synced) = (world.clock.now(), world.clock.is_synced());
        let mut jumps = Jumps::new(now);
        let mut ages = Ages::default();
        if let Some(last_ns) = estate.last_unix_ns {
            jumps.note_start(last_ns, now);
            ages.jumped(last_ns.abs_diff(now.unix_ns), now);
        }
        // A segment whose header cannot be read, or is of another version, is not gone on with.
        let has_no_header = |found: &Found| found.header.is_none() && found.whole_bytes > 0;
        let is_headless = estate.active.as_ref().is_some_and(has_no_header);
        let Prepared { log, signing, finding, needs_segment } = Prepared::of(&world, &estate)?;
        let mut stream = OpenStream {
            machine: world.identity.machine(&log),
            log,
            boot,
            next_seq: estate.next_seq,
            clock_synced,
            told_synced: clock_synced,
            jumps,
            ages,
            opened_synced,
            synced_names: BTreeMap::new(),
            floods: Floods::new(world.config.flood, world.config.retention, now),
            turned_up_ns: None,
            known: Known::default(),
            scratch: Scratch::default(),
            key_names: std::mem::take(&mut estate.told.key_names),
            active: None,
            successor: None,
            compressing: Compressing::new(world.config.compression),
            signing,
            operations: std::mem::take(&mut estate.told.operations),
            unwritten_events: 0,
            past: None,
            world,
        };
        let repaired = stream.adopt(estate)?;
        stream.cut_superseded();
        stream.make_room_for_start(needs_segment || is_headless);
        stream.begin_run(repaired);
        stream.tell_finding(finding);
        for removed in left_over {
            stream.record(Lifecycle::Cleanup { removed });
        }
        stream.checkpoint("start");
        stream.sync();
        stream.begun()
    }

    /// The stream, if its first lines are on stable storage.
    fn begun(mut self) -> Result<OpenStream, Fault> {
        match self.past.take().map(|past| past.trouble) {
            Some(Trouble::Fault(fault)) => Err(fault),
            Some(Trouble::Foreign(foreign)) => Err(foreign_fault(foreign.what.name())),
            None => {
                self.prune();
                Ok(self)
            }
        }
    }

    /// Goes on in the active segment that is there, or begins one.
    fn adopt(&mut self, estate: Estate) -> Result<Option<Repaired>, Fault> {
        // A header calls the segment before by the name that it was rotated to.
        let previous = estate.rotated.last().map(|name| Name { kind: Kind::Segment, ..*name });
        let (now, storage) = (self.world.clock.now(), Arc::clone(&self.world.storage));
        let (opened, first_seq) = match estate.header() {
            Some(header) => (Stamp { unix_ns: header.unix_ns, ..now }, header.seq),
            // Of a damaged header what can be read of it, because the segment is named after it.
            None => {
                let first_seq = estate.active.as_ref().and_then(|found| found.first_seq);
                (now, first_seq.unwrap_or(self.next_seq))
            }
        };
        let Some(found) = estate.active else {
            return self.begin_first(previous).map(|()| None);
        };
        let mut file = storage.append(estate.files.active).map_err(Fault::new("open"))?;
        let repaired = self.cut_torn(&found, file.as_mut())?;
        if found.whole_bytes == 0 {
            storage.remove(estate.files.active).map_err(Fault::new("remove"))?;
            return self.begin_first(previous).map(|()| repaired);
        }
        if estate.told.boot.is_none_or(|boot| boot == self.boot) {
            // What the system holds of the file may not be what the disk does: of a sync that
            // failed before this run nobody is left who knows. After a reboot they are the same.
            storage.renew(estate.files.active).map_err(Fault::new("renew"))?;
        }
        let filling = Filling { opened, bytes: found.whole_bytes, header_bytes: 0 };
        self.active = Some(Active::new(file, first_seq, filling)?);
        Ok(repaired)
    }

    /// Begins a segment where there is none to go on in.
    fn begin_first(&mut self, previous: Option<Name>) -> Result<(), Fault> {
        self.hand_over(previous, Kept::default(), None);
        self.place();
        match self.past.take().map(|past| past.trouble) {
            Some(Trouble::Fault(fault)) => Err(fault),
            _ => Ok(()),
        }
    }

    /// Cuts what is torn off the segment's end, and keeps it beside.
    fn cut_torn(
        &self,
        found: &Found,
        file: &mut dyn StorageFile,
    ) -> Result<Option<Repaired>, Fault> {
        let removed_bytes = found.bytes - found.whole_bytes;
        if removed_bytes == 0 {
            return Ok(None);
        }
        let kept_in = match self.keep_torn(found.whole_bytes, removed_bytes) {
            Ok(name) => Some(name),
            Err(error) => {
                tracing::warn!(target: "audit_writer", %error, "the torn end of the audit log could not be kept");
                None
            }
        };
        file.truncate(found.whole_bytes).map_err(Fault::new("repair"))?;
        file.sync().map_err(Fault::new("repair"))?;
        tracing::warn!(target: "audit_writer", removed_bytes, "the audit log's end was torn and has been repaired");
        Ok(Some(Repaired { removed_bytes, kept_in }))
    }

    /// Copies the torn end, as far as it is not too long, into a file of its own.
    fn keep_torn(&self, from: u64, bytes: u64) -> io::Result<String> {
        let storage = &self.world.storage;
        let mut torn = vec![0; usize::try_from(bytes.min(TORN_BYTES_MAX)).unwrap_or(0)];
        let mut source = storage.read(self.world.files().active)?;
        source.seek(io::SeekFrom::Start(from))?;
        source.read_exact(&mut torn)?;
        let (name, mut file) = self.create_torn()?;
        let kept = write_all(file.as_mut(), &torn).and_then(|()| file.sync());
        match kept {
            Ok(()) => Ok(name),
            Err(error) => {
                storage.remove(&name)?; // Half of it is worth nothing, and a full disk would collect halves.
                Err(error)
            }
        }
    }

    /// A file for a torn end, under a name that nothing has: a crash while one was kept may have
    /// left the first.
    fn create_torn(&self) -> io::Result<(String, Box<dyn StorageFile>)> {
        let mut name =
            Name::new(self.world.stream, Kind::Torn, self.world.clock.now(), self.next_seq);
        let last_s = name.unix_s + NAMES_TRIED;
        loop {
            match self.world.storage.create(&name.to_string()) {
                Ok(file) => return Ok((name.to_string(), file)),
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists && name.unix_s < last_s =>
                {
                    name.unix_s += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn begin_run(&mut self, repaired: Option<Repaired>) {
        let (boot, run) = (self.boot.clone(), self.world.run.clone());
        let config = self.world.config;
        let start = StartBody {
            run: &run,
            boot: &boot,
            time_synced: self.clock_synced,
            writer: env!("CARGO_PKG_VERSION"),
            pid: std::process::id(),
            durability: config.durability.describe(),
            overflow: config.overflow.describe(),
            rate_limit: config.flood.describe(),
            rotation: config.rotation.describe(),
            retention: config.retention.describe(),
            compression: config.compression.describe(),
            evidence: config.evidence.describe(),
            streams: config.streams().map(Stream::name).collect(),
        };
        let now = self.world.clock.now();
        self.push_lifecycle(now, Lifecycle::Start(start));
        self.record_repair(repaired);
        self.record_interrupted();
    }

    /// Operations of earlier runs will not be ended by anybody any more.
    fn record_interrupted(&mut self) {
        for (begun, operation) in self.operations.take() {
            let operation = operation.begun_at(begun);
            let outcome = OutcomeKind::Unknown.name();
            self.record(Lifecycle::Interrupted { outcome, operation });
        }
    }

    fn record_repair(&mut self, repaired: Option<Repaired>) {
        if let Some(Repaired { removed_bytes, kept_in }) = repaired {
            self.record(Lifecycle::Repair { removed_bytes, kept_in: kept_in.as_deref() });
        }
    }
}

/// Removes what a crash left half made, and says what that was.
fn clean_up(storage: &dyn Storage, files: &Files) -> Result<Vec<&'static str>, Fault> {
    let next = settle_next(storage, files)?.then_some(files.next);
    let compressed = files.compressed_next;
    let was_there = remove_if_there(storage, compressed).map_err(Fault::new("remove"))?;
    Ok(next.into_iter().chain(was_there.then_some(compressed)).collect())
}

/// Settles what a crash left between two segments. The active segment gives up its name only when
/// its successor is on stable storage: without one, the successor takes the name; beside one, it
/// may be half made, and goes. Whether it did.
///
/// A run before may have failed to make the active segment's name durable, and another sync of a
/// directory in which nothing changed proves nothing: so the name is given anew in any case.
fn settle_next(storage: &dyn Storage, files: &Files) -> Result<bool, Fault> {
    let Files { active, next, .. } = *files;
    let is_there = |name| storage.state(name).map_err(Fault::new("examine")).map(|it| it.is_some());
    let (has_next, has_active) = (is_there(next)?, is_there(active)?);
    let left_over = has_next && has_active;
    if left_over {
        storage.remove(next).map_err(Fault::new("remove"))?;
    }
    if has_active {
        storage.rename(active, next).map_err(Fault::new("rotate"))?;
    }
    if has_active || has_next {
        storage.rename(next, active).map_err(Fault::new("rotate"))?;
        storage.sync_names().map_err(Fault::new("sync the directory"))?;
    }
    Ok(left_over)
}

fn foreign_fault(what: &str) -> Fault {
    let error = io::Error::other(format!("somebody else has just {what} it"));
    Fault { doing: "write", error }
}
