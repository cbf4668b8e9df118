//! Logs that are not all there, or not as they were: what is left can be proved, and nothing else.

use audit_log::storage::ReadStorage;
use std::sync::Arc;
use std::time::Duration;

use audit_log::reader::Line;
use audit_log::verify::check_proof;
use audit_writer::Retention;
use audit_writer::keys::{FileKeys, verifier_key};
use audit_writer::storage::{Call, FaultPlan, Injected, MemoryStorage, Storage};

use super::{Log, emit, log, why_not};
use crate::kit::{door_opened, lines, of_kind, text, wait_until_it_writes};

/// What retention removed cannot be proved; what it kept can.
#[test]
fn what_retention_kept_can_be_proved() {
    let log = Log::new();
    let retention = Retention { total_bytes: 48 * 1024, ..Retention::default() };
    let writer = log.start_with(retention);
    for count in 0..300 {
        emit(&writer, count, count + 1);
    }
    assert!(writer.shutdown().is_complete());
    let first = lines(&log.files)[0].seq;
    assert!(first > 0);
    log.prove_all();
    for seq in [0, first - 1] {
        assert_eq!(why_not(&log.files, seq), "it is not there");
    }
    // Each beginning of the log, as if retention had removed so much.
    while segments(&log.files).len() > 1 {
        log.files.remove(&segments(&log.files)[0]).unwrap();
        log.prove_all();
    }
}

fn segments(files: &MemoryStorage) -> Vec<String> {
    let names = files.list().unwrap().into_iter().map(|(name, _)| name);
    names.filter(|name| name.ends_with(".jsonl")).collect()
}

/// Where a fault made a segment that brings lines again, and where retention left that one alone.
#[test]
fn lines_that_came_again_can_be_proved() {
    let log = Log::new();
    let writer = log.start_with(Retention::default());
    emit(&writer, 0, 10);
    for round in 1..4 {
        log.files.refuse(Call::Sync);
        for count in 0..5 {
            door_opened(round * 10 + count).to(&writer).emit().unwrap();
        }
        assert!(writer.flush(Duration::from_millis(50)).is_err());
        log.files.heal();
        wait_until_it_writes(&writer);
    }
    assert!(writer.shutdown().is_complete());
    log.prove_all();
    assert!(segments(&log.files).len() > 3);
    while segments(&log.files).len() > 1 {
        log.files.remove(&segments(&log.files)[0]).unwrap();
        let lines = lines(&log.files);
        let provable = |seq: u64| audit_log::Log::on(&log.files).prove(seq).is_ok();
        assert!(provable(lines[0].seq), "{lines:?}");
        log.prove_all();
    }
}

/// A checkpoint too may come again, in front of its segment's header in the order of numbers.
#[test]
fn checkpoints_that_came_again_can_be_proved() {
    let mut came_again = 0;
    for nth in 1..24 {
        let log = Log::new();
        let writer = log.start_with(Retention::default());
        let fault = Injected::Error(5);
        log.files.plan(FaultPlan { call: Call::Sync, nth, fault, for_good: false });
        for count in 0..24 {
            door_opened(count).to(&writer).emit().unwrap();
            wait_until_it_writes(&writer);
        }
        assert!(writer.shutdown().is_complete());
        let names = segments(&log.files);
        came_again += names.iter().filter(|name| brings_a_checkpoint(&log, name)).count();
        log.prove_all();
        for name in names.iter().filter(|name| **name != "audit.jsonl") {
            log.files.remove(name).unwrap();
            log.prove_all();
        }
    }
    assert!(came_again > 0);
}

/// Whether a segment brings a checkpoint again.
fn brings_a_checkpoint(log: &Log, segment: &str) -> bool {
    let bytes = log.files.bytes(segment).unwrap();
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| Line::parse(line).ok());
    let lines: Vec<Line> = lines.collect();
    of_kind(&lines, "checkpoint").iter().any(|line| line.seq < lines[0].seq)
}

/// What was changed is not proved, and neither is what stands beside it up to the checkpoint.
#[test]
fn what_was_changed_cannot_be_proved() {
    let log = log();
    let name = &segments(&log.files)[1];
    let whole = String::from_utf8(log.files.bytes(name).unwrap()).unwrap();
    let at = whole.lines().position(|line| line.contains(r#""kind":"event""#)).unwrap();
    let changed = whole.replacen(r#""north""#, r#""south""#, 1);
    let of_log = lines(&log.files);
    log.files.put(name, changed.as_bytes());
    let header: u64 = whole.split(',').nth(1).unwrap()["\"seq\":".len()..].parse().unwrap();
    for seq in [header, header + at as u64] {
        assert_eq!(why_not(&log.files, seq), "something in its segment");
    }
    assert!(
        audit_log::Log::on(&log.files).prove(header - 2).is_ok(),
        "the segment before is as it was"
    );
    // A header that shows another key: it is one of the lines that were signed.
    let key = of_kind(&of_log, "header")[2];
    let (shown, other) = (text(key, "key").unwrap(), text(of_kind(&of_log, "header")[1], "key"));
    log.files.put(name, whole.replacen(other.unwrap(), shown, 1).as_bytes());
    assert_eq!(why_not(&log.files, header), "something in its segment");
    // Lines that lost their place, or that claim a number far away.
    let removed: String =
        whole.split_inclusive('\n').enumerate().filter(|(n, _)| *n != at).map(|(_, l)| l).collect();
    log.files.put(name, removed.as_bytes());
    assert_eq!(why_not(&log.files, header + at as u64), "it is not there");
    let far = whole.replacen(&format!("\"seq\":{}", header + 1), "\"seq\":18446744073709551615", 1);
    log.files.put(name, far.as_bytes());
    assert_eq!(why_not(&log.files, header), "something in its segment");
    assert_eq!(why_not(&log.files, of_log.len() as u64), "it is not there");
}

/// After new keys were drawn, with which a segment begins, the old one proves what was before, and
/// the new one what follows.
#[test]
fn each_key_proves_what_it_leads_to() {
    let old = Log::new();
    old.run(0, 40);
    let new_from = lines(&old.files).len() as u64;
    let keys = MemoryStorage::new();
    let mut new = Log { files: old.files.clone(), keys: keys.clone(), key: old.key.clone() };
    new.run(40, 80);
    new.key = verifier_key(&FileKeys::in_storage(Arc::new(keys)), audit_core::Stream::Audit)
        .unwrap()
        .unwrap();
    let lines = lines(&new.files);
    let checkpoints = of_kind(&lines, "checkpoint");
    let header = of_kind(&lines, "header").into_iter().find(|line| line.seq > new_from).unwrap();
    for seq in [0, 30, new_from - 2, header.seq, checkpoints.last().unwrap().seq - 1] {
        let proof = new.prove(seq).to_string();
        assert_eq!(check_proof(&proof, Some(&old.key)).is_ok(), seq < new_from, "{seq}");
        assert_eq!(check_proof(&proof, Some(&new.key)).is_ok(), seq > new_from, "{seq}");
    }
}

/// Where a killed run lost a line that nothing had proved yet, the log goes on in its place: what stood
/// behind is aside, and the rest can be proved.
#[test]
fn lines_before_a_lost_one_and_behind_it_can_be_proved() {
    let running = Log::new();
    let writer = running.start_with(Retention::default());
    emit(&writer, 0, 6);
    let (files, keys) = (running.files.after_kill(), running.keys.after_kill());
    let log = Log { files, keys, key: running.key.clone() };
    assert!(writer.shutdown().is_complete());
    let whole = log.files.bytes("audit.jsonl").unwrap();
    let mut left: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let lost = left.len() - 3;
    left.remove(lost);
    log.files.put("audit.jsonl", &left.concat());
    log.run(6, 10);
    for seq in 0..lost + 5 {
        let proof = log.prove(seq as u64).to_string();
        assert!(check_proof(&proof, Some(&log.key)).is_ok(), "{seq}");
    }
}
