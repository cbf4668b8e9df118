//! How events are emitted: paced, batched, in a burst, or as fast as they are taken.

use std::sync::Barrier;
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use quanta::Clock;

use super::logger::Logger;
use super::work::Work;
use crate::Failure;

const PACE_NS: u64 = 20_000;
const BATCH: usize = 100;
const BETWEEN_BATCHES: Duration = Duration::from_millis(5);
/// Each thread emits so many events before anything is measured: for what is set up once a thread.
const WARM_UP: usize = 100;
const AFTER_WARM_UP: Duration = Duration::from_millis(20);

/// So many events are emitted when so many are asked for.
pub(crate) fn emitted(events: usize, threads: usize) -> usize {
    (events / threads + WARM_UP) * threads
}

/// How far apart events are whose latency is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pacing {
    /// 20 µs a thread.
    Paced,
    /// A hundred back to back, each 5 ms.
    Batched,
    /// As fast as they are taken.
    Burst,
}

/// What all threads share.
pub(crate) struct Load<'a> {
    pub(crate) logger: &'a dyn Logger,
    pub(crate) works: &'a [Work],
    pub(crate) clock: &'a Clock,
    pub(crate) events: usize,
    pub(crate) threads: usize,
}

impl Load<'_> {
    /// How many events are measured: each thread emits as many.
    pub(crate) fn measured(&self) -> usize {
        self.events / self.threads * self.threads
    }

    /// How many nanoseconds each emit took, in ascending order.
    pub(crate) fn latencies(&self, pacing: Pacing) -> Result<Vec<u64>, Failure> {
        let mut all = self.on_threads(|thread| self.latencies_of_thread(pacing, thread))?.concat();
        all.sort_unstable();
        Ok(all)
    }

    /// Emits all events as fast as they are taken. `begin` is called once, when all threads are
    /// ready.
    pub(crate) fn emit_all<T>(&self, begin: impl FnOnce() -> T) -> Result<T, Failure> {
        let ready = Barrier::new(self.threads + 1);
        thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads)
                .map(|thread| {
                    let ready = &ready;
                    scope.spawn(move || {
                        uncounted(|| {
                            self.warm_up(thread);
                            ready.wait();
                            ready.wait();
                            self.works_of(thread).for_each(|work| self.logger.log(work));
                        });
                    })
                })
                .collect();
            ready.wait();
            let begun = begin();
            ready.wait();
            join_all(threads)?;
            Ok(begun)
        })
    }

    fn on_threads<T: Send>(&self, run: impl Fn(usize) -> T + Sync) -> Result<Vec<T>, Failure> {
        thread::scope(|scope| {
            let run = &run;
            let threads: Vec<_> =
                (0..self.threads).map(|thread| scope.spawn(move || run(thread))).collect();
            join_all(threads)
        })
    }

    /// The events of one thread: all begin at another one.
    fn works_of(&self, thread: usize) -> impl Iterator<Item = &Work> {
        let begin = thread * self.works.len() / self.threads;
        self.works.iter().cycle().skip(begin).take(self.events / self.threads)
    }

    fn warm_up(&self, thread: usize) {
        let begin = thread * self.works.len() / self.threads;
        let works = self.works.iter().cycle().skip(begin);
        works.take(WARM_UP).for_each(|work| self.logger.log(work));
        thread::sleep(AFTER_WARM_UP);
    }

    fn latencies_of_thread(&self, pacing: Pacing, thread: usize) -> Vec<u64> {
        // Written to before the measurement, so that no page of it is touched first in there.
        let mut ticks = vec![u64::MAX; self.events / self.threads];
        uncounted(|| {
            self.warm_up(thread);
            let mut next = Next { clock: self.clock, next: self.clock.raw() };
            for (number, (ticks, work)) in ticks.iter_mut().zip(self.works_of(thread)).enumerate() {
                match pacing {
                    Pacing::Paced => next.wait(),
                    Pacing::Batched if number % BATCH == 0 => thread::sleep(BETWEEN_BATCHES),
                    _ => {}
                }
                let start = self.clock.raw();
                self.logger.log(work);
                *ticks = self.clock.raw().saturating_sub(start);
            }
        });
        ticks.iter_mut().for_each(|ticks| *ticks = self.clock.delta_as_nanos(0, *ticks));
        ticks
    }
}

/// Joins all of them before it says that one panicked: the scope panics on those that are left.
fn join_all<T>(threads: Vec<ScopedJoinHandle<'_, T>>) -> Result<Vec<T>, Failure> {
    let joined: Vec<thread::Result<T>> = threads.into_iter().map(ScopedJoinHandle::join).collect();
    let whole: thread::Result<Vec<T>> = joined.into_iter().collect();
    Ok(whole.map_err(|_panic| "an emitting thread panicked")?)
}

/// An event at least so far after the one before. One that comes late moves those after it: they
/// are not hurried, which would measure a burst.
struct Next<'a> {
    clock: &'a Clock,
    next: u64,
}

impl Next<'_> {
    fn wait(&mut self) {
        while self.clock.delta_as_nanos(self.next, self.clock.raw()) < PACE_NS {
            thread::yield_now();
        }
        self.next = self.clock.raw();
    }
}

/// Runs without counting this thread's allocations, which takes time.
fn uncounted(run: impl FnOnce()) {
    allocation_counter::opt_out(run);
}

/// How many nanoseconds lie between two readings of the clock that follow each other, the median.
pub(crate) fn timer_ns(clock: &Clock) -> f64 {
    let mut readings: Vec<u64> = (0..10_001)
        .map(|_| {
            let start = clock.raw();
            clock.raw().saturating_sub(start)
        })
        .collect();
    readings.sort_unstable();
    // In thousands of ticks, because the conversion knows whole nanoseconds only.
    let ticks = crate::stats::percentile(&readings, 0.5).unwrap_or(0);
    clock.delta_as_nanos(0, ticks * 1000) as f64 / 1000.0
}
