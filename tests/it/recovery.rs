//! A log goes on after its writer died: no line is torn, no number is given twice, and what
//! happened is recorded.

use std::collections::HashSet;
use std::time::Duration;

use audit_writer::Evidence;
use audit_writer::storage::{Call, FaultPlan, Injected, MemoryStorage, Storage};

use crate::kit::{LONG, counts, door_opened, lines, number, of_life, text, writer_on};

/// What a run leaves that ends in order.
fn one_run() -> MemoryStorage {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    storage
}

#[test]
fn a_second_run_goes_on_in_the_same_segment() {
    let storage = one_run();
    let writer = writer_on(&storage).0.start().unwrap();
    door_opened(2).to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    assert_eq!(counts(&lines), [1, 2]);
    let runs: HashSet<&str> = lines.iter().map(|line| line.run.as_deref().unwrap()).collect();
    assert_eq!(runs.len(), 2);
    assert_eq!(of_life(&lines, "start").len(), 2);
    assert_eq!(lines.iter().filter(|line| line.kind == "header").count(), 1);
    assert_eq!(lines.iter().filter(|line| line.kind == "schema").count(), 2, "once a run");
}

/// Adds a torn end to a segment, opens the log twice, and checks what became of it.
fn check_torn(tail: &[u8]) {
    let storage = one_run();
    let whole = storage.bytes("audit.jsonl").unwrap();
    storage.put("audit.jsonl", &[whole.as_slice(), tail].concat());
    for count in [2, 3] {
        let writer = writer_on(&storage).0.start().unwrap();
        door_opened(count).to(&writer).emit().unwrap();
        assert!(writer.shutdown().is_complete());
    }
    let lines = lines(&storage);
    assert_eq!(counts(&lines), [1, 2, 3]);
    let repairs = of_life(&lines, "repair");
    assert_eq!(repairs.len(), 1);
    assert_eq!(number(repairs[0], "removed_bytes"), Some(tail.len() as u64));
    let kept = storage.bytes(text(repairs[0], "kept_in").unwrap()).unwrap();
    assert_eq!(kept, tail.get(..64 * 1024).unwrap_or(tail));
    assert!(
        storage.bytes("audit.jsonl").unwrap().starts_with(&whole),
        "what was whole is untouched"
    );
}

#[test]
fn a_torn_end_is_moved_aside() {
    check_torn(br#"{"kind":"event","seq":5,"ti"#);
    check_torn(&[0; 4096]);
    check_torn(&[0; 100_000]);
    check_torn(b"\0\0\0\n");
    check_torn(b"{}\n{}\n");
}

#[test]
fn a_segment_without_a_single_line_is_begun_again() {
    for bytes in [&b""[..], &[0; 500], b"{\"kind\":\"hea"] {
        let storage = MemoryStorage::new();
        storage.put("audit.jsonl", bytes);
        let writer = writer_on(&storage).0.start().unwrap();
        door_opened(1).to(&writer).emit().unwrap();
        assert!(writer.shutdown().is_complete());
        let lines = lines(&storage);
        assert_eq!(lines[0].kind, "header");
        assert_eq!((lines[0].seq, counts(&lines)), (0, vec![1]));
    }
}

#[test]
fn a_segment_that_was_begun_takes_its_place_or_goes() {
    let whole = one_run().bytes("audit.jsonl").unwrap();
    // Alone it is complete: the one before has its final name already.
    let alone = MemoryStorage::new();
    alone.put("audit.next", &whole);
    // Beside the active one it may be half made.
    let beside = one_run();
    beside.put("audit.next", whole.get(..100).unwrap());
    for (storage, cleanups) in [(alone, 0), (beside, 1)] {
        let writer = writer_on(&storage).0.start().unwrap();
        door_opened(2).to(&writer).emit().unwrap();
        assert!(writer.shutdown().is_complete());
        let lines = lines(&storage);
        assert_eq!(counts(&lines), [1, 2]);
        assert_eq!(of_life(&lines, "cleanup").len(), cleanups);
        assert!(storage.bytes("audit.next").is_none());
    }
}

#[test]
fn numbers_and_log_id_go_on_where_only_rotated_segments_are_left() {
    let storage = one_run();
    let last = lines(&storage).last().map(|line| line.seq).unwrap();
    let log = text(&lines(&storage)[0], "log").unwrap().to_owned();
    storage.rename("audit.jsonl", "audit-20261120T120000Z-000000000000.jsonl").unwrap();
    storage.sync_names().unwrap();
    for active in [None, Some(b"")] {
        if let Some(empty) = active {
            storage.put("audit.jsonl", empty);
        }
        let copy = storage.after_power_cut();
        assert!(writer_on(&copy).0.start().unwrap().shutdown().is_complete());
        let lines = lines(&copy);
        let second = &lines[usize::try_from(last).unwrap() + 1];
        assert_eq!((second.kind.as_str(), second.seq), ("header", last + 1));
        assert_eq!(text(second, "log"), Some(log.as_str()));
    }
}

#[test]
fn every_cut_of_a_log_opens_again() {
    let whole = one_run().bytes("audit.jsonl").unwrap();
    for cut in 0..=whole.len() {
        let storage = MemoryStorage::new();
        storage.put("audit.jsonl", whole.get(..cut).unwrap());
        let writer = writer_on(&storage).0.start().unwrap();
        door_opened(2).to(&writer).emit().unwrap();
        assert!(writer.shutdown().is_complete(), "cut at {cut}");
        assert_eq!(counts(&lines(&storage)).last(), Some(&2), "cut at {cut}");
    }
}

/// After each fault the disk fails again, a little later and for good, and then the process is
/// killed: as if it was killed at each step of going on after a fault.
#[test]
fn a_kill_while_lines_come_again_leaves_a_log_that_goes_on() {
    let again = [Call::Create, Call::Write, Call::Sync, Call::Rename, Call::SyncNames, Call::State];
    let mut kills = 0;
    for second in again {
        for nth in 1..6 {
            let storage = MemoryStorage::new();
            let builder = writer_on(&storage).0.retry_after(Duration::from_millis(1));
            let writer = builder.start().unwrap();
            door_opened(0).to(&writer).emit().unwrap();
            writer.flush(LONG).unwrap();
            let fault = Injected::Error(5);
            storage.plan(FaultPlan { call: Call::Sync, nth: 1, fault, for_good: false });
            let nth = if second == Call::Sync { nth + 1 } else { nth };
            storage.plan(FaultPlan { call: second, nth, fault, for_good: true });
            door_opened(1).to(&writer).emit().unwrap();
            let mut tries = 0;
            while writer.flush(LONG).is_err() && tries < 10 {
                tries += 1;
                std::thread::sleep(Duration::from_millis(2));
            }
            let killed = storage.after_kill();
            kills += usize::from(tries == 10);
            let again = writer_on(&killed).0.start().unwrap();
            door_opened(2).to(&again).emit().unwrap();
            assert!(again.shutdown().is_complete());
            let found = counts(&lines(&killed));
            // Nobody was told that the other one is durable.
            assert!([&[0, 1, 2][..], &[0, 2]].contains(&&found[..]), "{second:?} {nth}: {found:?}");
            storage.heal();
            assert!(writer.shutdown().is_complete());
        }
    }
    assert!(kills > 10, "{kills}");
}

/// A line that somebody damaged may show any number. Those that are not there count in the hash
/// tree as empty lines, and taking them in one by one would hold the start up for ever.
#[test]
fn a_wild_number_holds_no_start_up() {
    let wild = [
        // In the middle: it counts as not there.
        (r#""kind":"event","seq":5,"#, r#""kind":"event","seq":4000000000000,"#),
        // The run's last words but one, and so numbers go on behind it.
        (r#""kind":"lifecycle","seq":6,"#, r#""kind":"lifecycle","seq":4000000000000,"#),
    ];
    for (shown, other) in wild {
        let storage = MemoryStorage::new();
        let start = || writer_on(&storage).0.evidence(Evidence::Signed).start().unwrap();
        let writer = start();
        door_opened(1).to(&writer).emit().unwrap();
        door_opened(2).to(&writer).emit().unwrap();
        assert!(writer.shutdown().is_complete());
        let text = String::from_utf8(storage.bytes("audit.jsonl").unwrap()).unwrap();
        assert_eq!(text.matches(shown).count(), 1, "{text}");
        storage.put("audit.jsonl", text.replace(shown, other).as_bytes());
        assert!(start().shutdown().is_complete());
        let told = String::from_utf8(storage.bytes("audit.jsonl").unwrap()).unwrap();
        let rollback = told.lines().find(|line| line.contains(r#""type":"rollback""#));
        let rollback =
            rollback.and_then(|line| line.split(r#""compared":""#).nth(1)?.split('"').next());
        assert_eq!(rollback, Some("different"), "{told}");
        // It was told once: the next run finds what this one signed.
        assert!(start().shutdown().is_complete());
        let told = String::from_utf8(storage.bytes("audit.jsonl").unwrap()).unwrap();
        assert_eq!(told.matches(r#""type":"rollback""#).count(), 1, "{told}");
    }
}
