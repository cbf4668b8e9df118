#![forbid(unsafe_code)]

use audit_core::flow::{Cleared, Public};
use audit_core::{AuditEvent, AuditValue, EmitError};

#[derive(AuditValue)]
#[audit(class = "public")]
enum Door {
    Front,
}

#[derive(AuditValue)]
struct Place {
    door: Door,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    place: Place,
}

fn tell(to: &Cleared<'_, Public>, event: &Event) -> Result<(), EmitError> {
    to.record(event)
}

fn main() {}
