//! Verification on all cores and line by line find the same.

use std::sync::Arc;
use std::time::Duration;

use audit_core::AuditEvent;

use audit_log::storage::ReadStorage;
use audit_log::verify::{Progress, Report, Trust};
use audit_writer::keys::{FileKeys, generate};
use audit_writer::storage::MemoryStorage;
use audit_writer::{Rotation, Writer};

/// It rang.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "ring", category = "door", outcome = "success")]
#[audit(none(actor = "a", source = "b", object = "c"))]
struct Rang {}

/// A log of several segments and two runs, and what an auditor has of it.
fn log() -> (MemoryStorage, Trust) {
    let (files, keys) = (MemoryStorage::new(), MemoryStorage::new());
    let keys = Arc::new(FileKeys::in_storage(Arc::new(keys)));
    let trust = Trust::in_key(generate(keys.as_ref(), audit_core::Stream::Audit).unwrap());
    for _ in 0..2 {
        let log = Writer::builder_on(Arc::new(files.clone()))
            .keys(Arc::clone(&keys) as Arc<_>)
            .rotation(Rotation { daily: false, segment_bytes: 8 * 1024 })
            .start()
            .unwrap();
        for _ in 0..40 {
            Rang {}.to(&log).emit().unwrap();
        }
        log.flush(Duration::from_secs(60)).unwrap();
        assert!(log.shutdown().is_complete());
    }
    (files, trust)
}

/// What is found on all cores, if that way goes to its end, and line by line.
fn both_ways(files: &MemoryStorage, trust: &Trust) -> (Option<Report>, Report) {
    let (quickly, slowly) = (Progress::new(), Progress::new());
    let (quick, slow) = audit_log::testing::both_ways(files, trust, [&quickly, &slowly]).unwrap();
    assert!(quick.is_none() || quickly.done_bytes() == quickly.total_bytes());
    assert_eq!(slowly.done_bytes(), slowly.total_bytes());
    (quick, slow)
}

#[test]
fn a_whole_log_is_not_gone_through_line_by_line() {
    let (files, trust) = log();
    let (quick, slow) = both_ways(&files, &trust);
    assert!(slow.is_intact(), "{slow}");
    assert_eq!(quick, Some(slow));
}

#[test]
fn both_ways_find_the_same() {
    let (files, trust) = log();
    let names: Vec<String> = files.list().unwrap().into_iter().map(|(name, _)| name).collect();
    let mut to_the_end = 0;
    for name in names.iter().filter(|name| name.ends_with(".jsonl")) {
        let whole = files.bytes(name).unwrap();
        for at in (0..whole.len()).step_by(397) {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            let without = [&whole[..at], &whole[at + 1..]].concat();
            let line = whole[..at].iter().rposition(|it| *it == b'\n').map_or(0, |at| at + 1);
            let garbage = [&whole[..line], b"garbage\n", &whole[line..]].concat();
            for edited in [flipped, without, garbage, whole[..at].to_vec()] {
                files.put(name, &edited);
                let (quick, slow) = both_ways(&files, &trust);
                if let Some(quick) = quick {
                    assert_eq!(quick, slow, "{name}, byte {at}");
                    to_the_end += 1;
                }
            }
        }
        files.put(name, &whole);
    }
    assert!(to_the_end > 20, "{to_the_end}");
}
