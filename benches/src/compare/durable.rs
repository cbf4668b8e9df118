//! The durable modes of ours. No peer has one, so they stand beside a bare loop that writes the
//! same bytes and syncs as often, and beside themselves with one thread.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use audit_writer::{Durability, Writer};
use quanta::Clock;

use super::answer::{Answer, Metric};
use super::event::{LoginFailed, LoginFailedCalmly};
use super::job::{Job, Kind};
use super::logger::Logger;
use super::measure::{self, LINE_BYTES, Measured};
use super::traced::Traced;
use super::work::{self, Work};
use super::{files, writer};
use crate::Failure;

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
        Ok(self.writer.flush(writer::PATIENCE)?)
    }
}

/// Throughput with syncs, and of a bare loop right after it.
pub(crate) fn beside_bare(job: &Job, measured: &Measured<'_>) -> Result<Answer, Failure> {
    let durability = match job.task.kind {
        Kind::EveryBatch => Durability::EveryBatch,
        _ => Durability::Interval(Duration::from_millis(1)),
    };
    // For two files of the same size.
    files::warm(&job.dir, 2 * job.events * LINE_BYTES)?;
    let clock = Clock::new();
    let works = work::events();
    let place = job.dir.join("audit");
    let (storage, trace) = Traced::new(&place)?;
    let builder = writer::builder(Writer::builder_on(storage)).durability(durability);
    let mut logger = Durable { writer: builder.install()? };
    let load = measured.load(&logger, &works, &clock);
    let start = load.emit_all(|| {
        drop(trace.take()); // What the opening and the warm-up wrote.
        clock.now()
    })?;
    let events = load.measured() as f64;
    logger.finish()?;
    let ours = events / clock.now().duration_since(start).as_secs_f64();
    let batches = trace.take();
    let mut answer = Answer::new();
    measured.close(Box::new(logger), &mut answer)?;

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
    let log = writer::builder(Writer::builder(job.dir.join("audit"))).install()?;
    let mut answer = measure::acknowledged(job.task.threads, job.milliseconds, |work| {
        LoginFailedCalmly::of(work).is_some_and(|event| event.emit_durable().is_ok())
    });
    drop(log);
    files::check(&writer::FORM, &job.dir, &mut answer)?;
    Ok(answer)
}
