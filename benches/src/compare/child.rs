//! A child process: one logger, one measurement, one answer.

use std::hint::black_box;

use procfs::process::Process;
use quanta::Clock;
use rustix::time::{ClockId, clock_gettime};

use super::job::{Answer, Job, Kind, Metric};
use super::load::{self, Load};
use super::loggers::{self, Logger, Subject};
use super::{durable, files, work};
use crate::{Failure, hashing, stats};

/// No logger's line is longer.
pub(crate) const LINE_BYTES: usize = 450;

/// Does what it was asked, and prints the answer as JSON on a line of its own.
#[expect(clippy::print_stdout, reason = "the parent reads it there")]
pub(crate) fn run(job: &str) -> Result<(), Failure> {
    let job: Job = serde_json::from_str(job)?;
    let answer = match job.task.kind {
        Kind::Paced | Kind::Batched | Kind::Burst => latency(&job)?,
        Kind::Throughput => throughput(&job)?,
        Kind::Allocations => allocations(&job)?,
        Kind::EveryBatch | Kind::EveryMillisecond => durable::beside_bare(&job)?,
        Kind::Acknowledged => durable::acknowledged(&job)?,
    };
    println!("\n{}", serde_json::to_string(&answer)?);
    Ok(())
}

fn latency(job: &Job) -> Result<Answer, Failure> {
    let clock = Clock::new();
    let works = work::events();
    let mut answer = Answer::new();
    answer.insert(Metric::PeakBeforeKib, peak_kib()?);
    let mut logger = loggers::start(job.subject, &job.dir)?;
    let ns = load(job, &*logger, &works, &clock).latencies(job.task.kind)?;
    finish(&mut *logger, &mut answer)?;
    answer.insert(Metric::PeakKib, peak_kib()?);
    for (metric, share) in [(Metric::P50Ns, 0.5), (Metric::P99Ns, 0.99), (Metric::P999Ns, 0.999)] {
        let ns = stats::percentile(&ns, share).ok_or("nothing was emitted")?;
        answer.insert(metric, ns as f64);
    }
    answer.insert(Metric::TimerNs, load::timer_ns(&clock));
    close(job, logger, &mut answer)?;
    Ok(answer)
}

fn throughput(job: &Job) -> Result<Answer, Failure> {
    let clock = Clock::new();
    let works = work::events();
    let mut answer = Answer::new();
    files::warm(&job.dir, job.events * LINE_BYTES)?;
    let mut logger = loggers::start(job.subject, &job.dir)?;
    let load = load(job, &*logger, &works, &clock);
    let (start, cpu) = load.emit_all(|| (clock.now(), cpu_seconds()))?;
    let events = (load.events / load.threads * load.threads) as f64;
    finish(&mut *logger, &mut answer)?;
    let seconds = clock.now().duration_since(start).as_secs_f64();
    let cpu = cpu_seconds() - cpu;
    answer.insert(Metric::EventsPerSecond, events / seconds);
    answer.insert(Metric::CpuSecondsPerMillion, cpu / events * 1e6);
    close(job, logger, &mut answer)?;
    if job.subject == Subject::AuditEvidence {
        beside_hashing(job, &clock, events / seconds, &mut answer)?;
    }
    Ok(answer)
}

/// What the lines that were just written take to be hashed on one thread, and nothing else.
fn beside_hashing(
    job: &Job,
    clock: &Clock,
    events_per_second: f64,
    answer: &mut Answer,
) -> Result<(), Failure> {
    let texts = files::texts(&job.dir)?;
    let lines: Vec<&[u8]> = texts.iter().flat_map(|text| hashing::lines_of(text)).collect();
    let start = clock.now();
    black_box(hashing::leaves_and_nodes(&lines));
    let seconds = clock.now().duration_since(start).as_secs_f64();
    let hashed_per_second = lines.len() as f64 / seconds;
    answer.insert(Metric::HashedEventsPerSecond, hashed_per_second);
    answer.insert(Metric::OfHashing, events_per_second / hashed_per_second);
    Ok(())
}

/// Counts the allocations of one thread that emits, after it has emitted before.
fn allocations(job: &Job) -> Result<Answer, Failure> {
    let clock = Clock::new();
    let works = work::events();
    let mut answer = Answer::new();
    let mut logger = loggers::start(job.subject, &job.dir)?;
    let emit = || works.iter().cycle().take(job.events).for_each(|work| logger.log(work));
    emit();
    let counted = allocation_counter::measure(emit).count_total;
    answer.insert(Metric::Allocations, counted as f64 / job.events as f64);
    finish(&mut *logger, &mut answer)?;
    answer.insert(Metric::CountedPairNs, pair_ns(&clock));
    allocation_counter::opt_out(|| {
        answer.insert(Metric::UncountedPairNs, pair_ns(&clock));
    });
    Ok(answer)
}

/// What an allocation of a line's size and its release take in this process.
fn pair_ns(clock: &Clock) -> f64 {
    const PAIRS: u32 = 100_000;
    let start = clock.raw();
    for _ in 0..PAIRS {
        drop(black_box(Vec::<u8>::with_capacity(black_box(192))));
    }
    clock.delta_as_nanos(start, clock.raw()) as f64 / f64::from(PAIRS)
}

pub(crate) fn load<'a>(
    job: &Job,
    logger: &'a dyn Logger,
    works: &'a [work::Work],
    clock: &'a Clock,
) -> Load<'a> {
    Load { logger, works, clock, events: job.events, threads: job.task.threads }
}

fn finish(logger: &mut dyn Logger, answer: &mut Answer) -> Result<(), Failure> {
    logger.finish()?;
    if let Some(lost) = logger.known_losses() {
        answer.insert(Metric::KnownLost, lost as f64);
    }
    Ok(())
}

/// Ends the logger and looks at its files.
pub(crate) fn close(
    job: &Job,
    logger: Box<dyn Logger>,
    answer: &mut Answer,
) -> Result<(), Failure> {
    drop(logger);
    let emitted = load::emitted(job.events, job.task.threads);
    answer.insert(Metric::Emitted, emitted as f64);
    files::check(job.subject, &job.dir, answer)
}

/// The most memory that this process has had so far.
fn peak_kib() -> Result<f64, Failure> {
    let status = Process::myself()?.status()?;
    Ok(status.vmhwm.ok_or("the kernel does not say VmHWM")? as f64)
}

/// Of all threads of this process.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
