//! Events that another log told of: when and where stands in their lines, and none is folded.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use audit_core::{AuditEvent, AuditValue, EmitError, record::EventRef};
use audit_log::{Imported, Joined};
use audit_writer::storage::MemoryStorage;

use crate::kit::{LONG, lines, number, of_kind, text, writer_on};

/// Why nobody came in.
#[derive(AuditValue)]
enum Refusal {
    Locked,
}

/// Somebody was not let in.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "come", category = "session", outcome = "denied")]
#[audit(none(actor = "a", object = "c"))]
struct KeptOut {
    #[audit(source(address))]
    from: IpAddr,
    #[audit(reason)]
    why: Refusal,
}

const EVENT: KeptOut = KeptOut { from: IpAddr::V4(Ipv4Addr::LOCALHOST), why: Refusal::Locked };

const IMPORTED: Imported<'static> = Imported {
    occurred_unix_ns: 1_795_132_799_500_000_000,
    file: "access.log",
    file_id: "1:2",
    offset: 0,
    part: 0,
    joined: None,
};

#[test]
fn lines_say_when_it_happened_and_which_line_told_of_it() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    let candidates = ["alice", "b\"ob\n"];
    let joined = Some(Joined { confidence: "ambiguous", why: "shared", candidates: &candidates });
    let imported = Imported { offset: 42, part: 1, joined, ..IMPORTED };
    writer.import(EventRef::of(&EVENT), &imported, LONG).unwrap();
    assert!(writer.shutdown().is_complete());
    let all = lines(&storage);
    let line = of_kind(&all, "event")[0];
    assert_eq!(text(line, "occurred"), Some("2026-11-19T23:59:59.500000Z"));
    assert_eq!(line.time, "2026-11-20T12:00:00.123456Z");
    let origin = line.get("origin").unwrap();
    assert_eq!(origin.get("file").unwrap().as_str(), Some("access.log"));
    assert_eq!(origin.get("offset").unwrap().as_u64(), Some(42));
    assert_eq!(origin.get("part").unwrap().as_u64(), Some(1));
    assert_eq!(origin.get("joined").unwrap().as_str(), Some("ambiguous"));
    let listed = origin.get("candidates").unwrap().as_list().unwrap();
    assert_eq!(listed.iter().map(|it| it.as_str().unwrap()).collect::<Vec<_>>(), candidates);
}

/// As many as were told of, although as many that happen here would be a flood.
#[test]
fn imported_events_are_not_folded() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    for offset in 0..200 {
        writer.import(EventRef::of(&EVENT), &Imported { offset, ..IMPORTED }, LONG).unwrap();
    }
    let report = writer.shutdown();
    assert_eq!((report.stats.written, report.stats.folded), (200, 0));
    let all = lines(&storage);
    let offsets = of_kind(&all, "event").into_iter().map(|line| {
        assert!(number(line, "seq").is_some());
        line.get("origin").unwrap().get("offset").unwrap().as_u64().unwrap()
    });
    assert!(offsets.eq(0..200));
}

#[test]
fn what_is_too_long_is_refused_and_counts_for_nothing() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    let file = "x".repeat(3000);
    let imported = Imported { file: &file, ..IMPORTED };
    let refused = writer.import(EventRef::of(&EVENT), &imported, Duration::ZERO);
    assert_eq!(refused, Err(EmitError::TooLarge));
    let report = writer.shutdown();
    assert_eq!((report.stats.accepted, report.stats.lost), (0, 0));
}
