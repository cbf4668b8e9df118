//! Real lines of every kind, as the writer and the catalogue spell them.

use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;
use std::time::Duration;

use audit_core::vocab::{ByteSize, ClaimedName, ObjectId, ObjectName, SessionRef, UserName};
use audit_core::{
    Actor, AuditEvent, AuditValue, Awaited, Context, Outcome, Source, Stream, Withheld,
    record::EventRef,
};
use audit_log::Log;
use audit_log::evidence::chain::Chain;
use audit_log::line::{Envelope, GapBody, Loss, Reasons, Scratch};
use audit_log::storage::ReadStorage;
use audit_log::time::Rfc3339;
use audit_log::{Imported, Joined};
use audit_writer::storage::{Call, MemoryStorage, Storage};
use audit_writer::{Builder, Compression, Evidence, Flood, Retention, Rotation, Writer};
use serde_json::Value;

use crate::kit::{DAY, LONG, NOON, door_opened, wait_until_it_writes, writer_on};

/// Why something was not done.
#[derive(AuditValue)]
enum Refusal {
    NotAllowed,
}

/// How large it is.
#[derive(AuditValue)]
struct Extent<'a> {
    bytes: ByteSize,
    label: Option<ObjectName<'a>>,
    from: SocketAddr,
}

/// It has every sort of value.
#[must_use]
#[derive(AuditEvent)]
#[audit(action(success = "do", denied = "do_denied", failure = "do_failed"), category = "all")]
#[audit(stream = "access", level = "warn")]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
#[audit(redfish = "AccountSecurity.1.0.SuccessfulLogin")]
struct Everything<'a> {
    #[audit(outcome)]
    outcome: Outcome<Refusal>,
    #[audit(actor(user), absent = "a program did it")]
    user: Option<ClaimedName<'a>>,
    #[audit(actor(session), absent = "no session")]
    session: Option<SessionRef<'a>>,
    #[audit(source(address), absent = "not over the network")]
    from: Option<SocketAddr>,
    #[audit(object(id), object_type = "thing", absent = "it has none")]
    id: Option<ObjectId<'a>>,
    #[audit(object(name), absent = "it has no name")]
    name: Option<ObjectName<'a>>,
    extent: Extent<'a>,
    peer: SocketAddr,
    ip: Option<IpAddr>,
    flag: bool,
    owner: ClaimedName<'a>,
    visit: SessionRef<'a>,
    #[audit(disclose = "it is a test", class = "public")]
    large: u64,
    #[audit(disclose = "it is a test", class = "public")]
    small: i16,
    #[audit(disclose = "it is a test", class = "public")]
    text: &'a str,
    secret: Withheld<&'a str>,
}

/// Its field has another type than that of the same name in [`Everything`].
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "clash", category = "all", outcome = "success", stream = "access")]
#[audit(actor(service = "updater"), source(local = "front"))]
#[audit(object(id = "self"), object_type = "system")]
struct Clashing {
    text: ByteSize,
    flag: ByteSize,
    large: bool,
}

/// Nothing that it could say is there.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "idle", category = "all", outcome = "unknown")]
#[audit(none(actor = "a", source = "b", object = "c"))]
struct Nothing {}

/// Somebody was refused.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
#[audit(from_context(actor, source), object(id = "self"), object_type = "system")]
struct Refused {
    #[audit(reason)]
    reason: Refusal,
}

/// Firmware is written, or was.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "flash", category = "maintenance", two_phase)]
#[audit(actor(service = "updater"), source(local = "updater"))]
#[audit(object(id = "firmware"), object_type = "image")]
struct Flashed {
    #[audit(outcome)]
    outcome: Awaited<Refusal>,
}

const EVENTS: audit_core::Catalog = audit_core::catalog![Nothing, Refused, Flashed];

/// Lines of all logs that are made here, once for all tests.
pub(super) fn all() -> &'static [Value] {
    static ALL: OnceLock<Vec<Value>> = OnceLock::new();
    ALL.get_or_init(|| made().into_iter().flatten().collect())
}

fn made() -> [Vec<Value>; 10] {
    [
        values(),
        floods(),
        phases(),
        faults(),
        clocks(),
        rotations(),
        findings(),
        starts(),
        imports(),
        gap_of_every_reason(),
    ]
}

/// An example of each ready-made event, and its schema.
pub(super) fn examples() -> Vec<(Value, Value)> {
    let page = audit_log::catalog::json(&audit_events::EVENTS);
    let page: Value = serde_json::from_str(&page).unwrap();
    let events = page["events"].as_array().unwrap().iter().map(|event| {
        let mut schema = event.clone();
        let example = schema.as_object_mut().unwrap().remove("example").unwrap();
        (schema, example)
    });
    events.collect()
}

fn signing(storage: &MemoryStorage) -> Builder {
    writer_on(storage).0.evidence(Evidence::Signed).retry_after(Duration::from_millis(1))
}

/// All lines that can be read, of all streams.
fn lines(storage: &MemoryStorage) -> Vec<Value> {
    let of = |stream| Log::on(storage).stream(stream).lines().unwrap();
    let readable = Stream::ALL.into_iter().flat_map(of).filter_map(|(_, line)| line.ok());
    readable.map(|line| serde_json::to_value(&line.json).unwrap()).collect()
}

fn end(writer: Writer, storage: &MemoryStorage) -> Vec<Value> {
    assert!(writer.shutdown().is_complete());
    lines(storage)
}

fn everything<'a>(outcome: Outcome<Refusal>, text: &'a str) -> Everything<'a> {
    let address = "192.0.2.17:54321".parse().unwrap();
    Everything {
        outcome,
        user: Some(ClaimedName::known("alice")),
        session: Some(SessionRef::of("cookie")),
        from: Some(address),
        id: ObjectId::new("one").ok(),
        name: ObjectName::new("The one").ok(),
        extent: Extent { bytes: ByteSize::new(u64::MAX), label: None, from: address },
        peer: address,
        ip: "::1".parse().ok(),
        flag: true,
        owner: ClaimedName::unknown("hunter2"),
        visit: SessionRef::of("cookie"),
        large: u64::MAX,
        small: -1,
        text,
        secret: Withheld::new("hunter2"),
    }
}

/// Values of every type, there and not there, in clear and not; parts from everywhere.
fn values() -> Vec<Value> {
    let storage = MemoryStorage::new();
    let streams = [Stream::Access, Stream::Application];
    let writer =
        signing(&storage).streams(streams).catalog(EVENTS).refuse_unlisted(false).start().unwrap();
    let long = "x".repeat(1000);
    everything(Outcome::Success, "a \"text\"\n").to(&writer).emit().unwrap();
    let denied = everything(Outcome::Denied(Refusal::NotAllowed), &long);
    Everything { user: Some(ClaimedName::unknown("x")), ip: None, ..denied }
        .to(&writer)
        .emit()
        .unwrap();
    let failed = everything(Outcome::Failure(Refusal::NotAllowed), "");
    let absent =
        Everything { user: None, session: None, from: None, id: None, name: None, ..failed };
    absent.to(&writer).emit().unwrap();
    let clashing = Clashing { text: ByteSize::new(1), flag: ByteSize::new(2), large: false };
    clashing.to(&writer).emit().unwrap();
    Nothing {}.to(&writer).emit().unwrap();
    let user = UserName::new("alice").unwrap();
    let sources =
        [Source::Local(audit_core::lit!("front")), Source::None(audit_core::lit!("none"))];
    let actors =
        [Actor::UserInSession(user, SessionRef::of("x")), Actor::None(audit_core::lit!("none"))];
    for (actor, source) in actors.into_iter().zip(sources) {
        let refused = Refused { reason: Refusal::NotAllowed };
        refused.within(&Context::new(actor, source)).to(&writer).emit().unwrap();
    }
    end(writer, &storage)
}

/// Repeats that are counted, of each sort of source.
fn floods() -> Vec<Value> {
    let storage = MemoryStorage::new();
    let flood = Flood { each: 2, ..Flood::default() };
    let writer = signing(&storage).flood(flood).start().unwrap();
    let addresses = ["192.0.2.17", "2001:db8::1"].map(|ip| Source::Ip(ip.parse().unwrap()));
    for source in addresses.into_iter().chain([Source::Local(audit_core::lit!("front"))]) {
        for _ in 0..9 {
            let refused = Refused { reason: Refusal::NotAllowed };
            refused.within(&Context::of_nobody(source)).to(&writer).emit().unwrap();
        }
    }
    end(writer, &storage)
}

/// Operations that end, are abandoned, are interrupted by a kill in the middle of a line, and that
/// never began.
fn phases() -> Vec<Value> {
    let storage = MemoryStorage::new();
    let (builder, clock) = writer_on(&storage);
    let writer = builder.retry_after(Duration::from_millis(1)).start().unwrap();
    let begin = || Flashed { outcome: Awaited::new() }.to(&writer).begin();
    begin().unwrap().finish(Outcome::Success).unwrap();
    drop(begin().unwrap());
    storage.refuse(Call::Sync);
    assert!(begin().is_err());
    storage.heal();
    wait_until_it_writes(&writer);
    let open = begin().unwrap();
    clock.advance(DAY);
    door_opened(1).to(&writer).emit().unwrap();
    writer.flush(LONG).unwrap();
    let killed = storage.after_kill();
    drop(open);
    let torn = [&killed.bytes("audit.jsonl").unwrap()[..], br#"{"kind":"ev"#].concat();
    killed.put("audit.jsonl", &torn);
    assert!(writer.shutdown().is_complete());
    end(writer_on(&killed).0.start().unwrap(), &killed)
}

/// A disk that fails, and somebody else at the file.
fn faults() -> Vec<Value> {
    let storage = MemoryStorage::new();
    let writer = signing(&storage).start().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    writer.flush(LONG).unwrap();
    storage.refuse(Call::Sync);
    door_opened(2).to(&writer).emit().unwrap();
    assert!(writer.flush(LONG).is_err());
    storage.heal();
    wait_until_it_writes(&writer);
    storage.put("audit.jsonl", b"what another process wrote");
    door_opened(3).to(&writer).emit().unwrap();
    assert!(writer.flush(LONG).is_err());
    wait_until_it_writes(&writer);
    end(writer, &storage)
}

/// A clock that is stepped, and one that is not known to be right any more.
fn clocks() -> Vec<Value> {
    let storage = MemoryStorage::new();
    let (builder, clock) = writer_on(&storage);
    let writer = builder.start().unwrap();
    clock.set_synced(false);
    clock.set(audit_writer::clock::Stamp { unix_ns: NOON.unix_ns + 5_000_000_000, ..NOON });
    for _ in 0..3 {
        writer.flush(LONG).unwrap();
        clock.advance(Duration::from_secs(61));
        door_opened(1).to(&writer).emit().unwrap();
    }
    end(writer, &storage)
}

/// Segments that are rotated, compressed and pruned, and what a crash left half made.
fn rotations() -> Vec<Value> {
    let storage = MemoryStorage::new();
    storage.put("audit.gz.next", b"half");
    let writer = signing(&storage)
        .compression(Compression::Gzip)
        .rotation(Rotation { daily: true, segment_bytes: 8 * 1024 })
        .retention(Retention { age: Duration::MAX, total_bytes: 24 * 1024, min_free_bytes: 0 })
        .start()
        .unwrap();
    let mut found = lines(&storage);
    for count in 0.. {
        door_opened(count).to(&writer).emit().unwrap();
        writer.flush(LONG).unwrap();
        found.extend(lines(&storage).into_iter().rev().take(8));
        let has = |what: &str| found.iter().any(|line| line["lifecycle"]["type"] == what);
        if has("compress") && has("prune") {
            break;
        }
        assert!(count < 20_000, "it neither compresses nor prunes");
    }
    found.extend(end(writer, &storage));
    found
}

/// What a start finds: no evidence so far, an older log than was signed, other keys.
fn findings() -> Vec<Value> {
    let storage = MemoryStorage::new();
    assert!(writer_on(&storage).0.start().unwrap().shutdown().is_complete());
    let mut found = end(signing(&storage).start().unwrap(), &storage);
    let older: Vec<(String, Vec<u8>)> = (storage.list().unwrap().into_iter())
        .filter(|(name, _)| name != "audit.key")
        .map(|(name, _)| (storage.bytes(&name).unwrap(), name))
        .map(|(bytes, name)| (name, bytes))
        .collect();
    assert!(signing(&storage).start().unwrap().shutdown().is_complete());
    for (name, bytes) in &older {
        storage.put(name, bytes);
    }
    found.extend(end(signing(&storage).start().unwrap(), &storage));
    storage.remove("audit.key").unwrap();
    found.extend(end(signing(&storage).start().unwrap(), &storage));
    found
}

/// What a start makes of a log: lines that nothing proves, what somebody appended, a second file for
/// numbers that it has, one that is not its own, another machine; and the end of evidence.
fn starts() -> Vec<Value> {
    let storage = MemoryStorage::new();
    let writer = signing(&storage).start().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    writer.flush(LONG).unwrap();
    let killed = storage.after_kill();
    drop(writer);
    let mut found = end(signing(&killed).start().unwrap(), &killed);
    let whole = killed.bytes("audit.jsonl").unwrap();
    killed.put("audit.jsonl", &[&whole[..], b"{}\n"].concat());
    killed.put("audit-20261120T120000Z-000000000000.jsonl", &whole);
    killed.put("audit-20261120T120000Z-000000000001.jsonl", b"something else\n");
    found.extend(end(signing(&killed).start().unwrap(), &killed));
    let elsewhere = crate::kit::identity().machine_id("another machine");
    let moved = || signing(&killed).identity(elsewhere.clone());
    found.extend(end(moved().start().unwrap(), &killed));
    found.extend(end(moved().evidence(Evidence::Off).start().unwrap(), &killed));
    found
}

/// Events that another log reported.
fn imports() -> Vec<Value> {
    let storage = MemoryStorage::new();
    let writer = signing(&storage).start().unwrap();
    let joined = Joined { confidence: "ambiguous", why: "shared", candidates: &["alice", "bob"] };
    for joined in [None, Some(joined)] {
        let imported = Imported {
            occurred_unix_ns: NOON.unix_ns - 1,
            file: "access.log",
            file_id: "1:2",
            offset: 42,
            part: 0,
            joined,
        };
        writer.import(EventRef::of(&Nothing {}), &imported, LONG).unwrap();
    }
    end(writer, &storage)
}

/// A gap for each reason that there is; some of them no test can bring about.
fn gap_of_every_reason() -> Vec<Value> {
    let mut reasons = Reasons::default();
    for why in [Loss::Full, Loss::Refused, Loss::NoRecorder, Loss::Malformed] {
        *reasons.of(why) += 1;
    }
    let at = Rfc3339(NOON.unix_ns);
    let body = GapBody { lost: reasons.total(), reasons, from: at, to: at };
    let (mut out, envelope) = (Vec::new(), Envelope::new(7, NOON.unix_ns));
    audit_log::line::write(&envelope, &body, &mut Scratch::default(), &mut out).unwrap();
    let mut chain = Chain::default();
    chain.fill(7);
    chain.bind(&mut out, 0);
    vec![serde_json::from_slice(&out).unwrap()]
}
