//! Events that are in no catalog of the program: no review, policy or lock has seen them.

use audit_core::vocab::ObjectId;
use audit_core::{AuditEvent, Catalog, EmitError};
use audit_writer::storage::MemoryStorage;

use crate::kit::{LONG, door_opened, lines, of_kind, text, writer_on};

/// A window was opened.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "open", category = "window", outcome = "success")]
#[audit(none(actor = "nobody saw"), source(local = "back"))]
struct WindowOpened<'a> {
    #[audit(object(id), object_type = "window")]
    window: ObjectId<'a>,
}

const EVENTS: Catalog = audit_core::catalog![WindowOpened<'_>];

fn window_opened() -> WindowOpened<'static> {
    WindowOpened { window: ObjectId::new("south").unwrap() }
}

#[test]
fn what_is_not_listed_is_marked_and_counted() {
    let storage = MemoryStorage::new();
    let builder = writer_on(&storage).0.catalog(EVENTS).refuse_unlisted(false);
    let writer = builder.start().unwrap();
    window_opened().to(&writer).emit().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    door_opened(2).to(&writer).emit().unwrap();
    let report = writer.shutdown_within(LONG);
    assert_eq!((report.stats.written, report.stats.unlisted), (3, 2));
    assert!(report.is_complete() && report.to_string().contains("2 in no catalog"), "{report}");
    let lines = lines(&storage);
    let is_marked = |line: &&audit_log::reader::Line| line.member("unlisted").is_some();
    let schemas = of_kind(&lines, "schema");
    let marked: Vec<_> = schemas.into_iter().filter(is_marked).collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(text(marked[0], "event"), Some("door_opened"));
}

#[test]
fn where_assertions_are_on_it_is_refused() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.catalog(EVENTS).start().unwrap();
    assert_eq!(window_opened().to(&writer).emit(), Ok(()));
    let not_listed = door_opened(1).to(&writer).emit();
    let expected = if cfg!(debug_assertions) { Err(EmitError::Unlisted) } else { Ok(()) };
    assert_eq!(not_listed, expected);
    assert!(writer.shutdown_within(LONG).is_complete());
}

#[test]
fn without_a_list_all_are_taken() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.refuse_unlisted(true).start().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    assert_eq!(writer.shutdown_within(LONG).stats.unlisted, 0);
}
