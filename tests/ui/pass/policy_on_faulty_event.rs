#![forbid(unsafe_code)]

use audit_core::{AuditEvent, policy};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success", policy = policy::NO_CONTENT)]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    what: bool,
}

fn main() {}
