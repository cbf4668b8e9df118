//! A disk that fails: nothing panics, nothing is lost silently, and the writer goes on.

use std::time::Duration;

use audit_core::EmitError;
use audit_writer::Overflow;
use audit_writer::storage::{Call, MemoryStorage, Storage};

use crate::kit::{
    LONG, counts, door_opened, lines, lost, of_life, wait_until_it_writes, writer_on,
};

/// Breaks the storage between event 1 and 2, heals it after event 3, and checks that all are
/// accounted for.
fn check(breaks: impl Fn(&MemoryStorage)) -> Vec<audit_writer::reader::Line> {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    door_opened(1).emit_to(&writer).unwrap();
    writer.flush(LONG).unwrap();
    breaks(&storage);
    door_opened(2).emit_to(&writer).unwrap();
    assert_eq!(writer.flush(LONG), Err(EmitError::NotDurable));
    door_opened(3).emit_to(&writer).unwrap();
    storage.heal();
    wait_until_it_writes(&writer);
    door_opened(4).emit_to(&writer).unwrap();
    let report = writer.shutdown();
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.stats.accepted, 4);
    let lines = lines(&storage);
    assert_eq!(counts(&lines).len() as u64, report.stats.written);
    assert_eq!(lost(&lines), report.stats.lost);
    assert_eq!(of_life(&lines, "fault").len(), 1);
    assert!(storage.list().unwrap().len() >= 2, "a damaged segment is closed");
    lines
}

#[test]
fn a_write_that_fails_is_a_gap_and_a_fault_line() {
    let lines = check(|storage| storage.refuse(Call::Write));
    assert_eq!(counts(&lines), [1, 3, 4]);
    assert_eq!(lost(&lines), 1);
}

#[test]
fn a_sync_that_fails_is_a_fault_line_that_says_from_where() {
    let lines = check(|storage| storage.refuse(Call::Sync));
    assert_eq!(counts(&lines), [1, 2, 3, 4]);
    let fault = of_life(&lines, "fault")[0];
    assert_eq!(fault.get("doing").and_then(|doing| doing.as_str()), Some("sync"));
    let from = fault.get("unsynced_from").and_then(|seq| seq.as_u64()).unwrap();
    let doubtful = lines.iter().find(|line| counts(std::slice::from_ref(line)) == [2]).unwrap();
    assert!(from <= doubtful.seq, "{from} {}", doubtful.seq);
}

#[test]
fn a_disk_that_fills_in_mid_line_leaves_no_torn_line() {
    let lines = check(|storage| storage.fill_after(100));
    assert_eq!(counts(&lines), [1, 3, 4]);
    assert_eq!(of_life(&lines, "repair").len(), 1);
}

#[test]
fn a_rotation_that_fails_loses_nothing() {
    for call in [Call::Rename, Call::Create] {
        let storage = MemoryStorage::new();
        let (builder, clock) = writer_on(&storage);
        let writer = builder.start().unwrap();
        door_opened(1).emit_to(&writer).unwrap();
        writer.flush(LONG).unwrap();
        storage.refuse(call);
        clock.advance(crate::kit::DAY);
        door_opened(2).emit_to(&writer).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        storage.heal();
        wait_until_it_writes(&writer);
        let report = writer.shutdown();
        assert!(report.is_complete(), "{call:?}: {report}");
        let lines = lines(&storage);
        assert_eq!(counts(&lines).len() as u64 + lost(&lines), 2, "{call:?}");
    }
}

#[test]
fn a_disk_that_never_heals_is_reported_at_the_end() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    storage.refuse(Call::Write);
    for count in 0..10 {
        door_opened(count).emit_to(&writer).unwrap();
    }
    let report = writer.shutdown_within(LONG);
    assert!(!report.is_complete());
    assert_eq!(report.stats.written, 0);
    assert_eq!(report.stats.accepted, 10);
    assert_eq!(report.unwritten(), 10, "{report}");
}

#[test]
fn what_a_broken_disk_leaves_in_the_channel_is_reported_at_the_end() {
    let storage = MemoryStorage::new();
    let builder = writer_on(&storage).0.capacity_bytes(64 * 1024).overflow(Overflow::Refuse);
    let writer = builder.start().unwrap();
    storage.refuse(Call::Write);
    let mut accepted = 0;
    // Some are kept aside, and the channel is full behind them.
    for pause in [false, true, false] {
        if pause {
            std::thread::sleep(Duration::from_millis(1500)); // The writer looks again each second.
        }
        while door_opened(accepted).emit_to(&writer).is_ok() {
            accepted += 1;
            assert!(accepted < 100_000, "a channel of 64 KiB takes no end of events");
        }
    }
    let report = writer.shutdown();
    assert!(!report.is_complete(), "{report}");
    assert_eq!(report.stats.accepted, u64::from(accepted));
    assert_eq!(report.unwritten(), u64::from(accepted), "{report}");
}

#[test]
fn a_disk_that_is_full_at_the_start_is_named() {
    let storage = MemoryStorage::new();
    storage.fill_after(10);
    let error = writer_on(&storage).0.start().unwrap_err();
    assert_eq!(error.io_kind(), Some(std::io::ErrorKind::StorageFull));
    storage.heal();
    assert!(writer_on(&storage).0.start().unwrap().shutdown().is_complete());
    assert_eq!(lines(&storage)[0].kind, "header");
}
