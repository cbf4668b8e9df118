//! What the system allows a process changes while it has a log: its rights, and how large a file may be.

use std::path::Path;
use std::time::Duration;

use audit_writer::{Durability, Health, Rotation, Writer};
use rustix::process::{Resource, Rlimit, getuid, setrlimit};

use crate::kit::{LONG, counts_in, rang, rang_long, said};
use crate::system::{setresgid, setresuid};

const NOBODY: u32 = 65_534;

/// Waits until the writer's health is as it should be.
fn wait_for(log: &Writer, wanted: impl Fn(Health) -> bool) {
    for _ in 0..6_000 {
        if wanted(log.health()) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("its health is {}", log.health());
}

fn durable(log: &Writer, count: u32) {
    rang(count).to(log).submit_durable().unwrap().wait_for(LONG).unwrap();
}

/// As a daemon that was started by root does it. Of the log's directory nothing is reached any more but
/// by what is open.
pub(crate) fn program_that_drops_its_privileges(dir: &Path) {
    let log = Writer::builder(dir)
        .durability(Durability::EveryBatch)
        .rotation(Rotation { daily: false, segment_bytes: 16 * 1024 })
        .start()
        .unwrap();
    durable(&log, 0);
    assert_eq!((setresgid(NOBODY, NOBODY, NOBODY), setresuid(NOBODY, NOBODY, NOBODY)), (0, 0));
    // Some segments full, and some looks at the file.
    for count in 1..200 {
        durable(&log, count);
    }
    wait_for(&log, |health| health.writes && !health.rotates);
    std::thread::sleep(Duration::from_millis(2_500));
    durable(&log, 200);
    assert!(log.health().writes, "{}", log.health());
    let stats = log.stats();
    assert_eq!((stats.accepted, stats.written, stats.lost), (201, 201, 0));
    let report = log.shutdown_within(LONG);
    assert!(report.is_complete(), "{report}");
}

pub(crate) fn privileges_that_are_dropped() {
    if !getuid().is_root() {
        println!("skipped: only root has privileges to drop");
        return;
    }
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("audit");
    said("privileges", &dir);
    assert_eq!(counts_in(&dir), (0..=200).collect::<Vec<_>>());
    let text = std::fs::read_to_string(dir.join("audit.jsonl")).unwrap();
    for doing in ["rotate", "sign"] {
        let fault = format!(r#""type":"fault","doing":"{doing}","error":"os error 13""#);
        assert_eq!(text.matches(&fault).count(), 1, "{doing}");
    }
    // The next start, which may do all, goes on from there.
    let log = Writer::builder(&dir).start().unwrap();
    durable(&log, 201);
    assert!(log.shutdown_within(LONG).is_complete());
    assert_eq!(counts_in(&dir).len(), 202);
}

/// As under `ulimit -f 64`, where the system would end the program.
pub(crate) fn program_that_may_write_small_files(dir: &Path) {
    let limit = Rlimit { current: Some(64 * 1024), maximum: None };
    let lower = |limit| setrlimit(Resource::Fsize, limit).unwrap();
    lower(limit);
    let log = Writer::builder(dir).start().unwrap();
    for count in 0..2_000 {
        rang_long(count).to(&log).emit().unwrap();
    }
    durable(&log, 2_000);
    assert!(log.health().is_well(), "{}", log.health());
    // The file that is open may be larger than what is allowed now.
    lower(Rlimit { current: Some(48 * 1024), maximum: None });
    wait_for(&log, |health| health.writes);
    for count in 2_001..2_500 {
        rang_long(count).to(&log).emit().unwrap();
        std::thread::sleep(Duration::from_millis(2));
    }
    wait_for(&log, Health::is_well);
    assert!(log.shutdown_within(LONG).is_complete());
    // Neither does a start with such a file end the program.
    lower(Rlimit { current: Some(32 * 1024), maximum: None });
    let log = Writer::builder(dir).start().unwrap();
    durable(&log, 2_500);
    assert!(log.shutdown_within(LONG).is_complete());
}

pub(crate) fn files_that_may_be_small() {
    let dir = tempfile::tempdir().unwrap();
    said("file-size", dir.path());
    assert_eq!(counts_in(dir.path()), (0..=2_500).collect::<Vec<_>>());
    let sizes =
        std::fs::read_dir(dir.path()).unwrap().map(|it| it.unwrap().metadata().unwrap().len());
    assert!(sizes.max().unwrap() <= 64 * 1024);
}
