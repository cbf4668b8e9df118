#![forbid(unsafe_code)]

use audit_core::{AuditEvent, AuditValue};

#[derive(AuditValue)]
enum Refusal {
    Locked,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "denied")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
enum Event {
    Opened {
        #[audit(reason)]
        why: Refusal,
    },
    #[audit(outcome = "success")]
    Closed,
}

fn main() {}
