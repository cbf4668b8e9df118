//! Rotated segments are compressed when that is asked for, and nothing is lost by it.

use audit_log::Log;
use audit_log::storage::ReadStorage;
use std::io::Write;
use std::time::Duration;

use audit_log::reader::LineError;
use audit_writer::storage::{Call, FaultPlan, Injected, MemoryStorage, Storage};
use audit_writer::{Compression, Retention, Rotation, Writer};

use crate::kit::{LONG, counts, door_opened, lines, number, of_life, text, writer_on};

const SMALL: Rotation = Rotation { daily: true, segment_bytes: 4096 };

fn start(storage: &MemoryStorage) -> Writer {
    let builder = writer_on(storage).0.compression(Compression::Gzip).rotation(SMALL);
    builder.retry_after(Duration::from_millis(1)).start().unwrap()
}

/// The names that end so, oldest first.
fn names(storage: &MemoryStorage, suffix: &str) -> Vec<String> {
    let files = storage.list().unwrap().into_iter().map(|(name, _)| name);
    let mut names: Vec<String> = files.filter(|name| name.ends_with(suffix)).collect();
    names.sort();
    names
}

/// Waits until only the active segment is plain.
fn wait_until_compressed(storage: &MemoryStorage) {
    wait_until(|| are_compressed(storage));
}

fn are_compressed(storage: &MemoryStorage) -> bool {
    names(storage, ".jsonl") == ["audit.jsonl"]
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("not in 30 s");
}

fn emit(writer: &Writer, some: std::ops::Range<u32>) {
    for count in some {
        door_opened(count).to(writer).emit().unwrap();
    }
    writer.flush(LONG).unwrap();
}

/// A log of some segments, each compressed.
fn compressed() -> MemoryStorage {
    let storage = MemoryStorage::new();
    let writer = start(&storage);
    emit(&writer, 0..100);
    wait_until_compressed(&storage);
    assert!(writer.shutdown().is_complete());
    storage
}

#[test]
fn every_line_is_still_there_and_each_compression_is_recorded() {
    let storage = compressed();
    let lines = lines(&storage);
    assert_eq!(counts(&lines), (0..100).collect::<Vec<_>>());
    let compressed = names(&storage, ".jsonl.gz");
    let told = of_life(&lines, "compress");
    assert!(compressed.len() > 5, "{compressed:?}");
    assert_eq!(told.len(), compressed.len());
    for (line, name) in told.iter().zip(&compressed) {
        assert_eq!(text(line, "into"), Some(name.as_str()));
        assert_eq!(text(line, "segment").map(|name| format!("{name}.gz")).as_ref(), Some(name));
        let bytes = storage.bytes(name).unwrap().len() as u64;
        assert_eq!(number(line, "compressed_bytes"), Some(bytes));
        assert!(number(line, "bytes").is_some_and(|before| before > 2 * bytes));
    }
    assert_eq!(text(of_life(&lines, "start")[0], "compression"), Some("gzip"));
}

#[test]
fn what_is_not_asked_for_is_not_done() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.rotation(SMALL).start().unwrap();
    emit(&writer, 0..100);
    assert!(writer.shutdown().is_complete());
    assert_eq!(names(&storage, ".gz"), Vec::<String>::new());
    // A later run that is asked compresses what is there.
    let writer = start(&storage);
    wait_until_compressed(&storage);
    assert!(writer.shutdown().is_complete());
    assert_eq!(counts(&lines(&storage)), (0..100).collect::<Vec<_>>());
}

#[test]
fn retention_counts_and_removes_compressed_segments() {
    let storage = MemoryStorage::new();
    let builder = writer_on(&storage).0.compression(Compression::Gzip).rotation(SMALL);
    let total_bytes = 10 * 1024;
    let retention = Retention { total_bytes, ..Retention::default() };
    let writer = builder.retention(retention).start().unwrap();
    for round in 0..40 {
        emit(&writer, round * 10..round * 10 + 10);
        wait_until_compressed(&storage);
    }
    assert!(writer.shutdown().is_complete());
    let taken: u64 = storage.list().unwrap().iter().map(|(_, bytes)| bytes).sum();
    assert!(taken <= total_bytes + 4096, "{taken}");
    let lines = lines(&storage);
    let prunes = of_life(&lines, "prune");
    assert!(prunes.iter().any(|line| {
        let segments = line.member("segments").and_then(|some| some.as_list()).unwrap();
        segments.iter().any(|name| name.as_str().unwrap().ends_with(".jsonl.gz"))
    }));
}

#[test]
fn a_log_of_which_only_compressed_segments_are_left_goes_on() {
    let storage = compressed();
    storage.remove("audit.jsonl").unwrap();
    let before = lines(&storage).last().unwrap().seq;
    let writer = start(&storage);
    emit(&writer, 100..110);
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    assert!(lines.iter().any(|line| line.seq == before + 1));
    let logs: Vec<_> = lines.iter().filter_map(|line| text(line, "log")).collect();
    assert!(logs.windows(2).all(|two| two[0] == two[1]), "{logs:?}");
}

#[test]
fn what_a_crash_left_half_compressed_goes_and_the_plain_one_counts() {
    let storage = compressed();
    let name = names(&storage, ".jsonl.gz")[2].clone();
    let expanded = expand(&storage.bytes(&name).unwrap());
    storage.put(name.strip_suffix(".gz").unwrap(), &expanded);
    storage.put(&name, b"half");
    storage.put("audit.gz.next", b"half as well");
    assert_eq!(counts(&lines(&storage)), (0..100).collect::<Vec<_>>());
    let writer = start(&storage);
    wait_until_compressed(&storage);
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    assert_eq!(counts(&lines), (0..100).collect::<Vec<_>>());
    assert_eq!(expand(&storage.bytes(&name).unwrap()), expanded);
    let cleanups = of_life(&lines, "cleanup");
    assert_eq!(
        cleanups.iter().filter_map(|line| text(line, "removed")).collect::<Vec<_>>(),
        ["audit.gz.next"]
    );
}

fn expand(bytes: &[u8]) -> Vec<u8> {
    let mut decoder = flate2::write::GzDecoder::new(Vec::new());
    decoder.write_all(bytes).unwrap();
    decoder.finish().unwrap()
}

#[test]
fn a_damaged_one_is_told_and_the_rest_is_read() {
    let storage = compressed();
    let name = names(&storage, ".jsonl.gz")[2].clone();
    let mut bytes = storage.bytes(&name).unwrap();
    bytes.push(0);
    storage.put(&name, &bytes);
    let read: Vec<_> = Log::on(&storage).lines().unwrap().collect();
    let faults: Vec<_> =
        read.iter().filter_map(|(at, line)| Some((at, line.as_ref().err()?))).collect();
    let [(at, LineError::Compressed)] = faults[..] else { panic!("{faults:?}") };
    assert_eq!(at.segment, name);
    let counts = read.iter().filter_map(|(_, line)| Some(counts(&[line.clone().ok()?])));
    assert_eq!(counts.flatten().collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
    assert!(start(&storage).shutdown().is_complete());
}

/// Each call fails at one use or another while segments are compressed: nothing is lost, no line comes
/// twice, and in the end all is compressed.
#[test]
fn no_fault_loses_a_line() {
    let calls = [Call::List, Call::Create, Call::Read, Call::Write, Call::Sync, Call::SyncNames];
    let mut hits = 0;
    for call in calls.into_iter().chain([Call::Rename, Call::Remove, Call::State]) {
        for nth in [1, 2, 3, 5, 8, 13, 21, 34, 55] {
            let storage = MemoryStorage::new();
            let (builder, clock) = writer_on(&storage);
            let builder = builder.compression(Compression::Gzip).rotation(SMALL);
            let writer = builder.retry_after(Duration::from_millis(1)).start().unwrap();
            let fault = Injected::Error(5);
            storage.plan(FaultPlan { call, nth, fault, for_good: false });
            for count in 0..40 {
                door_opened(count).to(&writer).emit().unwrap();
            }
            while writer.flush(LONG).is_err() {
                std::thread::sleep(Duration::from_millis(1));
            }
            // Not all calls are made so often.
            for _ in 0..20 {
                if storage.faults_hit() > 0 {
                    break;
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            hits += storage.faults_hit();
            storage.heal();
            // After a failure nothing is tried for a minute.
            wait_until(|| {
                clock.advance(Duration::from_secs(20));
                are_compressed(&storage)
            });
            assert!(writer.shutdown().is_complete(), "{call:?} {nth}");
            assert_eq!(counts(&lines(&storage)), (0..40).collect::<Vec<_>>(), "{call:?} {nth}");
            for left in storage.after_power_cuts() {
                assert_eq!(counts(&lines(&left)), (0..40).collect::<Vec<_>>(), "{call:?} {nth}");
            }
        }
    }
    assert!(hits > 40, "{hits}");
}
