#![forbid(unsafe_code)]

use audit_core::flow::{Cleared, Internal};
use audit_core::vocab::ObjectId;
use audit_core::{AuditEvent, EmitError};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    what: ObjectId<'a>,
}

fn tell(to: &Cleared<'_, Internal>, event: &Event<'_>) -> Result<(), EmitError> {
    to.record(event)
}

fn main() {}
