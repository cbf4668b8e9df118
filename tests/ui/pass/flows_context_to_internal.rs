#![forbid(unsafe_code)]

use audit_core::flow::{Cleared, Internal};
use audit_core::{AuditEvent, EmitError};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(actor(service = "clock"), none(source = "a test", object = "a test"))]
struct Event {}

fn tell(to: &Cleared<'_, Internal>, event: &Event) -> Result<(), EmitError> {
    to.record(event)
}

fn main() {}
