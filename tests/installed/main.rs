//! The facade as a program lives through it: before a recorder, with one, and after it.

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use audit_core::vocab::ObjectId;
use audit_core::{AuditEvent, EmitError};
use audit_log::Log;
use audit_log::reader::Json;
use audit_writer::storage::MemoryStorage;
use audit_writer::{Durability, Writer};

/// A door was opened.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "open", category = "door", outcome = "success")]
#[audit(none(actor = "a test", source = "a test"))]
struct DoorOpened<'a> {
    #[audit(object(id), object_type = "door")]
    door: ObjectId<'a>,
}

/// One test, because its steps are the life of one program.
#[test]
fn before_with_and_after_a_recorder() -> Result<(), Box<dyn std::error::Error>> {
    let event = DoorOpened { door: ObjectId::new("north")? };

    // Before: nothing is silent.
    assert_eq!(event.emit(), Err(EmitError::NoRecorder));
    assert_eq!(event.emit_durable().err(), Some(EmitError::NoRecorder));
    event.emit_or_count();
    event.emit_or_count();

    let storage = MemoryStorage::new();
    let start = |storage: &MemoryStorage| {
        Writer::builder_on(Arc::new(storage.clone())).durability(Durability::EveryBatch)
    };
    let log = start(&storage).install()?;
    let second = start(&MemoryStorage::new()).install();
    assert!(second.is_err_and(|error| error.to_string().contains("installed already")));

    // With: accepted, and durable where that is asked for.
    event.emit()?;
    let receipt = event.emit_durable()?;
    event.emit_or_count();
    let pending = event.submit_durable()?;
    assert!(pending.wait_for(Duration::from_secs(60))?.seq > receipt.seq);
    let report = log.shutdown();
    assert!(report.is_complete(), "{report}");

    // After: refused, by name.
    assert_eq!(event.emit(), Err(EmitError::Closed));
    let error = std::io::Error::from(EmitError::Closed);
    assert_eq!(error.kind(), std::io::ErrorKind::NotConnected);

    let lines: Vec<_> =
        Log::on(&storage).lines()?.map(|(_, line)| line).collect::<Result<_, _>>()?;
    assert_eq!(lines.iter().filter(|line| line.kind == "event").count(), 4);
    let gaps: Vec<_> = lines.iter().filter(|line| line.kind == "gap").collect();
    assert_eq!(gaps.len(), 1);
    let reasons = gaps[0].member("reasons").and_then(|reasons| reasons.get("no_recorder"));
    assert_eq!(
        reasons,
        Some(&Json::Number(2)),
        "what was swallowed before the recorder came is recorded"
    );
    Ok(())
}
