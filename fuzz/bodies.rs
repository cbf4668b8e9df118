//! What is done with bytes from elsewhere, and what must hold whatever they are. The fuzzer calls
//! this, and so do the tests, with what the fuzzer found worth keeping.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use audit_core::vocab::{ClaimedName, Count, ObjectId, SessionRef};
use audit_core::{
    Actor, AuditEvent, AuditValue, Catalog, Context, EmitError, Outcome, Pending, Recorder, Source,
    record::{EventRef, LINE_BYTES_MAX, Record, WIRE_HEADER},
    schema::Schema,
};
use audit_log::Log;
use audit_log::reader::Line;
use audit_log::testing::Speller;
use audit_writer::clock::Stamp;
use audit_writer::storage::MemoryStorage;
use audit_writer::testing::ManualClock;
use audit_writer::{Durability, Writer};

/// Why not.
#[derive(AuditValue)]
pub enum Refusal {
    /// It is not allowed.
    NotAllowed,
    /// Others are first.
    Busy,
}

/// A value of most encodings.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "everything", category = "tests", from_context(source))]
pub struct Everything<'a> {
    #[audit(outcome)]
    outcome: Outcome<Refusal>,
    #[audit(actor(user))]
    user: ClaimedName<'a>,
    #[audit(actor(session))]
    session: SessionRef<'a>,
    #[audit(object(id), object_type = "thing")]
    thing: ObjectId<'a>,
    from: SocketAddr,
    router: Option<IpAddr>,
    count: Count,
    flag: bool,
    #[audit(disclose = "a test")]
    note: &'a str,
    #[audit(disclose = "a test")]
    number: i64,
}

/// It rang.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "ring", category = "door", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
pub struct Rang {
    #[audit(disclose = "counts the events", class = "public")]
    rings: u64,
}

/// What records may be of.
pub const EVENTS: Catalog = audit_core::catalog![Everything<'_>, Rang];

/// Records as they travel: what the search begins with.
pub fn sent() -> Vec<Vec<u8>> {
    let everything = |outcome, note| Everything {
        outcome,
        user: ClaimedName::known("alice"),
        session: SessionRef::of("cookie"),
        thing: ObjectId::new("thing-1").unwrap(),
        from: "198.51.100.1:443".parse().unwrap(),
        router: "203.0.113.1".parse().ok(),
        count: Count::new(7),
        flag: true,
        note,
        number: -3,
    };
    let context = Context::new(
        Actor::None(audit_core::lit!("it is in the event")),
        Source::Ip("192.0.2.1".parse().unwrap()),
    );
    let wire = |event: EventRef<'_>| {
        let record = event.encode(vec![0; event.max_encoded()].into_boxed_slice(), None).unwrap();
        let mut wire = vec![0; WIRE_HEADER + event.max_encoded()];
        record.write_wire(&mut wire).unwrap().to_vec()
    };
    vec![
        wire(EventRef::of(&Rang { rings: 2 })),
        wire(EventRef::of_in(&everything(Outcome::Success, ""), &context)),
        wire(EventRef::of_in(&everything(Outcome::Denied(Refusal::Busy), "note"), &context)),
        wire(EventRef::of_in(
            &everything(Outcome::Failure(Refusal::NotAllowed), "\u{9b}"),
            &context,
        )),
    ]
}

const NOON: Stamp = Stamp { unix_ns: 1_795_176_000_123_456_789, up_ns: 8_123_456_789_000 };

/// Bytes as a record on the wire; and, because no chance finds a fingerprint, as the values of each
/// event. What is accepted travels on as it came, and makes one line.
pub fn record(bytes: &[u8]) {
    parsed(bytes);
    for schema in EVENTS.schemas() {
        parsed(&[&schema.fingerprint().to_le_bytes(), bytes].concat());
    }
}

fn parsed(wire: &[u8]) {
    let Ok(record) = EVENTS.parse(wire) else { return };
    let mut again = vec![0; WIRE_HEADER + record.schema().max_encoded()];
    assert_eq!(record.write_wire(&mut again).unwrap(), wire);
    let line = spelled(&record);
    assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
    check_line(&line[..line.len() - 1]);
    let read = Line::parse(&line[..line.len() - 1]).unwrap();
    assert_eq!(read.get("event").and_then(|it| it.as_str()), Some(record.schema().event));
}

/// Takes an event and keeps its line.
#[derive(Default)]
struct Spells(Mutex<Vec<u8>>);

impl Recorder for Spells {
    fn record(&self, event: EventRef<'_>) -> Result<(), EmitError> {
        let room = vec![0; event.max_encoded()].into_boxed_slice();
        let record = event.encode(room, None).unwrap();
        let mut line = self.0.lock().unwrap();
        Speller::of(record.schema()).line(NOON, &record, &mut line).unwrap();
        Ok(())
    }

    fn record_durable(&self, _: EventRef<'_>) -> Result<Pending, EmitError> {
        Err(EmitError::Closed)
    }

    fn count_lost(&self, _: &'static Schema, _: EmitError) {}
}

fn spelled(record: &Record<&[u8]>) -> Vec<u8> {
    let spells = Spells::default();
    record.to(&spells).emit().unwrap();
    spells.0.into_inner().unwrap()
}

/// A line without its newline.
fn check_line(line: &[u8]) {
    assert!(line.len() < LINE_BYTES_MAX);
    assert!(line.iter().all(|byte| matches!(byte, b' '..=b'~')));
}

/// Bytes as a log's only file. Reading it comes to an end; what it takes for lines are lines.
pub fn line(bytes: &[u8]) {
    let storage = MemoryStorage::new();
    storage.put("audit.jsonl", bytes);
    let mut read = 0;
    for (items, (_, line)) in Log::on(&storage).lines().unwrap().enumerate() {
        assert!(items <= bytes.len());
        read += usize::from(line.is_ok());
    }
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let whole = lines.filter_map(|line| line.strip_suffix(b"\n"));
    let parsed: Vec<&[u8]> = whole.filter(|line| Line::parse(line).is_ok()).collect();
    parsed.iter().for_each(|line| check_line(line));
    assert!(read <= parsed.len(), "{read} of {}", parsed.len());
}

/// Stands between the files in the bytes of [`recovery`].
pub const BETWEEN: u8 = 0xFE;

const FILES: [&str; 4] = [
    "audit.jsonl",
    "audit-20261119T000000Z-000000000007.jsonl",
    "audit-20261118T000000Z-000000000003.jsonl",
    "audit-20261119T000000Z-000000000009.torn",
];

/// Bytes as what a log's writers left behind. A writer starts, twice, and what it accepts is there.
pub fn recovery(bytes: &[u8]) {
    let storage = MemoryStorage::new();
    for (name, contents) in FILES.into_iter().zip(bytes.split(|byte| *byte == BETWEEN)) {
        storage.put(name, contents);
    }
    let runs: Vec<String> = (0..2).map(|count| run(&storage, count)).collect();
    assert_ne!(runs[0], runs[1]);
    for (count, run) in runs.iter().enumerate() {
        assert_eq!(rung(&storage, run), [count as u64]);
    }
}

/// One run of a writer that records one event; what identifies the run.
fn run(storage: &MemoryStorage, count: u64) -> String {
    let writer = Writer::builder_on(Arc::new(storage.clone()))
        .clock(Arc::new(ManualClock::new(NOON)))
        .durability(Durability::EveryBatch);
    let writer = writer.start().unwrap();
    Rang { rings: count }.to(&writer).emit().unwrap();
    let report = writer.shutdown_within(Duration::from_secs(60));
    assert!(report.is_complete(), "{report}");
    let lines = Log::on(storage).lines().unwrap().filter_map(|(_, line)| line.ok());
    lines.last().unwrap().run.as_deref().unwrap().to_owned()
}

/// What a run recorded.
fn rung(storage: &MemoryStorage, run: &str) -> Vec<u64> {
    let lines = Log::on(storage).lines().unwrap().filter_map(|(_, line)| line.ok());
    let events = lines.filter(|line| line.run.as_deref() == Some(run) && line.kind == "event");
    events.filter_map(|line| line.get("data")?.get("rings")?.as_str()?.parse().ok()).collect()
}
