#![forbid(unsafe_code)]

use audit_core::{AuditEvent, policy};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<T> {
    what: T,
}

policy!(policy::NO_CONTENT: Event<bool>);

fn main() {}
