#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::ObjectId;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    api_key: ObjectId<'a>,
}

fn main() {}
