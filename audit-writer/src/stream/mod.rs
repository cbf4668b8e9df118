//! One stream that is being written: numbers its lines and puts them into segments.

mod aside;
mod checkpoints;
mod clock_watch;
mod compress;
mod compressing;
mod estate;
mod finding;
mod folding;
mod judge;
mod known;
mod log_lines;
mod open;
mod operations;
mod own;
mod prepare;
mod prune;
pub(crate) mod rebuild;
mod rotate;
mod signing;
mod succession;
mod superseded;
mod troubles;
mod unable;

use std::collections::BTreeMap;
use std::sync::Arc;

use audit_core::{
    Level, Stream,
    record::{Buffer, Record},
    schema::Phase,
};
use audit_log::line::{Envelope, GapBody, KeyNames, Lifecycle, Loss, SchemaBody, Scratch};
use audit_log::name::{Files, Name};

use self::compressing::Compressing;
use self::known::Known;
use self::operations::{Operation, Operations};
use self::own::Key;
use self::signing::{CHECKPOINT_LINE_BYTES, Signing};
use self::unable::Unable;
use crate::clock::{Clock, Stamp};
use crate::config::{Config, Durability};
use crate::flood::{Floods, is_refusal};
use crate::identity::Identity;
use crate::jumps::Jumps;
use crate::keys::store::KeyStore;
use crate::listed::Listed;
use crate::loss::{LossCounter, Losses};
use crate::retention::Ages;
use crate::retry::Retry;
use crate::segment::active::{Active, Trouble};
use crate::segment::successor::Successor;
use crate::stats::{Counters, Stats, add};
use crate::storage::Storage;

/// Lines are put into the file at the latest when so many bytes wait.
const BUFFER_BYTES: usize = 64 * 1024;

/// Lines that are not durable are kept, to be written again if they never are; what waits for a
/// sync that nobody asks for gets one when so many bytes do.
const KEPT_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Lines about the log itself are shorter, but for those about pruning.
const LOG_LINE_BYTES: u64 = 2048;

/// What a stream works with.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) stream: Stream,
    /// What identifies the log of the directory, once that is known: the first stream that is opened
    /// finds out.
    pub(crate) log: Option<String>,
    /// Which log it was before, where the first stream was found on another machine.
    pub(crate) log_before: Option<String>,
    /// What identifies the run, in all its streams.
    pub(crate) run: String,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) clock: Arc<dyn Clock>,
    /// As this stream is told, of what the writer was.
    pub(crate) config: Config,
    /// Of all streams together.
    pub(crate) counters: Arc<Counters>,
    /// Of events of this stream.
    pub(crate) losses: Arc<LossCounter>,
    /// Where the keys are that checkpoints are signed with.
    pub(crate) keys: Arc<dyn KeyStore>,
    /// Who writes the log.
    pub(crate) identity: Arc<Identity>,
    /// Which events the program said that it has.
    pub(crate) listed: Arc<Listed>,
    /// What this process wrote elsewhere before, if it did.
    pub(crate) earlier: Option<Earlier>,
}

/// A log that this process wrote before it went on elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Earlier {
    /// What identifies it.
    pub(crate) log: String,
    /// What had been done when it was left.
    pub(crate) stats: Stats,
}

impl World {
    /// The names of this stream's files.
    pub(crate) fn files(&self) -> &'static Files {
        Files::of(self.stream)
    }
}

/// One stream of a log, as one run writes it.
pub(crate) struct OpenStream {
    world: World,
    /// What identifies the log.
    log: String,
    boot: String,
    /// What tells the machine from others in this log.
    machine: Option<String>,
    next_seq: u64,
    clock_synced: bool,
    /// The same as the lines say it.
    told_synced: bool,
    jumps: Jumps,
    ages: Ages,
    /// Whether the clock was right when the active segment was opened.
    opened_synced: bool,
    /// The complete segments of the log, each with when it was begun, where a clock says so that was
    /// right.
    own: BTreeMap<Key, Option<i64>>,
    /// Whether the run's first lines are written.
    has_begun: bool,
    /// The log that it goes on with in this run, where that is another one.
    continues: Option<String>,
    /// Whether evidence ends with what the start signs.
    ends_evidence: bool,
    floods: Floods,
    /// When a day was turned the last time.
    turned_up_ns: Option<u64>,
    known: Known,
    scratch: Scratch,
    /// The keys of `data` so far, each with its type.
    key_names: KeyNames,
    /// The active segment; none after a fault, until its successor is in its place.
    active: Option<Active>,
    successor: Option<Successor>,
    /// When the segment was begun that the successor takes the place of.
    over: Option<Option<i64>>,
    operations: Operations,
    compressing: Compressing,
    /// None where there is to be no evidence.
    signing: Option<Signing>,
    /// Events that have a line which is in no file yet.
    unwritten_events: u64,
    /// Why the active segment is over, until a line says so.
    past: Option<Past>,
    /// When the successor is tried again that could not be put in its place.
    retry: Retry,
    /// What the system refuses although lines can be written.
    unable: Unable,
    /// How large the system lets a file be.
    file_bytes_max: u64,
}

/// What is remembered of a fault, or of foreign hands, until it can be recorded.
struct Past {
    trouble: Trouble,
    at: Stamp,
    unsynced_from: u64,
    /// The name of the segment that is over, and of what stood in its place.
    segment: Option<Name>,
    moved_to: Option<Name>,
}

/// Why an event has no line.
#[derive(Debug)]
pub(crate) enum NotWritten {
    /// A line will tell of it and others of its sort, by number.
    Folded,
    /// It is lost, and counted as such.
    Lost,
    /// The stream is broken; it can have one when the stream is not any more.
    Broken,
}

/// How an event is written.
#[derive(Clone, Copy)]
pub(crate) struct Manner<'a> {
    /// Whether it may be counted instead, if there are too many of its sort.
    pub(crate) may_fold: bool,
    /// What its line says of where it comes from, spelled; empty where it happened here.
    pub(crate) provenance: &'a [u8],
}

/// An event that got a line.
pub(crate) struct Numbered {
    pub(crate) seq: u64,
    pub(crate) level: Level,
}

impl OpenStream {
    /// What identifies its log.
    pub(crate) fn log(&self) -> &str {
        &self.log
    }

    /// Which log it was before this run, where that is another one.
    pub(crate) fn log_before(&self) -> Option<&str> {
        self.continues.as_deref()
    }

    /// What its clock shows.
    pub(crate) fn up_ns(&self) -> u64 {
        self.world.clock.up_ns()
    }

    /// Whether it takes no events: a fault closed it, or what the start found could not be signed yet.
    pub(crate) fn is_broken(&self) -> bool {
        let is_unsigned = |signing: &Signing| !signing.has_signed;
        self.is_closed() || self.signing.as_ref().is_some_and(is_unsigned)
    }

    /// Whether a fault closed it: then no line can be written.
    fn is_closed(&self) -> bool {
        self.active.is_none()
    }

    /// Whether there are lines that are not known to be durable.
    pub(crate) fn is_unsynced(&self) -> bool {
        self.active.as_ref().is_some_and(|active| active.unsynced_from().is_some())
    }

    /// Gives an event its number and line, if it is not one of too many that may be folded; behind
    /// its schema where that does not stand in the segment yet.
    ///
    /// # Errors
    ///
    /// [`NotWritten`] says what became of the event.
    pub(crate) fn event<B: Buffer>(
        &mut self,
        at: Stamp,
        record: &Record<B>,
        manner: Manner<'_>,
    ) -> Result<Numbered, NotWritten> {
        if self.is_broken() {
            return Err(NotWritten::Broken);
        }
        if manner.may_fold && self.folds(at, record) {
            return Err(NotWritten::Folded);
        }
        let place = self.known.place(record.schema(), &mut self.key_names, &self.world.listed);
        self.make_room_for_event(at, place, manner.provenance.len() as u64);
        if self.is_broken() {
            return Err(NotWritten::Broken);
        }
        if self.operations.is_full() && record.ending().phase == Some(Phase::Begun) {
            return Err(self.lose(Loss::Full, at));
        }
        match self.push_event(at, place, record, manner.provenance) {
            Some(numbered) => Ok(numbered),
            None => Err(self.lose(Loss::Malformed, at)),
        }
    }

    /// Room for an event of the type at this place, behind its schema.
    fn make_room_for_event(&mut self, at: Stamp, place: usize, more: u64) {
        let Some(of) = self.known.get(place) else { return };
        let (schema, is_listed) = (of.schema, of.is_listed);
        self.make_room(at, (of.room + more).min(self.world.config.rotation.segment_bytes / 2));
        if self.known.stands(place) {
            return;
        }
        let body = SchemaBody::of(schema, is_listed, &mut self.key_names);
        if self.push(at, &body).is_some() {
            self.known.was_written(place);
        }
    }

    fn push_event<B: Buffer>(
        &mut self,
        at: Stamp,
        place: usize,
        record: &Record<B>,
        provenance: &[u8],
    ) -> Option<Numbered> {
        let seq = self.next_seq;
        let active = self.active.as_mut()?;
        let before = active.filling().bytes;
        let of = self.known.get(place)?;
        let envelope = Envelope { seq, unix_ns: at.unix_ns, provenance };
        let scratch = &mut self.scratch;
        let mut ending = None;
        let chain = self.signing.as_mut().map(|signing| &mut signing.chain);
        let pushed = active.push(seq, chain, |out| {
            let written = of.spelling.write(&envelope, record, scratch, out);
            ending = Some(written.map_err(|malformed| {
                tracing::error!(target: "audit_writer", %malformed, "an audit event could not be spelled out");
            })?);
            Ok(())
        });
        let ending = pushed.ok().and(ending)?;
        let line_bytes = active.filling().bytes - before;
        match is_refusal(ending.outcome) {
            true => self.floods.spend(line_bytes),
            false => self.floods.earn(line_bytes),
        }
        if let Some(phase) = ending.phase {
            let (event, run) = (of.schema.event, &self.world.run);
            self.operations
                .follow(seq, phase, || Operation { event: event.to_owned(), run: run.clone() });
        }
        let level = of.schema.level_of(ending.outcome, ending.phase);
        if !of.is_listed {
            add(&self.world.counters.unlisted, 1);
        }
        self.unwritten_events += 1;
        self.was_pushed(seq);
        Some(Numbered { seq, level })
    }

    /// The program was told that the line with this number is not durable. If an operation begins
    /// with it, that one does not.
    pub(crate) fn refuse(&mut self, seq: u64) {
        self.operations.refuse(seq);
    }

    /// Says which operations did not begin although their beginning is recorded.
    pub(crate) fn tell_refused(&mut self) {
        if self.is_broken() {
            return;
        }
        for (begun, operation) in self.operations.take_refused() {
            self.record(Lifecycle::NotBegun { operation: operation.begun_at(begun) });
        }
    }

    /// Writes what was lost since the last time, and says whether anything was.
    pub(crate) fn gap(&mut self) -> bool {
        if self.is_broken() {
            return false;
        }
        let losses = self.world.losses.take();
        if losses.count() == 0 {
            return false;
        }
        let Losses { reasons, first, last } = losses;
        let body =
            GapBody { lost: losses.count(), reasons, from: first.rfc3339(), to: last.rfc3339() };
        tracing::warn!(target: "audit_writer", lost = body.lost, "audit events were lost");
        let is_told = self.log_line(&body).is_some();
        self.want_checkpoint("gap");
        if !is_told {
            self.world.losses.put_back(losses);
        }
        is_told
    }

    /// Records the run's end, with so many events left in the channel. The line and the checkpoint
    /// behind it stand in one segment.
    pub(crate) fn stop(&mut self, waiting: u64) {
        self.tell_last_jump();
        let now = self.world.clock.now();
        self.make_room(now, LOG_LINE_BYTES + CHECKPOINT_LINE_BYTES);
        let earlier = self.world.earlier.as_ref().map(|earlier| earlier.stats).unwrap_or_default();
        let stats = self.world.counters.now(|| waiting).since(earlier);
        let Stats { accepted, written, folded: summarized, lost, .. } = stats;
        self.push_lifecycle(now, Lifecycle::Stop { accepted, written, summarized, lost });
        self.sign("stop");
    }

    /// Puts all lines into the file.
    pub(crate) fn write_out(&mut self) {
        let Some(active) = &mut self.active else { return };
        if let Err(fault) = active.write_out() {
            return self.fail(fault.into());
        }
        // What is kept must fit into a file of its own, as much as may come until the next look.
        let kept_bytes_max = usize::try_from(self.file_bytes_max / 4).unwrap_or(usize::MAX);
        let too_much_kept = active.kept_bytes() >= KEPT_BYTES_MAX.min(kept_bytes_max);
        if self.world.config.durability == Durability::Never {
            active.let_go();
        }
        self.count_written();
        if too_much_kept && self.world.config.durability != Durability::Never {
            self.sync();
        }
    }

    /// Puts all lines into the file and makes them durable.
    pub(crate) fn sync(&mut self) {
        let Some(active) = &mut self.active else { return };
        match active.sync(self.world.storage.as_ref(), self.world.files().active) {
            Ok(()) => self.count_written(),
            Err(trouble) => self.fail(trouble),
        }
    }

    /// Looks whether somebody else was at the active segment's file.
    pub(crate) fn look_at_file(&mut self) {
        self.file_bytes_max = self.world.storage.file_bytes_max();
        let Some(active) = &self.active else { return };
        let checked = active.check_ours(self.world.storage.as_ref(), self.world.files().active);
        if let Err(trouble) = checked {
            self.fail(trouble);
        }
    }

    /// Counts an event as lost.
    pub(crate) fn lose(&mut self, why: Loss, at: Stamp) -> NotWritten {
        self.world.losses.add(why, 1, at);
        add(&self.world.counters.lost_inside, 1);
        NotWritten::Lost
    }

    fn count_written(&mut self) {
        add(&self.world.counters.written, std::mem::take(&mut self.unwritten_events));
    }
}

/// Eight random bytes in hexadecimal.
///
/// # Errors
///
/// The system has no randomness.
pub(crate) fn random_id() -> std::io::Result<String> {
    Ok(format!("{:016x}", getrandom::u64()?))
}
