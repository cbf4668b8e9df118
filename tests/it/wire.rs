//! Records that come from elsewhere: only what an encoder could have written becomes one.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::Command;

use audit_core::vocab::{ClaimedName, Count, ObjectId, SessionRef, Version};
use audit_core::{
    AuditEvent, AuditValue, Catalog, Context, Outcome, Source, Withheld,
    record::{EventRef, ParseError, WIRE_HEADER},
    recorder::{Domain, Pseudonym, Pseudonyms},
};
use audit_writer::storage::MemoryStorage;
use proptest::prelude::*;

use crate::kit::{lines, of_kind, writer_on};

/// What the program without std records. It is a package on its own, see there.
#[path = "../no_std_user/src/events.rs"]
#[expect(dead_code, reason = "here its events are only received")]
mod no_std_user;

/// Why not.
#[derive(AuditValue)]
enum Refusal {
    #[expect(dead_code, reason = "it is there so that the label has a number that is not 0")]
    NotAllowed,
    Busy,
}

/// Two values.
#[derive(AuditValue)]
struct Pair<'a> {
    version: Version<'a>,
    #[audit(disclose = "a test")]
    number: i16,
}

/// A value of every encoding.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "everything", category = "tests", from_context(source))]
struct Everything<'a> {
    #[audit(outcome)]
    outcome: Outcome<Refusal>,
    #[audit(actor(user))]
    user: ClaimedName<'a>,
    #[audit(actor(session))]
    session: SessionRef<'a>,
    #[audit(object(id), object_type = "thing")]
    thing: ObjectId<'a>,
    pair: Option<Pair<'a>>,
    from: SocketAddr,
    router: IpAddr,
    count: Count,
    flag: bool,
    #[audit(disclose = "a test")]
    note: &'a str,
    content: Withheld<&'a str>,
}

const EVENTS: Catalog = audit_core::catalog![Everything<'_>];

/// Stands in for a keyed hash.
struct Fixed;

impl Pseudonyms for Fixed {
    fn pseudonym(&self, _: Domain, _: &[u8]) -> Pseudonym {
        Pseudonym(*b"pseudonm")
    }
}

fn everything<'a>(name: &'a str, note: &'a str) -> Everything<'a> {
    let version = Version::new("1.0").unwrap();
    Everything {
        outcome: Outcome::Denied(Refusal::Busy),
        user: ClaimedName::known(name),
        session: SessionRef::of("cookie"),
        thing: ObjectId::new("thing-1").unwrap(),
        pair: Some(Pair { version, number: -3 }),
        from: "198.51.100.1:443".parse().unwrap(),
        router: "203.0.113.1".parse().unwrap(),
        count: Count::new(7),
        flag: true,
        note,
        content: Withheld::new("content"),
    }
}

fn wire(event: &Everything<'_>) -> Vec<u8> {
    let context = Context::new(
        audit_core::Actor::None(audit_core::lit!("it is in the event")),
        Source::Ip("192.0.2.1".parse().unwrap()),
    );
    let record = EventRef::of_in(event, &context);
    let record = record.encode([0; Everything::MAX_ENCODED], Some(&Fixed)).unwrap();
    let mut wire = [0; WIRE_HEADER + Everything::MAX_ENCODED];
    record.write_wire(&mut wire).unwrap().to_vec()
}

/// Bytes with one part replaced by another, both given as texts that stand in them.
fn replaced(wire: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = wire.windows(from.len()).position(|window| window == from).unwrap();
    [&wire[..at], to, &wire[at + from.len()..]].concat()
}

fn refused_at(wire: &[u8]) -> &'static str {
    match EVENTS.parse(wire) {
        Err(ParseError::Malformed(malformed)) => malformed.field,
        Err(ParseError::UnknownSchema) => "schema",
        Err(ParseError::TooLong) => "end",
        Err(_) => "elsewhere",
        Ok(_) => "nowhere",
    }
}

#[test]
fn a_record_that_travelled_is_the_record_that_was_sent() {
    let sent = wire(&everything("alice", "note"));
    let received = EVENTS.parse(&sent).unwrap();
    assert_eq!(received.schema().event, "everything");
    assert_eq!(received.bytes(), &sent[WIRE_HEADER..]);
    let mut again = vec![0; sent.len()];
    assert_eq!(received.write_wire(&mut again).unwrap(), sent);
    assert_eq!(received.write_wire(&mut [0; 9]).unwrap_err().needed, sent.len());
}

#[test]
fn what_no_encoder_writes_is_refused_where_it_stands() {
    let sent = wire(&everything("alice", "note"));
    assert_eq!(refused_at(&sent), "nowhere");
    assert_eq!(refused_at(&[]), "schema");
    assert_eq!(refused_at(&[&[sent[0] ^ 1], &sent[1..]].concat()), "schema");
    assert_eq!(refused_at(&[&sent[..], &[0]].concat()), "end");
    assert_eq!(refused_at(&sent[..sent.len() - 1]), "note");
    // An outcome that the event's type does not have, a reason without a label.
    assert_eq!(refused_at(&replaced(&sent, &[1, 1, 0, 2], &[3, 2])), "outcome");
    assert_eq!(refused_at(&replaced(&sent, &[1, 1, 0, 2], &[1, 9, 0, 2])), "outcome");
    // A session in clear.
    let clear = b"\x02\x06\0\0\0\0\0cookie";
    assert_eq!(refused_at(&replaced(&sent, b"\x01pseudonm", clear)), "session");
    // A name that was cut, and one that is too long to be shown in clear.
    assert_eq!(
        refused_at(&replaced(&sent, b"\x05\0\0\0\0\0alice", b"\x05\0\x01\0\0\0alice")),
        "user"
    );
    let long = [&[129, 0, 0, 0, 0, 0][..], &[b'a'; 129]].concat();
    assert_eq!(refused_at(&replaced(&sent, b"\x05\0\0\0\0\0alice", &long)), "user");
    // Longer than its limit only once it is escaped.
    let long = [&[22, 0, 0, 0, 0, 0][..], &[1; 22]].concat();
    assert_eq!(refused_at(&replaced(&sent, b"\x07\0\0\0\0\0thing-1", &long)), "thing");
    // Not UTF-8, inside a group.
    assert_eq!(refused_at(&replaced(&sent, b"1.0", b"1\xff0")), "pair");
    // Neither there nor absent.
    assert_eq!(
        refused_at(&replaced(&sent, b"\x01\x03\0\0\0\0\x001.0", b"\x02\x03\0\0\0\0\x001.0")),
        "pair"
    );
    // An IPv4 address in the clothes of an IPv6 one.
    for (ip, place) in
        [([192, 0, 2, 1], "source"), ([198, 51, 100, 1], "from"), ([203, 0, 113, 1], "router")]
    {
        let mapped = [&[6][..], &[0; 10], &[255, 255], &ip].concat();
        assert_eq!(refused_at(&replaced(&sent, &[&[4][..], &ip].concat(), &mapped)), place);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_is_taken_for_a_record_becomes_one_line(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut sent = wire(&everything("alice", "a note \n\"\u{202e}"));
        for (at, byte) in edits {
            let at = WIRE_HEADER + at.index(sent.len() - WIRE_HEADER);
            sent[at] = byte;
        }
        sent.truncate(sent.len().min(cut.index(2 * sent.len())));
        let Ok(record) = EVENTS.parse(&sent) else { return Ok(()) };
        let storage = MemoryStorage::new();
        let writer = writer_on(&storage).0.start().unwrap();
        record.to(&writer).emit().unwrap();
        prop_assert!(writer.shutdown().is_complete());
        let bytes = storage.bytes("audit.jsonl").unwrap();
        prop_assert!(bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')));
        prop_assert_eq!(of_kind(&lines(&storage), "event").len(), 1);
    }
}

/// A program without the standard library encodes an event; this one, its host, checks what came and
/// puts it into a log.
#[test]
fn a_program_without_std_sends_its_records_to_its_host() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("no_std_user");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no_std_user");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--quiet", "--target-dir"])
        .arg(&target)
        .current_dir(&package)
        .output()
        .unwrap();
    std::io::stderr().write_all(&built.stderr).unwrap();
    assert!(built.status.success());
    let ran = Command::new(target.join("debug/no-std-user")).output().unwrap();
    assert!(ran.status.success());
    assert!(!ran.stdout.windows(4).any(|window| window == b"7f3a"));

    let record = no_std_user::EVENTS.parse(&ran.stdout).unwrap();
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    record.to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    let text = String::from_utf8(storage.bytes("audit.jsonl").unwrap()).unwrap();
    let told = r#""outcome":"denied","reason":"rollback","actor":{"service":"bootloader"},"source":{"local":"flash"},"object":{"type":"image","id":"firmware"},"data":{"version":"2.1.0","attempts":3},"withheld":["unlock_key"]}"#;
    assert!(text.contains(told), "{text}");
}
