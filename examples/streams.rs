//! This example shows a log of three streams: who came and went, and what the program does itself, are
//! kept apart from the audit, each with its own files, numbers, keys and retention.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Duration;

use audit_core::vocab::{Count, ObjectName, UserName};
use audit_core::{Actor, AuditEvent, Context, Outcome, Source, Stream, lit};
use audit_events::kvm::MediaDeleted;
use audit_log::Log;
use audit_writer::{Retention, Writer};

/// Somebody came in at the panel.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "success")]
#[audit(stream = "access", from_context(actor, source))]
#[audit(object(id = "self"), object_type = "system")]
struct CameIn {}

/// Old sessions were removed.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "clean_up", category = "housekeeping", outcome = "success")]
#[audit(stream = "application", actor(service = "cleaner"), source(local = "timer"))]
#[audit(object(id = "sessions"), object_type = "table")]
struct CleanedUp {
    removed: Count,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::temp_dir().join("audit-streams");
    let week = Retention { age: Duration::from_secs(7 * 86_400), ..Retention::default() };
    let log = Writer::builder(&dir)
        .streams([Stream::Access, Stream::Application])
        .retention_of(Stream::Application, week)
        .install()?;
    let alice = Actor::User(UserName::new("alice")?);
    let context = Context::new(alice, Source::Local(lit!("front panel")));
    CameIn {}.within(&context).emit()?;
    let image = ObjectName::of("debian.iso");
    MediaDeleted { outcome: Outcome::Success, image }.within(&context).emit()?;
    CleanedUp { removed: Count::new(3) }.emit()?;
    println!("{}", log.shutdown());

    let log = Log::open(&dir)?;
    for stream in log.streams()? {
        let lines = log.stream(stream).lines()?.filter_map(|(_, line)| line.ok());
        let events = lines.filter(|line| line.kind == "event").count();
        println!("{}: {events} events", stream.name());
    }
    Ok(())
}
