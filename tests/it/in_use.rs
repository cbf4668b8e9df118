//! A log is verified while it is written, rolled, compressed and pruned as fast as that goes, and
//! nothing is found that nobody did. `AUDIT_IN_USE=300` verifies it so often.

use std::sync::Arc;
use std::thread;

use audit_log::Log;
use audit_log::storage::{Directory, ReadStorage};
use audit_log::verify::Trust;
use audit_writer::keys::{FileKeys, generate};
use audit_writer::storage::MemoryStorage;
use audit_writer::{Builder, Compression, Durability, Evidence, Retention, Rotation, Writer};

use crate::kit::{LONG, door_opened, writer_on};

fn times() -> u32 {
    std::env::var("AUDIT_IN_USE").ok().and_then(|times| times.parse().ok()).unwrap_or(20)
}

/// A writer that rolls, compresses and prunes all the time.
fn busy(builder: Builder, keys: FileKeys) -> Writer {
    let retention = Retention { total_bytes: 24 * 1024, ..Retention::default() };
    let builder = builder.evidence(Evidence::Signed).keys(Arc::new(keys)).retention(retention);
    let rotation = Rotation { daily: false, segment_bytes: 4096 };
    builder.rotation(rotation).compression(Compression::Gzip).start().unwrap()
}

/// So many events are written while the log is verified once: they fill some segments.
const EVENTS: u32 = 40;

/// Verifies a log many times, each time while its writer is busy.
fn check(log: &dyn ReadStorage, trust: &Trust, writer: Writer) {
    emit(&writer);
    let mut wrong = Vec::new();
    for _ in 0..times() {
        let report = thread::scope(|scope| {
            let emitting = scope.spawn(|| emit(&writer));
            let report = Log::on(log).verify(trust);
            emitting.join().unwrap();
            report
        });
        match report {
            Ok(report) if report.is_intact() && report.findings.is_empty() => {}
            other => wrong.push(other.map(|report| report.to_string())),
        }
    }
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), times());
    assert!(writer.shutdown().is_complete());
    let report = Log::on(log).verify(trust).unwrap();
    assert!(report.is_intact() && report.first_seq > 0, "{report}");
}

fn emit(writer: &Writer) {
    for count in 0..EVENTS {
        door_opened(count).to(writer).emit().unwrap();
        if count % 16 == 0 {
            writer.flush(LONG).unwrap();
        }
    }
}

#[test]
fn a_log_in_memory_is_whole_while_it_is_written() {
    let (files, secret) = (MemoryStorage::new(), MemoryStorage::new());
    let keys = FileKeys::in_storage(Arc::new(secret));
    let trust = Trust::in_key(generate(&keys, audit_core::Stream::Audit).unwrap());
    let writer = busy(writer_on(&files).0, keys);
    check(&files, &trust, writer);
}

#[test]
fn a_log_in_a_directory_is_whole_while_it_is_written() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("audit");
    let keys = FileKeys::in_storage(Arc::new(MemoryStorage::new()));
    let trust = Trust::in_key(generate(&keys, audit_core::Stream::Audit).unwrap());
    let writer = busy(Writer::builder(&dir).durability(Durability::Never), keys);
    check(&Directory::open(&dir).unwrap(), &trust, writer);
}
