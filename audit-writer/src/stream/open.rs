//! Opening a stream at start-up.

use std::io;
use std::sync::Arc;

use audit_core::{Stream, schema::OutcomeKind};
use audit_log::line::{Lifecycle, Scratch, StartBody};
use audit_log::name::{Files, Kind, Name};

use super::aside::{self, Aside};
use super::estate::{Estate, Unstopped};
use super::finding::Findings;
use super::own::key_of;
use super::prepare::Prepared;
use super::unable::Unable;
use super::{Compressing, Known, OpenStream, World};
use crate::channel::events_max;
use crate::clock::Stamp;
use crate::flood::Floods;
use crate::jumps::Jumps;
use crate::retention::Ages;
use crate::retry::Retry;
use crate::rotation::Filling;
use crate::segment::active::{Active, Fault, Kept, Trouble};
use crate::segment::recovery::Found;
use crate::storage::{Storage, make_free};
use crate::worker::BATCH_MESSAGES;

impl OpenStream {
    /// Opens the stream of a directory that this process has locked, and records that a run begins;
    /// that line is durable before the stream takes any other.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub(crate) fn open(world: World) -> Result<OpenStream, Fault> {
        let left_over = clean_up(world.storage.as_ref(), world.files())?;
        let (mut estate, mut prepared, asides) = settle(&world)?;
        // A segment whose header cannot be read, or is of another version, is not gone on with.
        let has_no_header = |found: &Found| found.header.is_none() && found.whole_bytes > 0;
        let is_headless = estate.active.as_ref().is_some_and(has_no_header);
        let mut found = Findings {
            asides,
            recovered: prepared.recovered,
            findings: std::mem::take(&mut prepared.findings),
            strange: estate.strange.iter().map(Name::to_string).collect(),
            left_over,
            ..Findings::default()
        };
        let Prepared { adopts, needs_segment, durable_bytes, .. } = prepared;
        let unstopped = estate.told.unstopped.take();
        let mut stream = OpenStream::behind(world, &mut estate, prepared);
        found.asides.extend(stream.adopt(estate, durable_bytes)?);
        stream.cut_superseded();
        stream.make_room_for_start(needs_segment || is_headless);
        if adopts {
            found.adopted = stream.complete_files();
        }
        stream.begin_run();
        if let Some(run) = unstopped {
            stream.record_no_stop(&run);
        }
        stream.tell_findings(found);
        stream.record_interrupted();
        stream.checkpoint("start");
        stream.end_evidence();
        stream.sync();
        stream.begun()
    }

    /// The stream behind what was found of it, with no segment open yet.
    fn behind(world: World, estate: &mut Estate, prepared: Prepared) -> OpenStream {
        let (now, clock_synced) = (world.clock.now(), world.clock.is_synced());
        let (mut jumps, mut ages) = (Jumps::new(now), Ages::default());
        if let Some(last_ns) = estate.last_unix_ns {
            jumps.note_start(last_ns, now);
            ages.jumped(last_ns.abs_diff(now.unix_ns), now);
        }
        let Prepared { log, signing, continues, ends_evidence, .. } = prepared;
        // What was written elsewhere before is gone on with where nothing else is.
        let is_new = estate.active.is_none() && estate.rotated.is_empty();
        let earlier = world.earlier.as_ref().filter(|earlier| is_new && earlier.log != log);
        let continues = continues.or_else(|| earlier.map(|earlier| earlier.log.clone()));
        OpenStream {
            machine: world.identity.machine(&log),
            log,
            boot: world.clock.boot_id(),
            next_seq: estate.next_seq,
            clock_synced,
            told_synced: clock_synced,
            jumps,
            ages,
            opened_synced: estate.header().is_some_and(|header| header.synced),
            own: estate.own.iter().map(|own| (key_of(own.name), own.first_s())).collect(),
            has_begun: false,
            continues,
            ends_evidence,
            floods: Floods::new(world.config.flood, world.config.retention, now),
            turned_up_ns: None,
            known: Known::default(),
            scratch: Scratch::default(),
            key_names: std::mem::take(&mut estate.told.key_names),
            active: None,
            successor: None,
            over: None,
            compressing: Compressing::new(world.config.compression),
            signing,
            operations: std::mem::take(&mut estate.told.operations),
            unwritten_events: 0,
            past: None,
            retry: Retry::default(),
            unable: Unable::default(),
            file_bytes_max: world.storage.file_bytes_max(),
            world,
        }
    }

    /// The stream, if its first lines are on stable storage.
    fn begun(mut self) -> Result<OpenStream, Fault> {
        match self.past.take().map(|past| past.trouble) {
            Some(Trouble::Fault(fault)) => Err(fault),
            Some(Trouble::Foreign(foreign)) => Err(foreign_fault(foreign.what.name())),
            None => {
                self.has_begun = true;
                self.prune();
                Ok(self)
            }
        }
    }

    /// Goes on in the active segment that is there, of which so many bytes are known to be durable, or
    /// begins one.
    fn adopt(&mut self, estate: Estate, durable_bytes: u64) -> Result<Option<Aside>, Fault> {
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
        let repaired = aside::repair(&self.world, &estate)?;
        let Some(found) = estate.active else {
            return self.begin_first(previous).map(|()| None);
        };
        let file = storage.append(estate.files.active).map_err(Fault::new("open"))?;
        if found.whole_bytes == 0 {
            storage.remove(estate.files.active).map_err(Fault::new("remove"))?;
            return self.begin_first(previous).map(|()| repaired);
        }
        if estate.told.boot.is_none_or(|boot| boot == self.boot) {
            // What the system holds of the file may not be what the disk does: of a sync that
            // failed before this run nobody is left who knows. After a reboot they are the same; and
            // what was signed was on the disk before that.
            match storage.renew(estate.files.active, durable_bytes) {
                // It was written when the system allowed larger files, and is followed by another.
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {}
                renewed => renewed.map_err(Fault::new("renew"))?,
            }
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

    fn begin_run(&mut self) {
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
            in_memory_max: events_max(config.capacity_bytes) + BATCH_MESSAGES as u64,
        };
        let now = self.world.clock.now();
        self.push_lifecycle(now, Lifecycle::Start(start));
    }

    /// What the run before accepted and did not write, nobody knows any more.
    fn record_no_stop(&mut self, run: &Unstopped) {
        let Unstopped { run: run_before, in_memory_max } = run;
        tracing::warn!(target: "audit_writer", run = run_before, "the audit log's last run ended without a stop");
        let in_memory_max = *in_memory_max;
        self.record(Lifecycle::NoStop { run_before, in_memory_max });
    }

    /// Operations of earlier runs will not be ended by anybody any more.
    fn record_interrupted(&mut self) {
        for (begun, operation) in self.operations.take() {
            let operation = operation.begun_at(begun);
            let outcome = OutcomeKind::Unknown.name();
            self.record(Lifecycle::Interrupted { outcome, operation });
        }
    }
}

/// Looks at what earlier runs left, and moves aside what is not the log's.
///
/// # Errors
///
/// What the storage or the store of keys said.
fn settle(world: &World) -> Result<(Estate, Prepared, Vec<Aside>), Fault> {
    let survey = || {
        let surveyed = Estate::survey(world.storage.as_ref(), world.stream);
        surveyed.map_err(Fault::new("read"))
    };
    let mut estate = survey()?;
    let mut prepared = Prepared::of(world, &estate)?;
    let mut asides = Vec::new();
    if let Some(cut) = prepared.cut {
        asides.push(aside::cut_off(world, &estate, cut)?);
        estate = survey()?;
        prepared = Prepared::of(world, &estate)?;
    }
    let duplicates = std::mem::take(&mut estate.duplicates);
    match prepared.is_judged {
        true => asides.extend(aside::move_duplicates(world, &duplicates)?),
        false => estate.strange.extend(duplicates.iter().map(|(name, _)| *name)),
    }
    Ok((estate, prepared, asides))
}

/// Removes what a crash left half made, and says what that was.
fn clean_up(storage: &dyn Storage, files: &Files) -> Result<Vec<&'static str>, Fault> {
    let next = settle_next(storage, files)?.then_some(files.next);
    let compressed = files.compressed_next;
    let was_there = make_free(storage, compressed).map_err(Fault::new("remove"))?;
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
    // What is no file is not listed, and no successor.
    let there = storage.list().map_err(Fault::new("list"))?;
    let has_active = is_there(active)?;
    let has_next = there.iter().any(|(name, _)| name == next);
    if !has_next {
        make_free(storage, next).map_err(Fault::new("remove"))?;
    }
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
