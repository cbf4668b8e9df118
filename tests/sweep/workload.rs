//! What a log goes through in every case, and what must hold whatever failed.

use audit_log::Log;
use audit_log::storage::ReadStorage;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use audit_core::vocab::Version;
use audit_core::{AuditEvent, AuditValue, Awaited, EmitError, Outcome, Pending, Stream};
use audit_log::reader::{Json, Line};
use audit_writer::storage::MemoryStorage;
use audit_writer::testing::ManualClock;
use audit_writer::{Retention, Rotation, Stats, Writer};

use crate::kit::{DAY, LONG, door_opened, writer_on};

/// Somebody came in.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "come", category = "session", outcome = "success", stream = "access")]
#[audit(none(actor = "a", source = "b", object = "c"))]
struct Came {
    #[audit(disclose = "counts the test's events", class = "public")]
    count: u32,
}

/// The program tried again.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "retry", category = "connector", outcome = "success", stream = "application")]
#[audit(none(actor = "a", source = "b", object = "c"))]
struct Retried {
    #[audit(disclose = "counts the test's events", class = "public")]
    count: u32,
}

/// Why firmware was not written.
#[derive(AuditValue)]
enum FlashFault {
    Verify,
}

/// Firmware is written, or was.
#[must_use]
#[derive(AuditEvent)]
#[audit(action(success = "flash", failure = "flash_failed"), category = "maintenance", two_phase)]
#[audit(actor(service = "updater"), source(local = "updater"))]
#[audit(object(id = "firmware"), object_type = "image")]
struct Flashed<'a> {
    #[audit(outcome)]
    outcome: Awaited<FlashFault>,
    version: Version<'a>,
}

/// Rounds of a run; the day turns after half of them, and what failed for good is healed.
const ROUNDS: u32 = 8;
/// Each round begins with so many plain events.
const PLAIN: u32 = 2;
/// A start may fail so often before it must succeed: as often as there are faults in a case.
const STARTS: u32 = 4;
/// So often the counts are looked at before they are wrong.
const LOOKS: usize = 10_000;
/// A writer goes on after so many tries of a flush, half a millisecond apart, or never.
const FLUSHES: u32 = 2_000;

/// How a log is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// All lines: they are counted in the end.
    All,
    /// So little that it prunes all the time.
    Little,
    /// All lines, in three streams.
    InStreams,
}

impl Keeps {
    fn total_bytes(self) -> u64 {
        match self {
            Keeps::All | Keeps::InStreams => 1024 * 1024,
            Keeps::Little => 12 * 1024,
        }
    }

    /// The streams that the log has.
    fn streams(self) -> &'static [Stream] {
        match self {
            Keeps::InStreams => &Stream::ALL,
            Keeps::All | Keeps::Little => &[Stream::Audit],
        }
    }
}

/// One case under way.
pub struct Case {
    storage: MemoryStorage,
    keeps: Keeps,
    /// The count of the next event.
    count: u32,
    /// The counts of what was accepted, but for what a shutdown said that it left behind.
    accepted: Vec<u32>,
    /// The numbers of what was acknowledged, by count.
    acknowledged: BTreeMap<u32, u64>,
    /// Whether a shutdown was not complete: it said so, and what it left may be missing.
    left_behind: bool,
    pub violations: Vec<String>,
}

impl Case {
    pub fn new(storage: MemoryStorage, keeps: Keeps) -> Case {
        Case {
            storage,
            keeps,
            count: 0,
            accepted: Vec::new(),
            acknowledged: BTreeMap::new(),
            left_behind: false,
            violations: Vec::new(),
        }
    }

    pub fn acknowledged(&self) -> usize {
        self.acknowledged.len()
    }

    /// Two runs, the first with whatever faults were planned, the second with what is left of them.
    pub fn run(&mut self) {
        for rounds in [ROUNDS, 2] {
            if self.one_run(rounds).is_none() {
                return;
            }
        }
        self.storage.heal();
        self.check_lines();
    }

    fn violated(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    fn start(&mut self) -> Option<(Writer, Arc<ManualClock>)> {
        let mut last = String::new();
        for attempt in 0..STARTS {
            let (builder, clock) = writer_on(&self.storage);
            let builder = builder
                .streams(self.keeps.streams().iter().copied())
                .retry_after(Duration::from_millis(1))
                .rotation(Rotation { daily: true, segment_bytes: 4096 })
                .retention(Retention {
                    total_bytes: self.keeps.total_bytes(),
                    ..Retention::default()
                });
            match builder.start() {
                Ok(writer) => return Some((writer, clock)),
                Err(error) => last = error.to_string(),
            }
            if attempt + 2 == STARTS {
                self.storage.heal(); // What fails for good fails until now.
            }
        }
        self.violated(format!("does not start: {last}"));
        None
    }

    fn one_run(&mut self, rounds: u32) -> Option<()> {
        let (writer, clock) = self.start()?;
        let before = self.accepted.len();
        for round in 0..rounds {
            for _ in 0..PLAIN {
                self.emit(&writer);
            }
            self.emit_durable(&writer);
            if round % 4 == 1 {
                self.flash(&writer);
            }
            if round == rounds / 2 {
                self.flush(&writer)?;
                clock.advance(DAY);
            }
        }
        self.flush(&writer)?;
        let accepted = (self.accepted.len() - before) as u64;
        self.check_counts(&writer, accepted);
        let hits = self.storage.faults_hit();
        let report = writer.shutdown();
        if !report.is_complete() && self.storage.faults_hit() == hits {
            self.violated(format!("without a fault: {report}"));
        }
        self.left_behind |= !report.is_complete();
        Some(())
    }

    /// So many were accepted, and all of them are through. A writer that looks for more counts what it
    /// may find for a moment.
    fn check_counts(&mut self, writer: &Writer, accepted: u64) {
        let is_so = |stats: &Stats| stats.accepted == accepted && stats.unwritten() == 0;
        let looks = std::iter::repeat_with(|| writer.stats()).take(LOOKS);
        if looks.inspect(|_| std::thread::yield_now()).find(is_so).is_none() {
            self.violated(format!("{accepted} were accepted, and {:?}", writer.stats()));
        }
    }

    fn next_count(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    fn emit(&mut self, writer: &Writer) {
        let count = self.next_count();
        let emitted = match count % 3 {
            0 => door_opened(count).to(writer).emit(),
            1 => Came { count }.to(writer).emit(),
            _ => Retried { count }.to(writer).emit(),
        };
        match emitted {
            Ok(()) => self.accepted.push(count),
            Err(error) => self.violated(format!("a plain event: {error}")),
        }
    }

    fn emit_durable(&mut self, writer: &Writer) {
        let count = self.next_count();
        // A writer that cannot write refuses at once.
        let Ok(pending) = submit_durable(writer, count) else { return };
        self.accepted.push(count);
        match pending.wait_for(LONG) {
            Ok(receipt) => self.check_acknowledged(count, receipt.seq),
            Err(EmitError::NotDurable) => {}
            Err(error) => self.violated(format!("no answer: {error}")),
        }
    }

    /// An operation of two phases; its version is a count.
    fn flash(&mut self, writer: &Writer) {
        let (begin, end) = (self.next_count(), self.next_count());
        let version = begin.to_string();
        let flashed = Flashed {
            outcome: Awaited::new(),
            version: Version::new(&version).expect("digits are a version"),
        };
        let before = accepted_by(writer);
        match flashed.to(writer).begin() {
            Ok(begun) => {
                self.accepted.push(begin);
                self.check_durable(begin, begun.receipt().seq);
                match begun.finish(Outcome::Failure(FlashFault::Verify)) {
                    Ok(()) => self.accepted.push(end),
                    Err(error) => self.violated(format!("an end: {error}")),
                }
            }
            // Whether it was accepted before it could not be made durable only the writer knows.
            Err(EmitError::NotDurable) if accepted_by(writer) > before => {
                self.accepted.push(begin);
            }
            Err(EmitError::NotDurable) => {}
            Err(error) => self.violated(format!("a beginning: {error}")),
        }
    }

    /// Ends what fails for good, and waits until everything is on stable storage.
    fn flush(&mut self, writer: &Writer) -> Option<()> {
        for _ in 0..FLUSHES {
            self.storage.heal_what_lasts();
            match writer.flush(LONG) {
                Ok(()) => return Some(()),
                Err(EmitError::NotDurable) => std::thread::sleep(Duration::from_micros(500)),
                Err(error) => {
                    self.violated(format!("a flush: {error}"));
                    return None;
                }
            }
        }
        self.violated("the writer does not go on");
        None
    }

    fn check_acknowledged(&mut self, count: u32, seq: u64) {
        let is_of_this_stream =
            |other: &u32| self.keeps != Keeps::InStreams || other % 3 == count % 3;
        let mut given = self.acknowledged.iter().filter(|(other, _)| is_of_this_stream(other));
        if given.any(|(_, other)| *other == seq) {
            self.violated(format!("number {seq} was given twice"));
        }
        self.acknowledged.insert(count, seq);
        self.check_durable(count, seq);
    }

    /// Whatever names a power cut leaves now, the line of this number is there, and no line is
    /// damaged.
    fn check_durable(&mut self, count: u32, seq: u64) {
        let cuts = self.storage.after_power_cuts();
        // The contents are the same in all of them.
        for left in cuts.first().into_iter().chain(cuts.get(1..).and_then(<[_]>::last)) {
            for stream in self.keeps.streams() {
                if let Err(error) = read(left, *stream) {
                    self.violated(format!("after a power cut {error}"));
                }
            }
        }
        for (changes, left) in cuts.iter().enumerate() {
            if !holds(left, self.keeps, count, seq) {
                let names = left.list().unwrap_or_default();
                self.violated(format!(
                    "{count} was acknowledged as {seq}, and is not there after a power cut \
                     with {changes} changes of names: {names:?}"
                ));
            }
        }
    }

    /// What the log holds in the end.
    fn check_lines(&mut self) {
        let mut found = Vec::new();
        for stream in self.keeps.streams() {
            let lines = match read(&self.storage, *stream) {
                Ok(lines) => lines,
                Err(error) => return self.violated(error),
            };
            let numbers: Vec<u64> = lines.iter().map(|line| line.seq).collect();
            if !numbers.is_sorted_by(|one, next| one + 1 == *next) {
                self.violated(format!("a hole or a repetition: {numbers:?}"));
            }
            found.extend(self.check_events(*stream, &lines));
        }
        found.sort_unstable();
        self.check_accepted(&found);
    }

    /// The counts and numbers of the events in a stream.
    fn check_events(&mut self, stream: Stream, lines: &[Line]) -> Vec<(u32, u64)> {
        let found: Vec<(u32, u64)> =
            lines.iter().filter_map(|line| Some((count_of(line)?, line.seq))).collect();
        if !found.is_sorted() {
            self.violated(format!("in another order than they were accepted in: {found:?}"));
        }
        let is_at_home = |line: &Line| match line.get("event").and_then(Json::as_str) {
            Some("came") => stream == Stream::Access,
            Some("retried") => stream == Stream::Application,
            _ => stream == Stream::Audit,
        };
        let mut events = lines.iter().filter(|line| line.kind == "event");
        if self.keeps == Keeps::InStreams && !events.all(is_at_home) {
            self.violated(format!("an event of another stream in {}", stream.name()));
        }
        let gaps = lines.iter().filter(|line| line.kind == "gap");
        let lost: u64 = gaps.filter_map(|line| line.member("lost")?.as_u64()).sum();
        if lost > 0 && self.keeps != Keeps::Little {
            self.violated(format!("{lost} events were lost"));
        }
        found
    }

    fn check_accepted(&mut self, found: &[(u32, u64)]) {
        if self.keeps == Keeps::Little {
            return;
        }
        for (count, seq) in &self.acknowledged {
            if !found.contains(&(*count, *seq)) {
                self.violations.push(format!("{count}, acknowledged as {seq}, is not there"));
            }
        }
        let counts: Vec<u32> = found.iter().map(|(count, _)| *count).collect();
        if counts != self.accepted && !self.left_behind {
            self.violated(format!("accepted {:?}, found {counts:?}", self.accepted));
        }
    }
}

/// Emits an event of one of the streams, to be waited for.
fn submit_durable(writer: &Writer, count: u32) -> Result<Pending, EmitError> {
    match count % 3 {
        0 => door_opened(count).to(writer).submit_durable(),
        1 => Came { count }.to(writer).submit_durable(),
        _ => Retried { count }.to(writer).submit_durable(),
    }
}

/// How many events a writer accepted so far, while nobody emits: its count is too high for a moment
/// when it looks for more, and never too low.
fn accepted_by(writer: &Writer) -> u64 {
    let looks = std::iter::repeat_with(|| {
        std::thread::yield_now();
        writer.stats().accepted
    });
    looks.take(100).min().unwrap_or(0)
}

/// The count that an event carries, if the line is one.
fn count_of(line: &Line) -> Option<u32> {
    if line.kind != "event" {
        return None;
    }
    let data = line.get("data")?;
    match data.get("version") {
        Some(version) => {
            let count: u32 = version.as_str()?.parse().ok()?;
            let is_end = line.get("phase").and_then(Json::as_str) != Some("begun");
            Some(count + u32::from(is_end))
        }
        None => u32::try_from(data.get("count")?.as_u64()?).ok(),
    }
}

/// All lines of a stream, which can be read.
fn read(storage: &MemoryStorage, stream: Stream) -> Result<Vec<Line>, String> {
    let lines = Log::on(storage).stream(stream).lines().map_err(|error| error.to_string())?;
    lines.map(|(position, line)| line.map_err(|error| format!("{position:?}: {error}"))).collect()
}

/// Whether what a power cut left holds the event of this count under this number, at once or after
/// a writer opened it.
fn holds(left: &MemoryStorage, keeps: Keeps, count: u32, seq: u64) -> bool {
    if stands_in_a_segment(left, count, seq) {
        return true;
    }
    let builder = writer_on(left).0.streams(keeps.streams().iter().copied());
    let Ok(writer) = builder.start() else { return false };
    writer.shutdown().is_complete() && stands_in_a_segment(left, count, seq)
}

/// Whether a segment has the line; by a look for its number, because it is asked so often.
fn stands_in_a_segment(left: &MemoryStorage, count: u32, seq: u64) -> bool {
    let number = format!("{{\"kind\":\"event\",\"seq\":{seq},");
    let names = left.list().unwrap_or_default().into_iter().map(|(name, _)| name);
    let mut segments = names.filter(|name| name.ends_with(".jsonl"));
    segments.any(|name| {
        let bytes = left.bytes(&name).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines().filter(|line| line.starts_with(&number));
        lines.any(|line| {
            Line::parse(line.as_bytes()).is_ok_and(|line| count_of(&line) == Some(count))
        })
    })
}
