//! A full channel, under each policy, with a disk that does not answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use audit_core::{AuditEvent, EmitError, Recorder};
use audit_writer::storage::{HangingStorage, MemoryStorage};
use audit_writer::{Durability, Evidence, Overflow, Writer};

use crate::kit::{DoorOpened, LONG, counts, door_opened, lines, lost, of_kind};

/// A writer whose channel is full and whose disk hangs, and how many events went in.
fn full(overflow: Overflow) -> (Writer, HangingStorage, u32) {
    let storage = HangingStorage::default();
    let writer = Writer::builder_on(Arc::new(storage.clone()))
        .capacity_bytes(64 * 1024)
        .overflow(overflow)
        .durability(Durability::Interval(LONG)) // Only what is urgent is synced before.
        .evidence(Evidence::Off) // A checkpoint follows a gap, and would sync its line in any case.
        .start()
        .unwrap();
    storage.hang();
    // The writer waits for the disk before the channel is filled, so that it takes nothing out.
    let first = door_opened(0).to(&writer).submit_durable();
    storage.wait_until_awaited();
    drop(first);
    let mut sent = 1;
    // What must be durable is refused when the channel is full, whatever the policy.
    while door_opened(sent).to(&writer).submit_durable().is_ok() {
        sent += 1;
        assert!(sent < 100_000, "a channel of 64 KiB takes no end of events");
    }
    (writer, storage, sent)
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a call blocks is what is tested, with a wide margin"
)]
fn clock() -> Instant {
    Instant::now()
}

#[test]
fn refuse_says_full_and_counts_nothing() {
    let (writer, storage, sent) = full(Overflow::Refuse);
    assert_eq!(door_opened(sent).to(&writer).emit(), Err(EmitError::Full));
    storage.answer();
    let report = writer.shutdown();
    assert!(report.is_complete(), "{report}");
    assert_eq!((report.stats.written, report.stats.lost), (u64::from(sent), 0));
    assert_eq!(lost(&lines(storage.inner())), 0);
}

#[test]
fn drop_and_count_says_ok_and_a_gap_line_says_the_rest() {
    let (writer, storage, sent) = full(Overflow::DropAndCount);
    for count in 0..1000 {
        assert_eq!(door_opened(count).to(&writer).emit(), Ok(()));
    }
    storage.answer();
    let report = writer.shutdown();
    assert!(report.is_complete(), "{report}");
    let lines = lines(storage.inner());
    assert_eq!(counts(&lines).len() as u64, report.stats.written);
    assert_eq!(lost(&lines), report.stats.lost);
    assert_eq!(report.stats.accepted, u64::from(sent) + 1000);
    assert!(report.stats.lost > 0);
    let gap = of_kind(&lines, "gap")[0];
    assert!(gap.member("reasons").and_then(|reasons| reasons.get("full")).is_some(), "{gap:?}");
}

#[test]
fn block_waits_for_its_bound_and_then_counts() {
    let at_most = Duration::from_millis(60);
    let (writer, storage, _) = full(Overflow::Block { at_most });
    let start = clock();
    assert_eq!(door_opened(0).to(&writer).emit(), Ok(()));
    let waited = start.elapsed();
    assert!(waited >= at_most, "{waited:?}");
    assert!(waited < LONG, "{waited:?}");
    storage.answer();
    let report = writer.shutdown();
    assert!(report.is_complete(), "{report}");
    assert_eq!((report.stats.lost, lost(&lines(storage.inner()))), (1, 1));
}

#[test]
fn block_waits_no_longer_than_it_must() {
    let (writer, storage, sent) = full(Overflow::Block { at_most: Duration::from_secs(2) });
    let release = std::thread::spawn({
        let storage = storage.clone();
        move || {
            std::thread::sleep(Duration::from_millis(50));
            storage.answer();
        }
    });
    assert_eq!(door_opened(sent).to(&writer).emit(), Ok(()));
    release.join().unwrap();
    let report = writer.shutdown();
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.stats.lost, 0);
    assert_eq!(report.stats.written, u64::from(sent) + 1);
}

/// Many more threads than processors, a queue that most of them find full: each waits its turn, and
/// nothing is lost or comes twice.
#[test]
fn a_crowd_waits_and_loses_nothing() {
    const THREADS: u32 = 100;
    const EACH: u32 = 200;
    let storage = MemoryStorage::new();
    let writer = Writer::builder_on(Arc::new(storage.clone()))
        .capacity_bytes(64 * 1024)
        .overflow(Overflow::Block { at_most: LONG })
        .start()
        .unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let writer = &writer;
            scope.spawn(move || {
                for count in thread * EACH..(thread + 1) * EACH {
                    door_opened(count).to(writer).emit().unwrap();
                }
            });
        }
    });
    let report = writer.shutdown_within(LONG);
    assert!(report.is_complete() && report.stats.lost == 0, "{report}");
    let mut found = counts(&lines(&storage));
    assert_eq!(found.len(), (THREADS * EACH) as usize);
    for thread in 0..u64::from(THREADS) {
        let of_thread = found.iter().filter(|count| *count / u64::from(EACH) == thread);
        assert!(of_thread.is_sorted(), "in the order of each thread");
    }
    found.sort_unstable();
    assert!(found.into_iter().eq(0..u64::from(THREADS * EACH)));
}

/// What was lost is told by a line that is durable a moment later, without anybody asking.
#[test]
fn gap_lines_are_durable_under_each_policy() {
    let policies = [
        Overflow::Block { at_most: Duration::from_millis(1) },
        Overflow::DropAndCount,
        Overflow::Refuse,
    ];
    for overflow in policies {
        let (writer, storage, sent) = full(overflow);
        // As `emit_or_count` does, for those who do not want to know.
        if let Err(refused) = door_opened(sent).to(&writer).emit() {
            writer.count_lost(DoorOpened::SCHEMAS[0], refused);
        }
        storage.answer();
        writer.flush(LONG).unwrap();
        // Another one, with nobody left who waits for a sync.
        writer.count_lost(DoorOpened::SCHEMAS[0], EmitError::Full);
        let mut told = 0;
        for _ in 0..6000 {
            told = lost(&lines(&storage.inner().after_power_cut()));
            if told == 2 {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(told, 2, "{overflow:?}");
        assert!(writer.shutdown().is_complete());
    }
}
