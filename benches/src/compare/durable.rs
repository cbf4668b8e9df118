//! The durable modes of ours. No peer has one, so they stand beside a bare loop that writes the
//! same bytes and syncs as often, and beside themselves with one thread.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::Duration;

use audit_writer::{Durability, Writer};
use quanta::Clock;

use super::child;
use super::files;
use super::job::{Answer, Job, Kind, Metric};
use super::loggers::{self, Logger, LoginFailed, LoginFailedCalmly};
use super::traced::Traced;
use super::work::{self, Work};
use crate::Failure;

const PATIENCE: Duration = Duration::from_secs(30);

/// Emits without waiting for durability; `finish` waits for it.
struct Durable {
    writer: Writer,
}

impl Logger for Durable {
    fn log(&self, work: &Work) {
        let accepted = LoginFailed::of(work).is_some_and(|event| event.emit().is_ok());
        debug_assert!(accepted, "what is refused is missed in the file, too");
    }

    fn finish(&mut self) -> Result<(), Failure> {
        Ok(self.writer.flush(PATIENCE)?)
    }
}

/// Throughput with syncs, and of a bare loop right after it.
pub(crate) fn beside_bare(job: &Job) -> Result<Answer, Failure> {
    let durability = match job.task.kind {
        Kind::EveryBatch => Durability::EveryBatch,
        _ => Durability::Interval(Duration::from_millis(1)),
    };
    // For two files of the same size.
    files::warm(&job.dir, 2 * job.events * child::LINE_BYTES)?;
    let clock = Clock::new();
    let works = work::events();
    let place = job.dir.join("audit");
    let (storage, trace) = Traced::new(&place)?;
    let builder = loggers::builder(Writer::builder_on(storage)).durability(durability);
    let mut logger = Durable { writer: builder.install()? };
    let load = child::load(job, &logger, &works, &clock);
    let start = load.emit_all(|| {
        drop(trace.take()); // What the opening and the warm-up wrote.
        clock.now()
    })?;
    let events = (load.events / load.threads * load.threads) as f64;
    logger.finish()?;
    let ours = events / clock.now().duration_since(start).as_secs_f64();
    let batches = trace.take();
    let mut answer = Answer::new();
    child::close(job, Box::new(logger), &mut answer)?;

    let text = fs::read(place.join("audit.jsonl"))?;
    let bare = events / bare_seconds(&job.dir, &text, &batches, &clock)?;
    answer.insert(Metric::EventsPerSecond, ours);
    answer.insert(Metric::BareEventsPerSecond, bare);
    answer.insert(Metric::OfBare, ours / bare);
    answer.insert(Metric::Syncs, batches.len() as f64);
    Ok(answer)
}

/// How long it takes to write the same bytes, a write for all between two syncs.
#[expect(clippy::disallowed_methods, reason = "the file is the bare loop's, not the audit log's")]
fn bare_seconds(dir: &Path, text: &[u8], batches: &[usize], clock: &Clock) -> Result<f64, Failure> {
    let mut file = OpenOptions::new().create_new(true).append(true).open(dir.join("bare"))?;
    let mut rest = text;
    let start = clock.now();
    for batch in batches {
        let (now, later) = rest.split_at_checked(*batch).ok_or("the log is shorter than noted")?;
        file.write_all(now)?;
        file.sync_data()?;
        rest = later;
    }
    Ok(clock.now().duration_since(start).as_secs_f64())
}

/// How many durable emits a second come back, each thread waiting for its own.
pub(crate) fn acknowledged(job: &Job) -> Result<Answer, Failure> {
    let clock = Clock::new();
    let works = work::events();
    let writer = loggers::builder(Writer::builder(job.dir.join("audit"))).install()?;
    let start = clock.now();
    let is_time = || clock.now().duration_since(start).as_millis() < job.milliseconds.into();
    let emit = || works.iter().cycle().take_while(|_| is_time()).filter(is_acknowledged).count();
    let acknowledged: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..job.task.threads).map(|_| scope.spawn(emit)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
    });
    let seconds = clock.now().duration_since(start).as_secs_f64();
    drop(writer);
    let mut answer = Answer::new();
    super::files::check(job.subject, &job.dir, &mut answer)?;
    answer.insert(Metric::Emitted, acknowledged as f64);
    answer.insert(Metric::EventsPerSecond, acknowledged as f64 / seconds);
    Ok(answer)
}

fn is_acknowledged(work: &&Work) -> bool {
    LoginFailedCalmly::of(work).is_some_and(|event| event.emit_durable().is_ok())
}
