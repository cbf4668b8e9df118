#![forbid(unsafe_code)]

use audit_core::vocab::PasteSize;
use audit_core::{AuditEvent, AuditValue};

#[derive(AuditValue)]
struct Content(PasteSize);

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    content: Content,
}

fn main() {}
