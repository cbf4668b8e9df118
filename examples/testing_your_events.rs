//! This example shows how a program tests its events: what they record, that a secret that they are given
//! is in none of it, and how the program takes a log that is full.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use audit_core::testing::{MemoryRecorder, OneLine, assert_no_leak};
use audit_core::vocab::{ObjectId, PasteSize};
use audit_core::{AuditEvent, EmitError, Withheld};

/// A note was attached to a port.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "attach_note", category = "notes", outcome = "success")]
#[audit(actor(service = "web"), source(local = "web"))]
struct NoteAttached<'a> {
    #[audit(object(id), object_type = "port")]
    port: ObjectId<'a>,
    size_bucket: PasteSize,
    text: Withheld<&'a str>,
}

fn note(text: &str) -> NoteAttached<'_> {
    let size_bucket = PasteSize::of(text);
    NoteAttached { port: ObjectId::of("hdmi-1"), size_bucket, text: Withheld::new(text) }
}

fn main() -> Result<(), EmitError> {
    let recorder = MemoryRecorder::new();
    note("the password is hunter2").to(&recorder).emit()?;
    let records = recorder.take();
    for line in records.iter().map(|record| OneLine(record).to_string()) {
        println!("{line}");
        assert!(line.contains("attach_note success") && !line.contains("hunter2"));
    }

    // Looks for a text of its own in all that the event records and shows, in many spellings.
    assert_no_leak(note);

    recorder.refuse(EmitError::Full);
    assert_eq!(note("more").to(&recorder).emit(), Err(EmitError::Full));
    Ok(())
}
