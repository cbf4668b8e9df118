#![forbid(unsafe_code)]

use audit_core::{AuditEvent, AuditValue};

#[derive(AuditValue)]
struct Inner {
    on: bool,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    inner: Inner,
}

fn main() {}
