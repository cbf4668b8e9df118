//! The ways from the emitting threads to the writer thread that were to choose from, without all
//! that an event costs beside: the clock, 90 bytes, the way.

mod candidates;

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use quanta::Clock;

use self::candidates::{Drain, Lane, Queue, Rings, Way};
use crate::Failure;
use crate::stats::{median, percentile};
use crate::table::{Table, number};

pub(crate) const HELP: &str = "\
Measures ways from the emitting threads to the writer thread.

Usage: cargo run --release -p audit-benches -- channel [--rounds N]

One bounded queue of crossbeam-channel with the record inside its slot, for slots of several sizes,
beside a ring of rtrb for each thread with a common counter that gives the events of all threads one
order. The receiver naps for a millisecond when there is nothing (what audit-writer does), polls
without a pause, or waits in the channel, so that a sender has to wake it.

Each candidate in turn, N times (default 5), medians.
";

/// Bytes that a record of seven fields takes.
pub(crate) const RECORD_BYTES: usize = 90;

/// How the receiving thread waits.
#[derive(Clone, Copy)]
pub(crate) enum Wait {
    Naps,
    Polls,
    InChannel,
}

struct Candidate {
    name: &'static str,
    make: fn(usize) -> Way,
    wait: Wait,
}

const CANDIDATES: [Candidate; 7] = [
    Candidate { name: "queue, slots of 128 B, naps", make: Queue::<112>::way, wait: Wait::Naps },
    Candidate { name: "queue, slots of 192 B, naps", make: Queue::<176>::way, wait: Wait::Naps },
    Candidate { name: "queue, slots of 256 B, naps", make: Queue::<240>::way, wait: Wait::Naps },
    Candidate { name: "queue, slots of 192 B, polls", make: Queue::<176>::way, wait: Wait::Polls },
    Candidate {
        name: "queue, slots of 192 B, is woken",
        make: Queue::<176>::way,
        wait: Wait::InChannel,
    },
    Candidate { name: "a ring a thread, naps", make: Rings::way, wait: Wait::Naps },
    Candidate { name: "a ring a thread, polls", make: Rings::way, wait: Wait::Polls },
];

/// What is measured of each: paced and as fast as possible, by one thread and by four.
const LOADS: [Load; 4] = [
    Load { threads: 1, events: 50_000, pace_ns: 20_000 },
    Load { threads: 4, events: 50_000, pace_ns: 20_000 },
    Load { threads: 1, events: 1_000_000, pace_ns: 0 },
    Load { threads: 4, events: 1_000_000, pace_ns: 0 },
];

#[derive(Clone, Copy)]
struct Load {
    threads: usize,
    /// Of all threads.
    events: usize,
    /// The time between two events of a thread.
    pace_ns: u64,
}

/// Nanoseconds of one send, and millions of events a second through the way.
struct Measured {
    p50: f64,
    p999: f64,
    rate: f64,
}

/// The table.
///
/// # Errors
///
/// A thread panicked.
pub(crate) fn measure(rounds: usize) -> Result<String, Failure> {
    let mut results: Vec<[Vec<Measured>; 4]> =
        CANDIDATES.iter().map(|_| Default::default()).collect();
    for _ in 0..rounds {
        for (candidate, results) in CANDIDATES.iter().zip(&mut results) {
            for (load, results) in LOADS.iter().zip(results) {
                results.push(run(candidate, *load)?);
            }
        }
    }
    let mut table = Table::new(&[
        "ns a send, p50 / p99.9",
        "paced, 1 thread",
        "4 threads",
        "burst, 1 thread",
        "4 threads",
        "M events/s, 1 thread",
        "4 threads",
    ]);
    for (candidate, results) in CANDIDATES.iter().zip(&results) {
        let of = |rounds: &[Measured], what: fn(&Measured) -> f64, digits| {
            number(median(&rounds.iter().map(what).collect::<Vec<_>>()), digits)
        };
        let latency = |rounds: &Vec<Measured>| {
            format!("{} / {}", of(rounds, |it| it.p50, 0), of(rounds, |it| it.p999, 0))
        };
        let rates = results.iter().skip(2).map(|rounds| of(rounds, |it| it.rate, 1));
        let cells = [candidate.name.to_owned()].into_iter();
        table.row(cells.chain(results.iter().map(latency)).chain(rates).collect());
    }
    Ok(table.to_string())
}

fn run(candidate: &Candidate, load: Load) -> Result<Measured, Failure> {
    let clock = Clock::new();
    let Way { lanes, mut drain } = (candidate.make)(load.threads);
    let (ready, done) = (Barrier::new(load.threads + 1), AtomicBool::new(false));
    thread::scope(|scope| {
        let (clock, ready, done, wait) = (&clock, &ready, &done, candidate.wait);
        let receiver = scope.spawn(move || receive(drain.as_mut(), wait, done));
        let senders: Vec<_> = lanes
            .into_iter()
            .map(|lane| scope.spawn(move || send(lane, load, clock, ready)))
            .collect();
        ready.wait();
        let begun = clock.raw();
        let joined = senders.into_iter().map(thread::ScopedJoinHandle::join);
        let sent: Result<Vec<_>, _> = joined.collect();
        done.store(true, Ordering::SeqCst);
        let received = receiver.join().map_err(|_panic| "the receiving thread panicked")?;
        let seconds = clock.delta_as_nanos(begun, clock.raw()) as f64 / 1e9;
        let mut sent = sent.map_err(|_panic| "a sending thread panicked")?.concat();
        if sent.len() != received {
            return Err(format!("{} sent, {received} received", sent.len()).into());
        }
        sent.sort_unstable();
        let nanos = |share| percentile(&sent, share).unwrap_or(0) as f64;
        let rate = sent.len() as f64 / seconds / 1e6;
        Ok(Measured { p50: nanos(0.5), p999: nanos(0.999), rate })
    })
}

/// How long each send took.
fn send(mut lane: Box<dyn Lane>, load: Load, clock: &Clock, ready: &Barrier) -> Vec<u64> {
    let mut took = vec![u64::MAX; load.events / load.threads];
    let record = [7; RECORD_BYTES];
    ready.wait();
    let mut next = clock.raw();
    for took in &mut took {
        while clock.delta_as_nanos(next, clock.raw()) < load.pace_ns {
            thread::yield_now();
        }
        next = clock.raw();
        lane.send(std::hint::black_box(&record));
        *took = clock.raw().saturating_sub(next);
    }
    took.iter_mut().for_each(|ticks| *ticks = clock.delta_as_nanos(0, *ticks));
    took
}

/// How many records came until all was sent and taken.
fn receive(drain: &mut dyn Drain, wait: Wait, done: &AtomicBool) -> usize {
    let mut received = 0;
    loop {
        // Asked before the look, so that what was sent before is seen by it.
        let is_last = done.load(Ordering::SeqCst);
        let found = drain.drain();
        received += found;
        match wait {
            _ if found > 0 => {}
            _ if is_last => return received,
            Wait::Naps => thread::sleep(Duration::from_millis(1)),
            Wait::Polls => std::hint::spin_loop(),
            Wait::InChannel => received += drain.wait(),
        }
    }
}
