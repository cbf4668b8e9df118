//! The log that is attacked, and what its auditor kept.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use audit_core::vocab::ObjectId;
use audit_core::{AuditEvent, Stream};
use audit_log::Log;
use audit_log::reader::Json;
use audit_log::storage::ReadStorage;
use audit_log::verify::{KeyFrom, Trust};
use audit_writer::clock::Stamp;
use audit_writer::keys::{FileKeys, generate};
use audit_writer::storage::MemoryStorage;
use audit_writer::testing::ManualClock;
use audit_writer::{
    Builder, Compression, Durability, Identity, Overflow, Retention, Rotation, Writer,
};

/// A door was opened.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "open", category = "door", outcome = "success")]
#[audit(none(actor = "the door has no reader"), source(local = "front"))]
struct DoorOpened<'a> {
    #[audit(object(id), object_type = "door")]
    door: ObjectId<'a>,
    #[audit(disclose = "counts the test's events", class = "public")]
    count: u32,
}

/// Somebody came in.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "come", category = "session", outcome = "success", stream = "access")]
#[audit(none(actor = "it has no reader", object = "there is one"), source(local = "front"))]
struct Came {}

const NOON: Stamp = Stamp { unix_ns: 1_795_176_000_123_456_789, up_ns: 8_123_456_789_000 };
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A log of several runs, of which one crashed, in two streams, with pruned and compressed segments.
pub(crate) struct World {
    /// Its files, and its keys.
    pub(crate) files: MemoryStorage,
    pub(crate) keys: MemoryStorage,
    /// The same after each run, the last one aside.
    pub(crate) older: Vec<MemoryStorage>,
    /// Another device's log.
    pub(crate) other: MemoryStorage,
    /// What its auditor kept: the keys, and the newest checkpoint.
    pub(crate) trust: Trust,
    /// Each line of the stream `audit` that is there, by its number.
    pub(crate) written: BTreeMap<u64, Json>,
}

impl World {
    pub(crate) fn new() -> World {
        let (files, keys) = (MemoryStorage::new(), MemoryStorage::new());
        let store = FileKeys::in_storage(Arc::new(keys.clone()));
        let key = generate(&store, Stream::Audit).unwrap();
        let retention = Retention { total_bytes: 24 * 1024, ..Retention::default() };
        let first = builder(&files, &keys).retention(retention).start().unwrap();
        emit(&first, 0, 90);
        first.flush(LONG).unwrap();
        wait_for_compressed(&files);
        assert!(first.shutdown().is_complete());
        let mut older = vec![copy(&files)];
        let crashed = builder(&files, &keys).start().unwrap();
        emit(&crashed, 90, 100);
        crashed.flush(LONG).unwrap();
        // Its end is not recorded.
        let (files, keys) = (files.after_kill(), keys.after_kill());
        drop(crashed);
        older.push(copy(&files));
        let last = builder(&files, &keys).start().unwrap();
        emit(&last, 100, 130);
        assert!(last.shutdown().is_complete());
        let anchor = String::from_utf8(files.bytes("audit.checkpoint").unwrap()).unwrap();
        let trust = Trust::in_keys([KeyFrom { key, from_seq: 0 }]).with_anchor(anchor);
        let written = lines(&files);
        let (other, other_keys) = (MemoryStorage::new(), MemoryStorage::new());
        let device = builder(&other, &other_keys).start().unwrap();
        emit(&device, 0, 40);
        assert!(device.shutdown().is_complete());
        World { files, keys, older, other, trust, written }
    }
}

/// A writer as the device has it.
pub(crate) fn builder(files: &MemoryStorage, keys: &MemoryStorage) -> Builder {
    Writer::builder_on(Arc::new(files.clone()))
        .clock(Arc::new(ManualClock::new(NOON)))
        .durability(Durability::EveryBatch)
        .overflow(Overflow::Block { at_most: LONG })
        .identity(Identity::unknown().host("kvm-7").machine_id("a machine"))
        .keys(Arc::new(FileKeys::in_storage(Arc::new(keys.clone()))))
        .streams([Stream::Access])
        .compression(Compression::Gzip)
        .rotation(Rotation { daily: true, segment_bytes: 8 * 1024 })
        .retry_after(Duration::from_millis(1))
}

/// Events of both streams.
pub(crate) fn emit(writer: &Writer, from: u32, to: u32) {
    for count in from..to {
        DoorOpened { door: ObjectId::new("north").unwrap(), count }.to(writer).emit().unwrap();
        if count % 4 == 0 {
            Came {}.to(writer).emit().unwrap();
        }
    }
}

fn wait_for_compressed(files: &MemoryStorage) {
    for _ in 0..2000 {
        let is_there = |(name, _): &(String, u64)| name.ends_with(".gz");
        if files.list().unwrap().iter().any(is_there) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("no segment was compressed");
}

pub(crate) fn copy(files: &MemoryStorage) -> MemoryStorage {
    let copy = MemoryStorage::new();
    for (name, _) in files.list().unwrap() {
        copy.put(&name, &files.bytes(&name).unwrap());
    }
    copy
}

/// The lines of the stream `audit` that can be read, by their numbers: of two the first.
pub(crate) fn lines(files: &MemoryStorage) -> BTreeMap<u64, Json> {
    let mut lines = BTreeMap::new();
    for (_, line) in Log::on(files).lines().unwrap() {
        if let Ok(line) = line {
            lines.entry(line.seq).or_insert(line.json);
        }
    }
    lines
}
