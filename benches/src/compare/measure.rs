//! What is measured of a logger in a process of its own.

use std::hint::black_box;
use std::path::Path;
use std::thread;

use procfs::process::Process;
use quanta::{Clock, Instant};
use rustix::time::{ClockId, clock_gettime};

use super::answer::{Answer, Metric};
use super::files::{self, Form};
use super::load::{self, Load, Pacing};
use super::logger::Logger;
use super::work::{self, Work};
use crate::{Failure, stats};

/// No logger's line is longer.
pub(crate) const LINE_BYTES: usize = 450;

/// A logger that is to be measured, and how much of it.
pub(crate) struct Measured<'a> {
    /// An empty directory.
    pub(crate) dir: &'a Path,
    /// How many events all threads emit together.
    pub(crate) events: usize,
    pub(crate) threads: usize,
    pub(crate) form: Form,
    pub(crate) start: &'a dyn Fn() -> Result<Box<dyn Logger>, Failure>,
}

impl Measured<'_> {
    /// How long an emit takes, and the memory of them all.
    pub(crate) fn latency(&self, pacing: Pacing) -> Result<Answer, Failure> {
        let clock = Clock::new();
        let works = work::events();
        let mut answer = Answer::new();
        answer.insert(Metric::PeakBeforeKib, peak_kib()?);
        let mut logger = (self.start)()?;
        let ns = self.load(&*logger, &works, &clock).latencies(pacing)?;
        finish(&mut *logger, &mut answer)?;
        answer.insert(Metric::PeakKib, peak_kib()?);
        for (metric, share) in
            [(Metric::P50Ns, 0.5), (Metric::P99Ns, 0.99), (Metric::P999Ns, 0.999)]
        {
            let ns = stats::percentile(&ns, share).ok_or("nothing was emitted")?;
            answer.insert(metric, ns as f64);
        }
        answer.insert(Metric::TimerNs, load::timer_ns(&clock));
        self.close(logger, &mut answer)?;
        Ok(answer)
    }

    /// Events a second until the last is in the file, and the processor time that it took.
    pub(crate) fn throughput(&self) -> Result<Answer, Failure> {
        let clock = Clock::new();
        let works = work::events();
        let mut answer = Answer::new();
        files::warm(self.dir, self.events * LINE_BYTES)?;
        let mut logger = (self.start)()?;
        let load = self.load(&*logger, &works, &clock);
        let (start, cpu) = load.emit_all(|| (clock.now(), cpu_seconds()))?;
        let events = load.measured() as f64;
        finish(&mut *logger, &mut answer)?;
        let seconds = clock.now().duration_since(start).as_secs_f64();
        let cpu = cpu_seconds() - cpu;
        answer.insert(Metric::EventsPerSecond, events / seconds);
        answer.insert(Metric::CpuSecondsPerMillion, cpu / events * 1e6);
        self.close(logger, &mut answer)?;
        Ok(answer)
    }

    /// Counts the allocations of one thread that emits, after it has emitted before.
    pub(crate) fn allocations(&self) -> Result<Answer, Failure> {
        let clock = Clock::new();
        let works = work::events();
        let mut answer = Answer::new();
        let mut logger = (self.start)()?;
        let emit = || works.iter().cycle().take(self.events).for_each(|work| logger.log(work));
        emit();
        let counted = allocation_counter::measure(emit).count_total;
        answer.insert(Metric::Allocations, counted as f64 / self.events as f64);
        finish(&mut *logger, &mut answer)?;
        answer.insert(Metric::CountedPairNs, pair_ns(&clock));
        allocation_counter::opt_out(|| {
            answer.insert(Metric::UncountedPairNs, pair_ns(&clock));
        });
        Ok(answer)
    }

    pub(crate) fn load<'a>(
        &self,
        logger: &'a dyn Logger,
        works: &'a [Work],
        clock: &'a Clock,
    ) -> Load<'a> {
        Load { logger, works, clock, events: self.events, threads: self.threads }
    }

    /// Ends the logger and looks at its files.
    pub(crate) fn close(
        &self,
        logger: Box<dyn Logger>,
        answer: &mut Answer,
    ) -> Result<(), Failure> {
        drop(logger);
        let emitted = load::emitted(self.events, self.threads);
        answer.insert(Metric::Emitted, emitted as f64);
        files::check(&self.form, self.dir, answer)
    }
}

/// How many emits a second come back, each thread waiting for its own; and how many there were.
pub(crate) fn acknowledged(
    threads: usize,
    milliseconds: u64,
    is_acknowledged: impl Fn(&Work) -> bool + Sync,
) -> Answer {
    let clock = Clock::new();
    let works = work::events();
    let start = clock.now();
    let is_time = || milliseconds_since(start, &clock) < u128::from(milliseconds);
    let emit = || {
        let works = works.iter().cycle().take_while(|_| is_time());
        works.filter(|work| is_acknowledged(work)).count()
    };
    let acknowledged: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(emit)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
    });
    let seconds = clock.now().duration_since(start).as_secs_f64();
    let acknowledged = acknowledged as f64;
    Answer::from([
        (Metric::Emitted, acknowledged),
        (Metric::EventsPerSecond, acknowledged / seconds),
    ])
}

fn milliseconds_since(start: Instant, clock: &Clock) -> u128 {
    clock.now().duration_since(start).as_millis()
}

fn finish(logger: &mut dyn Logger, answer: &mut Answer) -> Result<(), Failure> {
    logger.finish()?;
    if let Some(lost) = logger.known_losses() {
        answer.insert(Metric::KnownLost, lost as f64);
    }
    Ok(())
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
