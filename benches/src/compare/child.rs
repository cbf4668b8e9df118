//! A child process: one logger, one measurement, one answer.

use std::hint::black_box;

use quanta::Clock;

use super::answer::{Answer, Metric};
use super::job::{Job, Kind};
use super::load::Pacing;
use super::loggers::{self, Subject};
use super::measure::Measured;
use super::{durable, files};
use crate::{Failure, hashing};

/// Does what it was asked, and prints the answer as JSON on a line of its own.
#[expect(clippy::print_stdout, reason = "the parent reads it there")]
pub(crate) fn run(job: &str) -> Result<(), Failure> {
    let job: Job = serde_json::from_str(job)?;
    let start = || loggers::start(job.subject, &job.dir);
    let measured = Measured {
        dir: &job.dir,
        events: job.events,
        threads: job.task.threads,
        form: job.subject.form(),
        start: &start,
    };
    let answer = match job.task.kind {
        Kind::Paced => measured.latency(Pacing::Paced)?,
        Kind::Batched => measured.latency(Pacing::Batched)?,
        Kind::Burst => measured.latency(Pacing::Burst)?,
        Kind::Throughput => throughput(&job, &measured)?,
        Kind::Allocations => measured.allocations()?,
        Kind::EveryBatch | Kind::EveryMillisecond => durable::beside_bare(&job, &measured)?,
        Kind::Acknowledged => durable::acknowledged(&job)?,
    };
    println!("\n{}", serde_json::to_string(&answer)?);
    Ok(())
}

fn throughput(job: &Job, measured: &Measured<'_>) -> Result<Answer, Failure> {
    let mut answer = measured.throughput()?;
    if job.subject == Subject::AuditEvidence {
        beside_hashing(job, &mut answer)?;
    }
    Ok(answer)
}

/// What the lines that were just written take to be hashed on one thread, and nothing else.
fn beside_hashing(job: &Job, answer: &mut Answer) -> Result<(), Failure> {
    let clock = Clock::new();
    let texts = files::texts(&job.dir)?;
    let lines: Vec<&[u8]> = texts.iter().flat_map(|text| hashing::lines_of(text)).collect();
    let start = clock.now();
    black_box(hashing::leaves_and_nodes(&lines));
    let seconds = clock.now().duration_since(start).as_secs_f64();
    let hashed_per_second = lines.len() as f64 / seconds;
    let ours = answer.get(&Metric::EventsPerSecond).copied().unwrap_or(f64::NAN);
    answer.insert(Metric::HashedEventsPerSecond, hashed_per_second);
    answer.insert(Metric::OfHashing, ours / hashed_per_second);
    Ok(())
}
