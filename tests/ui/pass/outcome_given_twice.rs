#![forbid(unsafe_code)]

use audit_core::{AuditEvent, AuditValue, Outcome};

#[derive(AuditValue)]
enum Why {
    Busy,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    #[audit(outcome)]
    outcome: Outcome<Why>,
}

fn main() {}
