//! In a stream numbers have no hole and follow real time: if one `emit` returned before another
//! began, on whatever threads, its number is the lower. A program of its own, because it keeps
//! every core busy for seconds.
//!
//! `AUDIT_TEST_EVENTS` says how many events to emit instead of a million.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod history;
mod log;

use std::hint::spin_loop;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use audit_core::AuditEvent;
use audit_core::vocab::HttpPath;
use audit_writer::storage::MemoryStorage;
use audit_writer::{Overflow, Writer};

use crate::history::{Emitted, History};

const LONG: Duration = Duration::from_secs(60);
const THREADS: u32 = 8;
/// A channel that is always full, in bytes.
const SMALLEST: usize = 64 * 1024;
const DEFAULT: usize = 1024 * 1024;
/// One that is never full, which is when threads are in each other's way the most.
const ENDLESS: usize = 64 * 1024 * 1024;

/// One of a million, so it says little.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "a", category = "t", outcome = "success")]
#[audit(none(actor = "t", source = "t", object = "t"))]
struct Small {
    #[audit(disclose = "counts the test's events", class = "public")]
    id: u32,
    #[audit(disclose = "the test's clock when it was emitted", class = "public")]
    begun: u32,
}

/// Its record needs more room than others, and takes another way to the writer.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "a", category = "t", outcome = "success")]
#[audit(none(actor = "t", source = "t", object = "t"))]
struct Large<'a> {
    path: HttpPath<'a>,
    #[audit(disclose = "counts the test's events", class = "public")]
    id: u32,
    #[audit(disclose = "the test's clock when it was emitted", class = "public")]
    begun: u32,
}

/// Most are small; now and then one is large, and for one somebody could wait.
fn emit(writer: &Writer, id: u32, begun: u32) {
    const PATH: [u8; 600] = [b'/'; 600];
    if id.is_multiple_of(101) {
        let path = HttpPath::of(std::str::from_utf8(&PATH).unwrap()).unwrap();
        Large { path, id, begun }.to(writer).emit().unwrap();
    } else if id.is_multiple_of(97) {
        drop(Small { id, begun }.to(writer).submit_durable().unwrap());
    } else {
        Small { id, begun }.to(writer).emit().unwrap();
    }
}

/// A writer that loses nothing to a channel that is full; else as a program has it.
fn writer_on(storage: &MemoryStorage, capacity_bytes: usize) -> Writer {
    Writer::builder_on(Arc::new(storage.clone()))
        .capacity_bytes(capacity_bytes)
        .overflow(Overflow::Block { at_most: LONG })
        .shutdown_within(LONG)
        .start()
        .unwrap()
}

fn events() -> u32 {
    std::env::var("AUDIT_TEST_EVENTS").map_or(1_000_000, |count| count.parse().unwrap())
}

#[test]
fn what_returned_first_is_numbered_first() {
    const ROUNDS: [(usize, u32); 3] = [(SMALLEST, 1), (DEFAULT, 3), (ENDLESS, 16)];
    let each = events() / ROUNDS.iter().map(|(_, rounds)| rounds).sum::<u32>() / THREADS;
    for (capacity, rounds) in ROUNDS {
        for _ in 0..rounds {
            let storage = MemoryStorage::new();
            let writer = writer_on(&storage, capacity);
            let ended = all_at_once(&writer, each);
            let report = writer.shutdown();
            assert!(report.is_complete(), "{report}");
            let history = History { log: log::read(&storage), ended };
            assert_eq!(history.log.len() as u32, each * THREADS);
            assert_eq!(history.inversion(), None, "with a channel of {capacity} bytes");
        }
    }
}

/// Each thread emits `each` events as fast as it can; by their ids, the clock after each returned.
///
/// The clock goes on when an emit has returned. So if one emit begins at what the clock was after
/// another returned, or later, it did so in real time too.
fn all_at_once(writer: &Writer, each: u32) -> Vec<u32> {
    let clock = AtomicU32::new(0);
    let emit = |id| {
        emit(writer, id, clock.load(Ordering::SeqCst));
        clock.fetch_add(1, Ordering::SeqCst) + 1
    };
    let one = |thread: u32| (thread * each..(thread + 1) * each).map(emit).collect::<Vec<u32>>();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || one(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn a_token_s_way_is_the_log_s_order() {
    let count = events() / 100;
    for capacity in [SMALLEST, DEFAULT] {
        let storage = MemoryStorage::new();
        let writer = writer_on(&storage, capacity);
        handed_over_asleep(&writer, count);
        handed_over_awake(&writer, count..3 * count);
        let report = writer.shutdown();
        assert!(report.is_complete(), "{report}");
        let ids: Vec<u32> = log::read(&storage).iter().map(|Emitted { id, .. }| *id).collect();
        let first_wrong = ids.iter().zip(0..).find(|(id, place)| *id != place);
        assert_eq!((ids.len() as u32, first_wrong), (3 * count, None), "{capacity} bytes");
    }
}

/// Whose turn it is: all threads get their share, in no simple round.
fn holder(token: u32, threads: u32) -> u32 {
    (token * 5 + token / 7) % threads
}

/// The token goes by a channel, and wakes a thread that sleeps.
fn handed_over_asleep(writer: &Writer, count: u32) {
    let (hands, pockets): (Vec<_>, Vec<_>) = (0..THREADS).map(|_| mpsc::channel()).unzip();
    let hand_over = |token: u32| {
        let hand = hands.get(holder(token, THREADS) as usize).unwrap();
        let _last_is_lost = hand.send(token);
    };
    hand_over(0);
    thread::scope(|scope| {
        for (thread, pocket) in (0..THREADS).zip(pockets) {
            scope.spawn(move || {
                for token in (0..count).filter(|token| holder(*token, THREADS) == thread) {
                    assert_eq!(pocket.recv(), Ok(token));
                    emit(writer, token, 0);
                    hand_over(token + 1);
                }
            });
        }
    });
}

/// The token is an atomic that the next thread spins on: the shortest way from one to another.
fn handed_over_awake(writer: &Writer, tokens: Range<u32>) {
    const SPINS: u32 = 2000; // Then let others run: there may be one core only.
    const AWAKE: u32 = 2;
    let turn = AtomicU32::new(tokens.start);
    thread::scope(|scope| {
        for thread in 0..AWAKE {
            let (turn, tokens) = (&turn, tokens.clone());
            scope.spawn(move || {
                for token in tokens.filter(|token| holder(*token, AWAKE) == thread) {
                    let mut spins = 0;
                    while turn.load(Ordering::Acquire) != token {
                        spins += 1;
                        if spins % SPINS == 0 { thread::yield_now() } else { spin_loop() }
                    }
                    emit(writer, token, 0);
                    turn.store(token + 1, Ordering::Release);
                }
            });
        }
    });
}
