//! The loop: lines in, events out, and a position behind them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use audit_ingest::{Action, Config, Ingest, Log, Told};
use audit_writer::clock::{Clock, SystemClock};
use audit_writer::{Evidence, Retention, Writer};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::Arguments;
use super::files::{Begin, Files, Step};
use super::input::{Input, is_stdin};
use super::position::{Kept, Recorded, Stop};
use super::record::record;
use super::summary::Summary;
use crate::progress::{Read, watched};
use crate::{Failure, shown};

/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;
/// How often files are looked at that are followed.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// A line may be written so much later than what it tells of happened, in milliseconds.
const LATE: i64 = 5_000;
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
            age: Duration::from_secs(AGES),
            total_bytes: u64::MAX,
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
    summary: Summary,
    clock: SystemClock,
}

impl Run {
    fn new(arguments: &Arguments, config: Config, writer: Writer) -> Result<Run, Failure> {
        let dir: &Path = arguments.dir();
        let kept = Kept::of_log(dir)?;
        let stop = kept.stop()?;
        let given = arguments.given();
        let open = |stop: Option<&Stop>| {
            let mut all = Vec::new();
            let mut is_found = true;
            let is_of_files = |paths: &[_]| !paths.is_empty() && !is_stdin(paths);
            for (log, paths) in given.iter().filter(|(_, paths)| is_of_files(paths)) {
                let begin = stop.and_then(|it| begin(it, *log));
                let (files, found) = Files::new(*log, paths, arguments.follow, begin, &kept.key)?;
                is_found &= found;
                all.push(files);
            }
            Ok::<_, Failure>((all, is_found))
        };
        let mut summary = Summary::of(config.device);
        let (mut files, is_found) = open(stop.as_ref())?;
        let stop = match is_found {
            true => stop,
            false => {
                // What is told of older files does not go on from there.
                files = open(None)?.0;
                let notice = "the files where reading stopped are not there: all is read from its \
                     begin, and what is recorded already is skipped";
                eprintln!("auditlog: warning: {notice}");
                summary.notices.push(notice.to_owned());
                None
            }
        };
        let recorded = Recorded::of_log(dir, stop.as_ref())?;
        let mut files: Vec<Input> =
            files.into_iter().map(|it| Input::Files(Box::new(it))).collect();
        files.extend(arguments.streams(|log| begin(stop.as_ref()?, log))?);
        for files in &mut files {
            files.know(recorded.files());
        }
        let ingest = match stop {
            Some(stop) => Ingest::resume(config, stop.position),
            None => Ingest::new(config),
        };
        let (buffer, clock) = (vec![0; CHUNK], SystemClock::new());
        let (kept_at, is_kept) = ((clock.up_ns(), 0), true);
        let (bytes, writer) = (0, writer);
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
            summary,
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
                let now = self.clock.now().unix_ns / 1_000_000 - LATE;
                let mut told = Vec::new();
                self.ingest.advance(now, &mut |it| told.push(it));
                self.is_kept &= told.is_empty();
                self.take(told)?;
                thread::sleep(LOOK_EVERY);
            }
            self.keep_if_due()?;
        }
        let stop = self.stop();
        self.keep(stop)
    }

    /// Reads on in the log that is behind; whether there was anything.
    fn step(&mut self) -> Result<bool, Failure> {
        let next = self.ingest.next();
        self.files.sort_by_key(|it| it.log() != next);
        let mut told = Vec::new();
        self.warn();
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
            self.take(told)?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Says at once what was lost on the way: whoever follows would learn of it too late.
    fn warn(&mut self) {
        for files in &mut self.files {
            for notice in files.notices() {
                eprintln!("auditlog: warning: {}", shown(&notice));
                self.summary.notices.push(notice);
            }
        }
    }

    fn take(&mut self, told: Vec<Told>) -> Result<(), Failure> {
        for told in told {
            match told {
                Told::Action(action) if self.recorded.had(action.id) => self.summary.repeated += 1,
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

    fn name(&self, log: Log, file: audit_ingest::FileId) -> String {
        let files = self.files.iter().find(|it| it.log() == log);
        files.and_then(|it| it.name(file)).unwrap_or("a file that was read before").to_owned()
    }

    fn stop(&self) -> Stop {
        Stop { position: self.ingest.position(), imported: self.recorded.settled() }
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
fn begin(stop: &Stop, log: Log) -> Option<Begin> {
    let (id, offset) = stop.position.begin(log);
    let was_opened = id != audit_ingest::FileId::default();
    was_opened.then_some(Begin { id, offset })
}
