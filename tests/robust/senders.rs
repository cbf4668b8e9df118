//! Many threads emit while the writer's thread ends by a panic.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use audit_core::EmitError;
use audit_writer::Writer;
use audit_writer::storage::MemoryStorage;

use crate::hooks::{Bomb, writer_by};
use crate::kit::{LONG, counts_on, rang};

const ROUNDS: u32 = 50;
const THREADS: u64 = 4;

/// Emits until it is refused; how many were accepted. Some are waited for, and all of those are
/// answered.
fn emits(writer: &Writer) -> u64 {
    let mut waiters = Vec::new();
    let mut accepted = 0;
    let refused = loop {
        let emitted = match accepted % 7 {
            0 => rang(1).to(writer).submit_durable().map(|pending| waiters.push(pending)),
            _ => rang(1).to(writer).emit(),
        };
        match emitted {
            Ok(()) => accepted += 1,
            Err(EmitError::Full) => {} // Who waits for it is not told that it is lost.
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, EmitError::Closed | EmitError::NotDurable), "{refused:?}");
    for waiter in waiters {
        assert_ne!(waiter.wait_for(LONG), Err(EmitError::TimedOut));
    }
    accepted
}

/// Asks all the while for what must never be too low.
fn asks(writer: &Writer, accepted_before: &AtomicU64, flush: bool) {
    while rang(2).to(writer).emit().is_ok() {
        let before = accepted_before.fetch_add(1, Ordering::SeqCst) + 1;
        let stats = writer.stats();
        assert!(stats.accepted >= before, "{before} {stats:?}");
        if flush {
            // It is there to be in the queue while the counters are read.
            let _in_time = writer.flush(Duration::ZERO);
        }
    }
}

fn one_round(after: Duration) {
    let (storage, clock) = (MemoryStorage::new(), Arc::new(Bomb::default()));
    let writer = writer_by(&clock, storage.clone()).start().unwrap();
    let asked = AtomicU64::new(0);
    let accepted: u64 = thread::scope(|scope| {
        let senders: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| emits(&writer))).collect();
        let askers = [true, false].map(|flush| {
            let (writer, asked) = (&writer, &asked);
            scope.spawn(move || asks(writer, asked, flush))
        });
        thread::sleep(after);
        clock.end_the_writer();
        askers.into_iter().for_each(|asker| asker.join().unwrap());
        senders.into_iter().map(|sender| sender.join().unwrap()).sum()
    });
    let accepted = accepted + asked.load(Ordering::SeqCst);
    let report = writer.shutdown_within(Duration::MAX);
    let stats = report.stats;
    // What was refused as late as that may be counted, once for each thread; and the writer may have
    // written it just before it ended, as `send` says.
    assert!((accepted..=accepted + THREADS + 2).contains(&stats.accepted), "{accepted} {report}");
    assert!(!report.durable && stats.written <= stats.accepted, "{accepted} {report}");
    assert_eq!(counts_on(&storage).len() as u64, stats.written);
}

pub(crate) fn a_panic_under_many() {
    for round in 0..ROUNDS {
        one_round(Duration::from_micros(u64::from(round) * 200));
    }
}
