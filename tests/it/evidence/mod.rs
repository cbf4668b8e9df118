//! Whether a log was edited, cut or rolled back can be told from it, with the place; and a crash is
//! never taken for any of it.

mod both_ways;
mod crashes;
mod edits;
mod forged;
mod trust;

use audit_log::Log;
use audit_log::storage::ReadStorage;
use std::sync::Arc;
use std::time::Duration;

use audit_log::verify::{Report, Trust};
use audit_writer::keys::{FileKeys, generate};
use audit_writer::storage::MemoryStorage;
use audit_writer::{Builder, Evidence, Rotation, Writer};

use crate::kit::{LONG, door_opened, writer_on};

/// A log's files and keys, apart, and what an auditor kept.
struct Kept {
    files: MemoryStorage,
    keys: MemoryStorage,
    trust: Trust,
}

impl Kept {
    fn new() -> Kept {
        Kept::apart(MemoryStorage::new(), MemoryStorage::new())
    }

    /// Files and keys in one storage: what a crash leaves of both is of one moment.
    fn in_one() -> Kept {
        let files = MemoryStorage::new();
        Kept::apart(files.clone(), files)
    }

    fn apart(files: MemoryStorage, keys: MemoryStorage) -> Kept {
        let key =
            generate(&FileKeys::in_storage(Arc::new(keys.clone())), audit_core::Stream::Audit)
                .unwrap();
        Kept { files, keys, trust: Trust::in_key(key) }
    }

    fn start(&self) -> Writer {
        self.try_start().unwrap()
    }

    fn try_start(&self) -> Result<Writer, audit_writer::Error> {
        self.builder().start()
    }

    fn builder(&self) -> Builder {
        let keys = FileKeys::in_storage(Arc::new(self.keys.clone()));
        writer_on(&self.files)
            .0
            .evidence(Evidence::Signed)
            .keys(Arc::new(keys))
            .rotation(Rotation { daily: true, segment_bytes: 8 * 1024 })
            .retry_after(Duration::from_millis(1))
    }

    /// A run of so many events.
    fn run(&self, from: u32, to: u32) {
        let writer = self.start();
        emit(&writer, from, to);
        assert!(writer.shutdown().is_complete());
    }

    fn report(&self) -> Report {
        Log::on(&self.files).verify(&self.trust).unwrap()
    }
}

fn emit(writer: &Writer, from: u32, to: u32) {
    for count in from..to {
        door_opened(count).to(writer).emit().unwrap();
    }
    writer.flush(LONG).unwrap();
}

/// What is found in a log of this one file's bytes, beside the others.
fn report_of(kept: &Kept, name: &str, bytes: &[u8]) -> Report {
    let files = copy(&kept.files);
    files.put(name, bytes);
    Log::on(&files).verify(&kept.trust).unwrap()
}

fn copy(files: &MemoryStorage) -> MemoryStorage {
    let copy = MemoryStorage::new();
    for (name, _) in files.list().unwrap() {
        copy.put(&name, &files.bytes(&name).unwrap());
    }
    copy
}

fn segments(files: &MemoryStorage) -> Vec<String> {
    let names = files.list().unwrap().into_iter().map(|(name, _)| name);
    names.filter(|name| name.ends_with(".jsonl")).collect()
}

/// One run in one segment: of about 5 KB, or of as many bytes as `AUDIT_FLIP_BYTES` says.
fn small() -> Kept {
    let bytes = std::env::var("AUDIT_FLIP_BYTES").map_or(0, |bytes| bytes.parse().unwrap());
    let kept = Kept::new();
    let rotation = Rotation { daily: false, segment_bytes: 1024 * 1024 };
    let writer = kept.builder().rotation(rotation).start().unwrap();
    emit(&writer, 0, 3);
    let has_enough = || kept.files.bytes("audit.jsonl").unwrap().len() >= bytes;
    (3..).find(|count| {
        has_enough() || {
            emit(&writer, *count, count + 1);
            false
        }
    });
    assert!(writer.shutdown().is_complete());
    kept
}

/// Two runs in several segments.
fn large() -> Kept {
    let kept = Kept::new();
    kept.run(0, 40);
    kept.run(40, 80);
    kept
}
