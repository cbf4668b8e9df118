//! One measurement of one build. The crate that is made for a checkout has this file, and those that
//! it uses, for its own.

use std::path::Path;

use audit_log::Log;
use rustix::time::{ClockId, clock_gettime};

use super::question::{Kind, Question};
use super::subject;
use crate::compare::answer::{Answer, Metric};
use crate::compare::event::LoginFailedCalmly;
use crate::compare::files;
use crate::compare::load::Pacing;
use crate::compare::logger::Logger;
use crate::compare::measure::{self, Measured};
use crate::compare::work::{self, Work};
use crate::compare::writer::FORM;
use crate::{Failure, stats};

/// Measures what it is asked, and prints the answer as JSON on a line of its own.
#[expect(clippy::print_stdout, reason = "the parent reads it there")]
pub(crate) fn run(question: &str) -> Result<(), Failure> {
    let question: Question = serde_json::from_str(question)?;
    let start = || subject::start(question.task, &question.dir);
    let measured = Measured {
        dir: &question.dir,
        events: question.events,
        threads: question.task.threads,
        form: FORM,
        start: &start,
    };
    let answer = match question.task.kind {
        Kind::LineBytes | Kind::Throughput | Kind::EveryMillisecond => measured.throughput()?,
        Kind::Paced => measured.latency(Pacing::Paced)?,
        Kind::Burst => measured.latency(Pacing::Burst)?,
        Kind::Acknowledged => acknowledged(&question)?,
        Kind::Reading => reading(&question)?,
        Kind::Allocations => measured.allocations()?,
        Kind::Emits => emits(&question)?,
    };
    println!("\n{}", serde_json::to_string(&answer)?);
    Ok(())
}

fn acknowledged(question: &Question) -> Result<Answer, Failure> {
    let log = subject::builder(question.task, &question.dir).install()?;
    let mut answer = measure::acknowledged(question.task.threads, question.milliseconds, |work| {
        LoginFailedCalmly::of(work).is_some_and(|event| event.emit_durable().is_ok())
    });
    drop(log);
    files::check(&FORM, &question.dir, &mut answer)?;
    Ok(answer)
}

/// The log is read so often, and the median counts.
const READINGS: u32 = 3;

/// Writes a log, and reads it.
fn reading(question: &Question) -> Result<Answer, Failure> {
    let mut logger = subject::start(question.task, &question.dir)?;
    let works = work::events();
    emit_collected(&*logger, &works, question.events);
    logger.finish()?;
    drop(logger);
    let mut ns = Vec::new();
    for _ in 0..READINGS {
        ns.push(ns_a_line(&question.dir.join("audit"), question.events)?);
    }
    let ns = stats::median(&ns).ok_or("nothing was read")?;
    Ok(Answer::from([(Metric::ReadNs, ns)]))
}

fn ns_a_line(log: &Path, events: usize) -> Result<f64, Failure> {
    let lines = Log::open(log)?.lines()?;
    let mut read = 0;
    let mut faults = 0_usize;
    let start = thread_ns();
    allocation_counter::opt_out(|| {
        for (_, line) in lines {
            read += 1;
            faults += usize::from(line.is_err());
        }
    });
    let ns = thread_ns().saturating_sub(start);
    match read >= events && faults == 0 {
        true => Ok(ns as f64 / read as f64),
        false => Err(format!("{read} lines were read, {faults} of them are none").into()),
    }
}

/// The processor time of this thread: what others take of the machine meanwhile is not in it.
fn thread_ns() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec)
}

/// So many events go before those whose instructions are counted.
const BEFORE: usize = 100;

/// Emits for valgrind.
fn emits(question: &Question) -> Result<Answer, Failure> {
    let mut logger = subject::start(question.task, &question.dir)?;
    let works = work::events();
    works.iter().take(BEFORE).for_each(|work| logger.log(work));
    emit_collected(&*logger, &works, question.events);
    logger.finish()?;
    drop(logger);
    let mut answer = Answer::from([(Metric::Emitted, (question.events + BEFORE) as f64)]);
    files::check(&FORM, &question.dir, &mut answer)?;
    Ok(answer)
}

/// Valgrind is told this name, and counts what happens in here on this thread.
#[inline(never)]
fn emit_collected(logger: &dyn Logger, works: &[Work], events: usize) {
    works.iter().cycle().take(events).for_each(|work| logger.log(work));
}
