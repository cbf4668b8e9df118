//! The loop: lines in, events out, and a position behind them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use audit_ingest::{Action, Config, FileId, Ingest, Kind, Log, Times, Told};
use audit_writer::clock::{Clock, SystemClock};
use audit_writer::{Evidence, Retention, Writer};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::Arguments;
use super::family::Family;
use super::files::{Begin, Files, SAME_BYTES, Since, Step};
use super::input::{Input, is_stdin};
use super::missing::Missing;
use super::position::{Anchor, Kept, Recorded, Stop};
use super::record::{record, record_missing};
use super::summary::Summary;
use crate::progress::{Read, watched};
use crate::{Failure, shown};

/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;
/// How often files are looked at that are followed.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// A line may be written so much later than what it tells of happened, in milliseconds.
const LATE: i64 = 5_000;
/// What the joining of both logs waits for besides, in milliseconds.
const WAITS: i64 = 5_000;
/// What helps where lines come later than that.
pub(crate) const LATE_LINES: &str = "lines of the access log came later than was waited for, \
    so that it may not be known who did what they tell of: give --access-log-delay what nginx's `flush` says, and more";
/// The position is kept after so much time, or so many bytes.
const KEEP_EVERY_NS: u64 = 500_000_000;
const KEEP_EVERY_BYTES: u64 = 64 * 1024 * 1024;
/// The longest that is waited for the disk.
const FLUSH: Duration = Duration::from_secs(60);
/// As good as for ever, in seconds.
const AGES: u64 = 1_000 * 366 * 86_400;

/// # Errors
///
/// What was asked for could not be done.
pub(crate) fn run(arguments: &Arguments, config: Config) -> Result<Summary, Failure> {
    let writer = Writer::builder(arguments.dir())
        .evidence(Evidence::Signed)
        .retention(Retention {
            age: Duration::from_secs(arguments.keep_days.map_or(AGES, |days| days * 86_400)),
            total_bytes: arguments.keep_bytes.unwrap_or(u64::MAX),
            min_free_bytes: 0,
        })
        .start()?;
    let mut run = Run::new(arguments, config, writer)?;
    let stop = Arc::new(AtomicBool::new(false));
    if arguments.follow {
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&stop))?;
        }
        run.follow(&stop)?;
    } else {
        watched(|progress: &Read| run.once(progress))?;
    }
    run.end()
}

struct Run {
    writer: Writer,
    kept: Kept,
    recorded: Recorded,
    ingest: Ingest,
    files: Vec<Input>,
    buffer: Vec<u8>,
    /// When, and after how many bytes, the position was kept.
    kept_at: (u64, u64),
    bytes: u64,
    /// Nothing that would change the position was read since it was kept.
    is_kept: bool,
    /// What was known of the places of the position that was kept last.
    anchors: [Option<((FileId, u64), Anchor)>; 2],
    summary: Summary,
    /// What is so old has been waited for, in milliseconds.
    late: i64,
    /// Nothing was waited for any more that happened before this, in milliseconds since 1970.
    passed: i64,
    clock: SystemClock,
}

impl Run {
    fn new(arguments: &Arguments, config: Config, writer: Writer) -> Result<Run, Failure> {
        let dir: &Path = arguments.dir();
        let kept = Kept::of_log(dir)?;
        let stop = kept.stop()?;
        let summary = Summary::of(config.device);
        let times = Arc::new(Times::new(&config));
        let mut files = Vec::new();
        for (log, paths) in arguments.given().into_iter().filter(|(_, it)| !is_stdin(it)) {
            let Some(live) = paths.last().cloned() else { continue };
            let (dirs, times) = (arguments.rotated_in.clone(), Arc::clone(&times));
            let family = Family { log, live, dirs, times };
            let since = stop.as_ref().map(|it| since(it, log));
            let of_log = Files::new(family, paths, arguments.follow, since.as_ref(), &kept.key)?;
            files.push(Input::Files(Box::new(of_log)));
        }
        let recorded = Recorded::of_log(dir, stop.as_ref())?;
        files.extend(arguments.streams(|log| since(stop.as_ref()?, log).begin)?);
        for files in &mut files {
            files.know(recorded.files());
        }
        let anchors = stop.as_ref().map(Stop::places).unwrap_or_default();
        // What is rotated from now on is read, even if nothing was yet.
        let is_kept = stop.is_some();
        let ingest = match stop {
            Some(stop) => Ingest::resume(config, stop.position),
            None => Ingest::new(config),
        };
        let delay = i64::try_from(arguments.access_log_delay.as_millis()).unwrap_or(i64::MAX);
        let (buffer, clock) = (vec![0; CHUNK], SystemClock::new());
        let kept_at = (0, 0);
        let bytes = 0;
        Ok(Run {
            writer,
            kept,
            recorded,
            ingest,
            files,
            buffer,
            kept_at,
            bytes,
            is_kept,
            anchors,
            summary,
            late: LATE.saturating_add(delay),
            passed: i64::MIN,
            clock,
        })
    }

    /// Reads what is there.
    fn once(&mut self, progress: &Read) -> Result<(), Failure> {
        progress.expect(self.files.iter().map(Input::left).sum());
        let mut before = 0;
        while self.step()? {
            progress.add(self.bytes - before);
            before = self.bytes;
            self.keep_if_due()?;
        }
        self.warn(true)?;
        // What waits is told now, and again by whoever goes on from here: then it is known.
        let stop = self.stop();
        let mut told = Vec::new();
        self.ingest.finish(&mut |it| told.push(it));
        self.take(told)?;
        self.keep(stop)
    }

    /// Reads what is there and what comes, until it is told to stop.
    fn follow(&mut self, stop: &AtomicBool) -> Result<(), Failure> {
        while !stop.load(Ordering::Relaxed) {
            if !self.step()? {
                let now = self.clock.now().unix_ns / 1_000_000 - self.late;
                let mut told = Vec::new();
                self.ingest.advance(now, &mut |it| told.push(it));
                self.note_late(&told);
                self.passed = self.passed.max(now);
                self.is_kept &= told.is_empty();
                self.take(told)?;
                thread::sleep(LOOK_EVERY);
            }
            self.keep_if_due()?;
        }
        self.warn(true)?;
        let stop = self.stop();
        self.keep(stop)
    }

    /// Reads on in the log that is behind; whether there was anything.
    fn step(&mut self) -> Result<bool, Failure> {
        let next = self.ingest.next();
        self.files.sort_by_key(|it| it.log() != next);
        let mut told = Vec::new();
        self.warn(false)?;
        for files in &mut self.files {
            match files.read(&mut self.buffer, &self.kept.key)? {
                Step::Bytes(count) => {
                    let bytes = self.buffer.get(..count).unwrap_or_default();
                    self.ingest.push(files.log(), bytes, &mut |it| told.push(it));
                    self.bytes += count as u64;
                    self.is_kept = false;
                }
                Step::Opened(file) => {
                    self.ingest.open(files.log(), file);
                    // Kept at once: after a stop it is found again, whatever it is called then.
                    (self.kept_at, self.is_kept) = ((0, 0), false);
                }
                Step::End => continue,
            }
            self.note_late(&told);
            self.take(told)?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Counts what was told of moments that had passed: by then nobody waited for it any more.
    fn note_late(&mut self, told: &[Told]) {
        let is_late = |told: &&Told| match told {
            Told::Action(it) if it.kind == Kind::SessionStart => false,
            Told::Action(it) => it.occurred.millis().saturating_add(WAITS) < self.passed,
            _ => false,
        };
        let late = told.iter().filter(is_late).count() as u64;
        if late > 0 && self.summary.late == 0 {
            eprintln!("auditlog: warning: {LATE_LINES}");
        }
        self.summary.late += late;
    }

    /// Says at once what is missing: whoever follows would learn of it too late.
    fn warn(&mut self, is_end: bool) -> Result<(), Failure> {
        let missing: Vec<_> = self.files.iter_mut().flat_map(|it| it.missing(is_end)).collect();
        for missing in missing {
            let notice = missing.to_string();
            eprintln!("auditlog: warning: {}", shown(&notice));
            self.summary.notices.push(notice);
            self.record_missing(&missing)?;
        }
        Ok(())
    }

    /// Whoever reads the log later learns of it, too.
    fn record_missing(&mut self, missing: &Missing) -> Result<(), Failure> {
        let generation = self.kept.key.hash(missing.file.as_bytes());
        let id = FileId { generation, ..FileId::default() };
        let now = self.clock.now().unix_ns / 1_000_000;
        let at = missing.from.or(missing.to).unwrap_or(now);
        if self.recorded.had_missing(id, missing.offset, at) {
            return Ok(());
        }
        let recorded = record_missing(&self.writer, missing, id, at);
        recorded.map_err(|error| format!("{}: it could not be recorded: {error}", missing.file))?;
        self.recorded.add();
        Ok(())
    }

    fn take(&mut self, told: Vec<Told>) -> Result<(), Failure> {
        for told in told {
            match told {
                Told::Action(action) if self.recorded.had(&action) => self.summary.repeated += 1,
                Told::Action(action) => self.record(&action)?,
                Told::Unconfirmed(claim) => {
                    let name = self.name(claim.origin.log, claim.origin.file);
                    self.summary.unconfirmed(name, &claim);
                }
                // They are found again in the log, with those of other logs: `auditlog sessions`.
                _ => {}
            }
        }
        Ok(())
    }

    fn record(&mut self, action: &Action) -> Result<(), Failure> {
        let name = self.name(action.id.origin.log, action.id.origin.file);
        let recorded = record(&self.writer, action, &name);
        recorded.map_err(|error| {
            format!("{name}: line {}: it could not be recorded: {error}", action.line)
        })?;
        self.recorded.add();
        self.summary.recorded += 1;
        Ok(())
    }

    fn name(&self, log: Log, file: FileId) -> String {
        let files = self.files.iter().find(|it| it.log() == log);
        files.and_then(|it| it.name(file)).unwrap_or("a file that was read before").to_owned()
    }

    fn stop(&mut self) -> Stop {
        let position = self.ingest.position();
        let anchors = [Log::Access, Log::App].map(|log| self.anchor(log, position.begin(log)));
        let (imported, kept_ns) = (self.recorded.settled(), self.clock.now().unix_ns);
        let stop = Stop { position, imported, kept_ns, anchors };
        self.anchors = stop.places();
        stop
    }

    /// What a place is known by. What is read no more, and was not known before, is known by less.
    fn anchor(&self, log: Log, place: (FileId, u64)) -> Anchor {
        let before = self.anchors.iter().flatten().find(|it| it.0 == place);
        if let Some((_, anchor)) = before.filter(|(_, it)| it.hash.is_some()) {
            return anchor.clone();
        }
        let (id, offset) = place;
        let Some(files) = self.files.iter().find(|it| it.log() == log) else {
            return Anchor::default();
        };
        let file = self.name(log, id);
        let text = files.before(id, offset);
        let hash = text.as_ref().map(|it| {
            let last = it.get(it.len().saturating_sub(SAME_BYTES)..);
            self.kept.key.hash(last.unwrap_or_default())
        });
        Anchor { file, hash, time: files.time_before(id, text.as_deref()) }
    }

    fn keep_if_due(&mut self) -> Result<(), Failure> {
        let (at, bytes) = self.kept_at;
        let is_due = self.clock.up_ns().saturating_sub(at) >= KEEP_EVERY_NS
            || self.bytes - bytes >= KEEP_EVERY_BYTES;
        match is_due && !self.is_kept {
            true => {
                let stop = self.stop();
                self.keep(stop)
            }
            false => Ok(()),
        }
    }

    /// Keeps a position, once all that was told before it is durable.
    fn keep(&mut self, stop: Stop) -> Result<(), Failure> {
        self.writer.flush(FLUSH)?;
        self.kept.keep(&stop)?;
        self.kept_at = (self.clock.up_ns(), self.bytes);
        self.is_kept = true;
        Ok(())
    }

    /// Closes the log, and says what became of it all.
    fn end(mut self) -> Result<Summary, Failure> {
        self.summary.lines = self.ingest.report().clone();
        let places = self.summary.lines.unreadable.clone();
        let names = places.iter().map(|it| self.name(it.log, it.file)).collect();
        self.summary.names = names;
        let log = if self.summary.device.has_one_log() { Log::Access } else { Log::App };
        let app = self.files.iter().find(|it| it.log() == log);
        let names = app.map(Input::names).unwrap_or_default();
        self.summary.tell_blind(&names);
        self.summary.tell_misfit();
        match self.writer.shutdown_within(FLUSH).is_complete() {
            true => Ok(self.summary),
            false => Err("the log could not be closed: what was read last may not be in it".into()),
        }
    }
}

/// Where a log was read to.
fn since(stop: &Stop, log: Log) -> Since {
    let (id, offset) = stop.position.begin(log);
    let was_opened = id != FileId::default();
    let begin = was_opened.then(|| Begin { id, offset, anchor: stop.anchor(log) });
    Since { begin, ns: i128::from(stop.kept_ns) }
}
