//! One stream: numbers its lines and puts them into segments.

mod known;
mod open;
mod operations;
mod prune;

use std::sync::Arc;

use audit_core::{Buffer, LINE_BYTES_MAX, Level, Phase, Record};

use self::known::Known;
use self::operations::{Operation, Operations};
use crate::clock::{Clock, Stamp};
use crate::config::Config;
use crate::line::{
    Body, Envelope, FaultBody, GapBody, HeaderBody, Life, LifeBody, Limits, Previous, SchemaBody,
    Times,
};
use crate::loss::{Loss, LossCounter, Losses};
use crate::rotation::Filling;
use crate::segment::active::{Active, Fault};
use crate::segment::name::{ACTIVE, AUDIT, Kind, Name};
use crate::stats::{Counters, add};
use crate::storage::Storage;

/// Lines are put into the file at the latest when so many bytes wait.
const BUFFER_BYTES: usize = 64 * 1024;

/// Lines about the log itself are shorter, but for those about pruning.
const HOUSE_LINE_BYTES: u64 = 2048;

/// What a stream works with.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: Config,
    pub(crate) counters: Arc<Counters>,
    pub(crate) losses: Arc<LossCounter>,
    /// Whether this writer answers for what `emit_or_count` counted before there was a recorder.
    pub(crate) takes_unrecorded: bool,
}

/// One stream of a log, written by one run.
pub(crate) struct Stream {
    world: World,
    /// What identifies the log.
    log: String,
    run: String,
    boot: String,
    next_seq: u64,
    clock_synced: bool,
    known: Known,
    times: Times,
    /// The active segment; none after a fault, until the stream could be reopened.
    active: Option<Active>,
    operations: Operations,
    /// What is in the buffer and not known to be in the file: event lines and gap lines.
    doubt: Doubt,
    /// The fault that closed the stream.
    fault: Option<PastFault>,
}

/// Lines that may or may not have reached the file.
#[derive(Default)]
struct Doubt {
    /// The number of the first of them.
    from: Option<u64>,
    events: Vec<u64>,
    gaps: Vec<(u64, Losses)>,
}

/// What is remembered of a fault until it can be recorded.
struct PastFault {
    doing: &'static str,
    error: std::io::Error,
    at: Stamp,
    unsynced_from: u64,
}

/// An event that got no line.
#[derive(Debug)]
pub(crate) struct NotWritten;

/// An event that got a line.
pub(crate) struct Numbered {
    pub(crate) seq: u64,
    pub(crate) level: Level,
}

impl Stream {
    /// Whether a fault closed the stream.
    pub(crate) fn is_broken(&self) -> bool {
        self.active.is_none()
    }

    /// Whether there are lines that are not known to be durable.
    pub(crate) fn is_unsynced(&self) -> bool {
        self.active.as_ref().is_some_and(|active| active.unsynced_from().is_some())
    }

    /// The number of the last line.
    pub(crate) fn last_seq(&self) -> u64 {
        self.next_seq.saturating_sub(1)
    }

    /// Asks the clock whether it is right.
    pub(crate) fn look_at_clock(&mut self) {
        self.clock_synced = self.world.clock.is_synced();
    }

    /// Gives an event its number and line, behind its schema where that does not stand in the
    /// segment yet.
    ///
    /// # Errors
    ///
    /// The event is lost, and counted as such.
    pub(crate) fn event<B: Buffer>(
        &mut self,
        at: Stamp,
        record: &Record<B>,
    ) -> Result<Numbered, NotWritten> {
        let place = self.known.place(record.schema());
        self.make_room_for_event(at, place);
        if self.is_broken() {
            return Err(self.lose(Loss::Fault, at));
        }
        if self.operations.is_full() && record.ending().phase == Some(Phase::Begun) {
            return Err(self.lose(Loss::Full, at));
        }
        match self.push_event(at, place, record) {
            Some(numbered) => Ok(numbered),
            None => Err(self.lose(Loss::Malformed, at)),
        }
    }

    /// Room for an event of the type at this place, behind its schema.
    fn make_room_for_event(&mut self, at: Stamp, place: usize) {
        let Some(of) = self.known.get(place) else { return };
        let schema = of.schema;
        self.make_room(at, of.room.min(self.world.config.rotation.segment_bytes / 2));
        if !self.known.stands(place) && self.push(at, &SchemaBody(schema)).is_some() {
            self.known.was_written(place);
        }
    }

    fn push_event<B: Buffer>(
        &mut self,
        at: Stamp,
        place: usize,
        record: &Record<B>,
    ) -> Option<Numbered> {
        let seq = self.next_seq;
        let active = self.active.as_mut()?;
        let of = self.known.get(place)?;
        let envelope = Envelope { seq, at, run: &self.run, synced: self.clock_synced };
        let times = &mut self.times;
        let mut ending = None;
        let pushed = active.push(seq, |out| {
            let written = of.spelling.write(&envelope, record, times, out);
            ending = Some(written.map_err(|malformed| {
                tracing::error!(target: "audit_writer", %malformed, "an audit event could not be spelled out");
            })?);
            Ok(())
        });
        let ending = pushed.ok().and(ending)?;
        if let Some(phase) = ending.phase {
            let (event, run) = (of.schema.event, &self.run);
            self.operations
                .follow(seq, phase, || Operation { event: event.to_owned(), run: run.clone() });
        }
        let level = of.schema.level_of(ending.outcome, ending.phase);
        self.doubt.events.push(seq);
        self.was_pushed(seq);
        Some(Numbered { seq, level })
    }

    /// Writes what was lost since the last time, if anything was.
    pub(crate) fn gap(&mut self) {
        if self.is_broken() {
            return;
        }
        let losses = self.world.losses.take();
        if losses.count() == 0 {
            return;
        }
        let Losses { reasons, first, last } = losses;
        let body =
            GapBody { lost: losses.count(), reasons, from: first.rfc3339(), to: last.rfc3339() };
        tracing::warn!(target: "audit_writer", lost = body.lost, "audit events were lost");
        match self.house(&body) {
            Some(seq) => self.doubt.gaps.push((seq, losses)),
            None => self.world.losses.put_back(losses),
        }
    }

    /// Records the run's end, with so many events left in the channel.
    pub(crate) fn stop(&mut self, waiting: u64) {
        let stats = self.world.counters.now(|| waiting);
        self.house(&LifeBody {
            life: Life::Stop { accepted: stats.accepted, written: stats.written, lost: stats.lost },
        });
    }

    /// Puts all lines into the file.
    pub(crate) fn write_out(&mut self) {
        // What is in doubt stays so while the stream is broken.
        let Some(active) = &mut self.active else { return };
        match active.write_out() {
            Ok(()) => self.settle_doubt(u64::MAX),
            Err(fault) => self.fail(fault),
        }
    }

    /// Puts all lines into the file and makes them durable.
    pub(crate) fn sync(&mut self) {
        let Some(active) = &mut self.active else { return };
        match active.sync() {
            Ok(()) => self.settle_doubt(u64::MAX),
            Err(fault) => self.fail(fault),
        }
    }

    /// Begins a new segment if the day is over, without waiting for a line.
    pub(crate) fn turn_day(&mut self) {
        let now = self.world.clock.now();
        self.make_room(now, 0);
    }

    /// A line about the log itself, at this moment; its number, if it could be given one.
    fn house<B: Body>(&mut self, body: &B) -> Option<u64> {
        let now = self.world.clock.now();
        self.make_room(now, HOUSE_LINE_BYTES);
        self.push(now, body)
    }

    /// Gives a line about the log its number and takes it into the buffer; nothing if the stream is
    /// broken or the body refuses.
    fn push<B: Body>(&mut self, at: Stamp, body: &B) -> Option<u64> {
        let seq = self.next_seq;
        let active = self.active.as_mut()?;
        let envelope = Envelope { seq, at, run: &self.run, synced: self.clock_synced };
        let times = &mut self.times;
        let pushed = active.push(seq, |out| {
            crate::line::write(&envelope, body, times, out).map_err(|error| {
                tracing::error!(target: "audit_writer", kind = B::KIND, %error, "an audit line could not be spelled out");
            })
        });
        pushed.ok()?;
        self.was_pushed(seq);
        Some(seq)
    }

    /// A line of this number is in the buffer.
    fn was_pushed(&mut self, seq: u64) {
        self.doubt.from.get_or_insert(seq);
        self.next_seq = seq + 1;
        let buffered = self.active.as_ref().map_or(0, Active::buffered_bytes);
        if buffered >= BUFFER_BYTES {
            self.write_out();
        }
    }

    /// Begins a new segment if this one cannot take `bytes` more at this time.
    fn make_room(&mut self, at: Stamp, bytes: u64) {
        let Some(active) = &self.active else { return };
        if let Some(why) = self.world.config.rotation.due(active.filling(), at, bytes) {
            self.rotate(why);
        }
    }

    /// Ends the active segment and begins the next one.
    fn rotate(&mut self, why: &'static str) {
        let now = self.world.clock.now();
        self.push(now, &LifeBody { life: Life::Rotate { why } });
        self.sync();
        let Some(active) = self.active.take() else { return };
        let name =
            Name::new(Kind::Segment, active.filling().opened, active.first_seq()).to_string();
        let renamed = self.world.storage.rename(ACTIVE, &name).map_err(Fault::new("rotate"));
        if let Err(fault) = renamed.and_then(|()| self.begin_segment(Some(&name))) {
            self.fail(fault);
            return;
        }
        self.prune();
    }

    /// Creates the active segment with its header, durable in content and name.
    fn begin_segment(&mut self, previous: Option<&str>) -> Result<(), Fault> {
        let opened = self.world.clock.now();
        let file = self.world.storage.create(ACTIVE).map_err(Fault::new("create"))?;
        let filling = Filling { opened, bytes: 0, header_bytes: 0 };
        self.active = Some(Active::new(file, self.next_seq, filling));
        self.write_header(opened, previous)
    }

    /// Writes the header into an active segment that is empty.
    fn write_header(&mut self, at: Stamp, previous: Option<&str>) -> Result<(), Fault> {
        self.known.begin_segment();
        let limits = Limits {
            line_bytes: LINE_BYTES_MAX,
            segment_bytes: self.world.config.rotation.segment_bytes,
        };
        let (log, boot) = (self.log.clone(), self.boot.clone());
        let previous = previous.map(|segment| Previous { segment });
        let open = self.operations.listed();
        self.push(
            at,
            &HeaderBody { log: &log, stream: AUDIT, boot: &boot, limits, previous, open },
        );
        let active = self
            .active
            .as_mut()
            .ok_or_else(|| Fault { doing: "write", error: std::io::ErrorKind::Other.into() })?;
        active.end_header();
        active.sync()?;
        self.world.storage.sync_names().map_err(Fault::new("sync the directory"))
    }

    /// Counts an event as lost.
    pub(crate) fn lose(&mut self, why: Loss, at: Stamp) -> NotWritten {
        self.world.losses.add(why, 1, at);
        add(&self.world.counters.lost_inside, 1);
        NotWritten
    }

    /// Counts what was in doubt: lines before `missing_from` are in the file, the others are not.
    fn settle_doubt(&mut self, missing_from: u64) {
        self.operations.settle(missing_from);
        let Doubt { from: _, events, gaps } = std::mem::take(&mut self.doubt);
        let written = events.iter().filter(|seq| **seq < missing_from).count() as u64;
        let lost = events.len() as u64 - written;
        add(&self.world.counters.written, written);
        add(&self.world.counters.lost_inside, lost);
        self.world.losses.add(Loss::Fault, lost, self.world.clock.now());
        for (seq, losses) in gaps {
            if seq >= missing_from {
                self.world.losses.put_back(losses);
            }
        }
    }

    /// Closes the stream until it can be reopened.
    fn fail(&mut self, fault: Fault) {
        let Fault { doing, error } = fault;
        tracing::error!(target: "audit_writer", doing, %error, "the audit log cannot be written; trying again every second");
        let unsynced_from =
            self.active.as_ref().and_then(Active::unsynced_from).unwrap_or(self.next_seq);
        self.active = None;
        let at = self.world.clock.now();
        let past = PastFault { doing, error, at, unsynced_from };
        self.fault.get_or_insert(past);
    }
}

/// What the system said, as a short code: its number where it has one.
fn error_code(error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => format!("os error {number}"),
        None => format!("{:?}", error.kind()),
    }
}

/// A fault, as its line shows it.
fn fault_body(fault: &PastFault) -> FaultBody {
    let PastFault { doing, error, at, unsynced_from } = fault;
    let error = error_code(error);
    FaultBody { doing, error, at: at.rfc3339(), unsynced_from: *unsynced_from }
}
