//! What the tests share: an event, a writer in memory, a look at what was written.

use std::sync::Arc;
use std::time::Duration;

use audit_core::vocab::ObjectId;
use audit_core::{AuditEvent, Stream};
use audit_log::Log;
use audit_log::reader::{Json, Line};
use audit_writer::clock::Stamp;
use audit_writer::storage::{MemoryStorage, Storage};
use audit_writer::testing::ManualClock;
use audit_writer::{Builder, Durability, Evidence, Identity, Overflow, Writer};

/// A door was opened.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "open", category = "door", outcome = "success")]
#[audit(none(actor = "the door has no reader"), source(local = "front"))]
pub struct DoorOpened<'a> {
    #[audit(object(id), object_type = "door")]
    pub door: ObjectId<'a>,
    #[audit(disclose = "counts the test's events", class = "public")]
    pub count: u32,
}

pub fn door_opened(count: u32) -> DoorOpened<'static> {
    DoorOpened { door: ObjectId::new("north").unwrap(), count }
}

/// Noon of 2026-11-20.
pub const NOON: Stamp = Stamp { unix_ns: 1_795_176_000_123_456_789, up_ns: 8_123_456_789_000 };
pub const DAY: Duration = Duration::from_secs(86_400);
pub const LONG: Duration = Duration::from_secs(60);

/// A writer into a storage, on a clock that stands at noon. It keeps no evidence, so that whoever
/// counts lines, bytes, calls or names counts exactly what the test is about; who asks about
/// evidence says `Evidence::Signed`. It loses nothing on a machine that is slow: whoever finds its
/// channel full waits.
pub fn writer_on(storage: &MemoryStorage) -> (Builder, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(NOON));
    let builder = Writer::builder_on(Arc::new(storage.clone()))
        .clock(Arc::clone(&clock) as Arc<_>)
        .durability(Durability::EveryBatch)
        .overflow(Overflow::Block { at_most: LONG })
        .identity(identity())
        .evidence(Evidence::Off);
    (builder, clock)
}

/// What headers say of the machine and the program.
pub fn identity() -> Identity {
    Identity::unknown().host("kvm-7").machine_id("a machine").program("bridge", "1.2.0")
}

/// Waits until a writer that met a fault can write again.
pub fn wait_until_it_writes(writer: &Writer) {
    for _ in 0..6000 {
        if writer.flush(LONG).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the writer does not go on");
}

/// All lines of a storage's audit stream; each must be readable and their numbers without a hole.
pub fn lines(storage: &dyn Storage) -> Vec<Line> {
    lines_of(storage, Stream::Audit)
}

/// The same of a stream.
pub fn lines_of(storage: &dyn Storage, stream: Stream) -> Vec<Line> {
    let lines: Vec<Line> = Log::on(storage)
        .stream(stream)
        .lines()
        .unwrap()
        .map(|(position, line)| line.unwrap_or_else(|error| panic!("{position:?}: {error}")))
        .collect();
    let numbers: Vec<u64> = lines.iter().map(|line| line.seq).collect();
    let first = numbers.first().copied().unwrap_or(0);
    assert_eq!(numbers, (first..first + numbers.len() as u64).collect::<Vec<_>>());
    lines
}

/// The lines of one kind.
pub fn of_kind<'a>(lines: &'a [Line], kind: &str) -> Vec<&'a Line> {
    lines.iter().filter(|line| line.kind == kind).collect()
}

/// The `lifecycle` lines of one type.
pub fn of_life<'a>(lines: &'a [Line], life: &str) -> Vec<&'a Line> {
    lines.iter().filter(|line| line.lifecycle() == Some(life)).collect()
}

/// A key's text.
pub fn text<'a>(line: &'a Line, key: &str) -> Option<&'a str> {
    line.member(key).and_then(Json::as_str)
}

/// A key's number.
pub fn number(line: &Line, key: &str) -> Option<u64> {
    line.member(key).and_then(Json::as_u64)
}

/// The counts that the `DoorOpened` events among the lines carry.
pub fn counts(lines: &[Line]) -> Vec<u64> {
    of_kind(lines, "event")
        .iter()
        .filter_map(|line| line.get("data")?.get("count")?.as_u64())
        .collect()
}

/// The sum of what the gap lines say was lost.
pub fn lost(lines: &[Line]) -> u64 {
    of_kind(lines, "gap").iter().filter_map(|line| number(line, "lost")).sum()
}
