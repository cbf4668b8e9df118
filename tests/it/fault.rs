//! A disk that fails: nothing panics, nothing is lost silently, and the writer goes on.

use audit_log::storage::ReadStorage;
use std::time::Duration;

use audit_core::EmitError;
use audit_log::reader::{Json, Line};
use audit_writer::Overflow;
use audit_writer::storage::{Call, MemoryStorage, Storage};

use crate::kit::{
    LONG, counts, door_opened, lines, lost, number, of_kind, of_life, text, wait_until_it_writes,
    writer_on,
};

/// Breaks the storage between event 1 and 2, heals it after event 3, and checks that all of them are
/// written and what happened is recorded. The text is that of the damaged segment before the storage
/// was healed.
fn check(breaks: impl Fn(&MemoryStorage)) -> (MemoryStorage, Vec<Line>, String) {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    writer.flush(LONG).unwrap();
    breaks(&storage);
    door_opened(2).to(&writer).emit().unwrap();
    assert_eq!(writer.flush(LONG), Err(EmitError::NotDurable));
    door_opened(3).to(&writer).emit().unwrap();
    let broken = String::from_utf8(storage.bytes("audit.jsonl").unwrap()).unwrap();
    storage.heal();
    wait_until_it_writes(&writer);
    door_opened(4).to(&writer).emit().unwrap();
    let report = writer.shutdown();
    assert!(report.is_complete(), "{report}");
    assert_eq!((report.stats.accepted, report.stats.written), (4, 4), "{report}");
    let lines = lines(&storage);
    assert_eq!((counts(&lines), lost(&lines)), (vec![1, 2, 3, 4], 0));
    assert_eq!(of_life(&lines, "fault").len(), 1);
    assert_eq!(lines_of_files(&storage).len(), 2, "a damaged segment is closed");
    (storage, lines, broken)
}

/// The text of each segment, oldest first.
fn lines_of_files(storage: &MemoryStorage) -> Vec<String> {
    let mut names: Vec<String> =
        storage.list().unwrap().into_iter().map(|(name, _)| name).collect();
    names.retain(|name| name.ends_with(".jsonl"));
    names.sort(); // The active one, which has no time in its name, is the last.
    names.iter().map(|name| String::from_utf8(storage.bytes(name).unwrap()).unwrap()).collect()
}

/// What the last segment says that it brings again: the segment and the first number.
fn superseded(lines: &[Line]) -> (String, u64) {
    let header = *of_kind(lines, "header").last().unwrap();
    let supersedes = header.member("supersedes").unwrap();
    let segment = supersedes.get("segment").and_then(Json::as_str).unwrap().to_owned();
    (segment, supersedes.get("from_seq").and_then(Json::as_u64).unwrap())
}

#[test]
fn what_could_not_be_written_is_written_to_a_new_segment() {
    let (_, lines, _) = check(|storage| storage.refuse(Call::Write));
    assert_eq!(text(of_life(&lines, "fault")[0], "doing"), Some("write"));
}

#[test]
fn what_could_not_be_synced_is_written_again_byte_for_byte() {
    let (storage, lines, broken) = check(|storage| storage.refuse(Call::Sync));
    let fault = of_life(&lines, "fault")[0];
    assert_eq!(text(fault, "doing"), Some("sync"));
    let doubtful = lines.iter().find(|line| counts(std::slice::from_ref(line)) == [2]).unwrap();
    let (segment, from_seq) = superseded(&lines);
    assert_eq!((number(fault, "unsynced_from"), from_seq), (Some(from_seq), doubtful.seq));
    let [damaged, next] = lines_of_files(&storage).try_into().unwrap();
    assert_eq!(storage.bytes(&segment).unwrap(), damaged.as_bytes());
    let again = broken.strip_prefix(&damaged).unwrap();
    assert!(again.contains(r#""count":2"#), "{again}");
    assert!(next.contains(again), "{next}");
}

#[test]
fn a_segment_that_brings_lines_again_has_their_schemas() {
    let (storage, lines, _) = check(|storage| storage.refuse(Call::Sync));
    let (segment, from_seq) = superseded(&lines);
    storage.remove(&segment).unwrap();
    let left = self::lines(&storage);
    assert_eq!((left[0].seq, counts(&left)), (from_seq, vec![2, 3, 4]));
    assert_eq!(of_kind(&left, "schema").len(), 1);
    let [text] = lines_of_files(&storage).try_into().unwrap();
    let kinds = text.lines().map(|line| Line::parse(line.as_bytes()).unwrap().kind);
    assert_eq!(kinds.take(3).collect::<Vec<_>>(), ["header", "schema", "event"]);
}

#[test]
fn a_disk_that_fills_in_mid_line_leaves_no_torn_line() {
    let (storage, _, broken) = check(|storage| storage.fill_after(100));
    assert!(!broken.ends_with('\n'), "{broken}");
    let [damaged, next] = lines_of_files(&storage).try_into().unwrap();
    let torn = broken.strip_prefix(&damaged).unwrap();
    assert!(damaged.ends_with('\n') && !torn.contains('\n'), "{torn}");
    assert!(next.lines().any(|line| line.starts_with(torn)), "{next}");
}

#[test]
fn every_fault_is_recorded_and_loses_nothing() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.retry_after(Duration::from_millis(1)).start().unwrap();
    for count in 0..50 {
        storage.refuse([Call::Sync, Call::Write, Call::Create, Call::Rename][count as usize % 4]);
        door_opened(count).to(&writer).emit().unwrap();
        if count % 4 < 2 {
            assert!(writer.flush(LONG).is_err());
        }
        storage.heal();
        wait_until_it_writes(&writer);
    }
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    assert_eq!(counts(&lines), (0..50).collect::<Vec<_>>());
    assert!(of_life(&lines, "fault").len() >= 25);
}

#[test]
fn a_rotation_that_fails_loses_nothing() {
    for call in [Call::Rename, Call::Create] {
        let storage = MemoryStorage::new();
        let (builder, clock) = writer_on(&storage);
        let writer = builder.start().unwrap();
        door_opened(1).to(&writer).emit().unwrap();
        writer.flush(LONG).unwrap();
        storage.refuse(call);
        clock.advance(crate::kit::DAY);
        door_opened(2).to(&writer).emit().unwrap();
        std::thread::sleep(Duration::from_millis(50));
        storage.heal();
        wait_until_it_writes(&writer);
        let report = writer.shutdown();
        assert!(report.is_complete(), "{call:?}: {report}");
        let lines = lines(&storage);
        assert_eq!((counts(&lines), lost(&lines)), (vec![1, 2], 0), "{call:?}");
    }
}

#[test]
fn a_disk_that_never_heals_is_reported_at_the_end() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    storage.refuse(Call::Write);
    for count in 0..10 {
        door_opened(count).to(&writer).emit().unwrap();
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
        while door_opened(accepted).to(&writer).emit().is_ok() {
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
