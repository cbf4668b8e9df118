#![forbid(unsafe_code)]

use audit_core::{AuditEvent, AuditValue};

#[derive(AuditValue)]
enum Why {
    Busy,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "denied")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    #[audit(reason)]
    why: Why,
}

fn main() {}
