//! Segments begin and end when they should, explain themselves, and are kept as long as they should
//! be.

use audit_log::storage::ReadStorage;
use std::time::Duration;

use audit_writer::storage::MemoryStorage;
use audit_writer::{Retention, Rotation};

use crate::kit::{DAY, LONG, counts, door_opened, lines, of_kind, of_life, text, writer_on};

fn names(storage: &MemoryStorage) -> Vec<String> {
    let mut names: Vec<String> =
        storage.list().unwrap().into_iter().map(|(name, _)| name).collect();
    names.sort();
    names
}

#[test]
fn by_size_every_segment_explains_itself_and_nothing_is_missing() {
    let storage = MemoryStorage::new();
    let (builder, _) = writer_on(&storage);
    let rotation = Rotation { daily: true, segment_bytes: 8 * 1024 };
    let writer = builder.rotation(rotation).start().unwrap();
    for count in 0..200 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    assert_eq!(counts(&lines), (0..200).collect::<Vec<_>>());
    let segments = names(&storage);
    assert!(segments.len() > 5, "{segments:?}");
    for name in segments {
        let bytes = storage.bytes(&name).unwrap();
        assert!(bytes.len() <= 8 * 1024 + 256, "{name} has {} bytes", bytes.len());
        let text = String::from_utf8(bytes).unwrap();
        let kinds: Vec<&str> = text.lines().map(|line| line.split('"').nth(3).unwrap()).collect();
        assert_eq!(kinds[0], "header");
        let schema = kinds.iter().position(|kind| *kind == "schema");
        let event = kinds.iter().position(|kind| *kind == "event");
        // Each has one before its first event, if it has an event.
        assert!(event.is_none() || schema.is_some() && schema < event, "{name}: {kinds:?}");
        if name != "audit.jsonl" {
            let seq: u64 =
                name.split('-').nth(2).unwrap().trim_end_matches(".jsonl").parse().unwrap();
            assert!(text.starts_with(&format!(r#"{{"kind":"header","seq":{seq},"#)), "{name}");
            assert!(text.lines().last().unwrap().contains(r#"{"type":"rotate","why":"size""#));
        }
    }
}

#[test]
fn by_day_even_when_nothing_happens() {
    let storage = MemoryStorage::new();
    let (builder, clock) = writer_on(&storage);
    let writer = builder.start().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    writer.flush(LONG).unwrap();
    clock.advance(DAY);
    writer.flush(LONG).unwrap();
    clock.advance(DAY);
    door_opened(2).to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    let rotated = names(&storage);
    assert_eq!(rotated.len(), 3, "{rotated:?}");
    assert!(rotated[0].starts_with("audit-20261120T120000Z-000000000000"), "{rotated:?}");
    assert!(rotated[1].starts_with("audit-20261121T120000Z-"), "{rotated:?}");
    let lines = lines(&storage);
    assert_eq!(counts(&lines), [1, 2]);
    assert_eq!(of_life(&lines, "rotate").len(), 2);
}

#[test]
fn after_14_days_a_segment_goes_and_its_going_is_recorded_first() {
    let storage = MemoryStorage::new();
    storage.put("audit-notes.txt", b"not ours");
    storage.put("audit-20200101T000000Z-000000000001.jsonl.bak", b"not ours");
    let (builder, clock) = writer_on(&storage);
    let writer = builder.start().unwrap();
    for day in 0..20 {
        door_opened(day).to(&writer).emit().unwrap();
        writer.flush(LONG).unwrap();
        clock.advance(DAY);
    }
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    let kept = counts(&lines);
    // It ends on day 20. The segment of day 4 was closed on day 5, more than 14 days before; that
    // of day 5 was not.
    assert_eq!(kept.first(), Some(&5), "{kept:?}");
    assert_eq!(kept.last(), Some(&19));
    let pruned = of_life(&lines, "prune");
    assert!(pruned.iter().all(|line| text(line, "why") == Some("age")));
    assert!(!pruned.is_empty());
    let left = names(&storage);
    assert!(left.contains(&"audit-notes.txt".to_owned()));
    assert!(left.contains(&"audit-20200101T000000Z-000000000001.jsonl.bak".to_owned()));
}

#[test]
fn the_oldest_go_when_all_take_too_much() {
    let storage = MemoryStorage::new();
    let (builder, _) = writer_on(&storage);
    let writer = builder
        .rotation(Rotation { daily: true, segment_bytes: 8 * 1024 })
        .retention(Retention { age: Duration::MAX, total_bytes: 32 * 1024, min_free_bytes: 0 })
        .start()
        .unwrap();
    for count in 0..500 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    assert!(writer.shutdown().is_complete());
    let bytes: u64 = storage.list().unwrap().iter().map(|(_, bytes)| bytes).sum();
    assert!(bytes <= 40 * 1024, "{bytes}");
    let lines = lines(&storage);
    assert_eq!(counts(&lines).last(), Some(&499));
    assert!(of_life(&lines, "prune").iter().all(|line| text(line, "why") == Some("size")));
    assert!(!of_kind(&lines, "header").is_empty());
}

#[test]
fn a_log_can_be_read_while_its_segments_roll() {
    let storage = MemoryStorage::new();
    let (builder, _) = writer_on(&storage);
    let writer = builder
        .rotation(Rotation { daily: true, segment_bytes: 4096 })
        .retention(Retention { age: Duration::MAX, total_bytes: 64 * 1024, min_free_bytes: 0 })
        .start()
        .unwrap();
    std::thread::scope(|scope| {
        let emitter = scope.spawn(|| {
            for count in 0..5000 {
                door_opened(count).to(&writer).submit_durable().unwrap().wait_for(LONG).unwrap();
            }
        });
        while !emitter.is_finished() {
            // `lines` checks that no number is missing and none is there twice.
            lines(&storage);
        }
    });
    assert!(writer.shutdown().is_complete());
}
