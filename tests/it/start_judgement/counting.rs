//! What a start counts of the files that it finds, and by which time.

use super::*;
use audit_log::Log;

/// On a real directory: 20 GB that are not there cost no segment. Who read them would read for minutes.
#[test]
fn a_sparse_file_is_neither_read_nor_counted() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("audit");
    let start = |total_bytes| {
        let rotation = Rotation { daily: false, segment_bytes: 8 * 1024 };
        let retention = Retention { total_bytes, ..Retention::default() };
        Writer::builder(&dir).rotation(rotation).retention(retention).start().unwrap()
    };
    let writer = start(1 << 30);
    emit(&writer, 0, 60);
    assert!(writer.shutdown().is_complete());
    let storage = OsStorage::open(&dir).unwrap();
    for name in
        ["audit-20200101T000000Z-000000000000.jsonl", "audit-20200101T000000Z-000000000001.torn"]
    {
        let mut file = storage.create(name).unwrap();
        file.truncate(20 << 30).unwrap();
    }
    let writer = start(1 << 30);
    assert!(writer.shutdown().is_complete());
    // A reader would take it for a segment.
    storage.remove("audit-20200101T000000Z-000000000000.jsonl").unwrap();
    let lines: Vec<Line> =
        Log::open(&dir).unwrap().lines().unwrap().filter_map(|(_, line)| line.ok()).collect();
    assert_eq!(of_life(&lines, "prune").len(), 0);
    let strange = of_life(&lines, "strange");
    assert_eq!(strange.len(), 1);
}

/// The log's own files count by what they take on the disk.
#[test]
fn a_hole_in_a_segment_pushes_nothing_out() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("audit");
    let start = || {
        let rotation = Rotation { daily: false, segment_bytes: 8 * 1024 };
        let retention = Retention { total_bytes: 2 << 20, ..Retention::default() };
        Writer::builder(&dir).rotation(rotation).retention(retention).start().unwrap()
    };
    let writer = start();
    emit(&writer, 0, 60);
    assert!(writer.shutdown().is_complete());
    let storage = OsStorage::open(&dir).unwrap();
    let is_rotated = |name: &String| name.starts_with("audit-2");
    let name = storage.list().unwrap().into_iter().map(|(name, _)| name).find(is_rotated).unwrap();
    storage.append(&name).unwrap().truncate(3 << 20).unwrap();
    let writer = start();
    assert!(writer.shutdown().is_complete());
    assert!(storage.state(&name).unwrap().is_some());
    let lines: Vec<Line> =
        Log::open(&dir).unwrap().lines().unwrap().filter_map(|(_, line)| line.ok()).collect();
    assert_eq!(of_life(&lines, "prune").len(), 0);
}

#[test]
fn the_time_in_a_name_steers_nothing() {
    let storage = MemoryStorage::new();
    run(&storage, 0, 60);
    let name = rotated(&storage).remove(1);
    let other = Name::parse(&name).map(|name| Name { unix_s: 0, ..name }).unwrap().to_string();
    storage.rename(&name, &other).unwrap();
    run(&storage, 60, 62);
    let lines = lines(&storage);
    assert_eq!(of_life(&lines, "prune").len(), 0);
    assert!(storage.bytes(&other).is_some(), "it is named and left");
    assert_eq!(of_life(&lines, "strange").len(), 1);
}
