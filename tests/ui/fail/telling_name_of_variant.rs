#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::ObjectName;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
enum Used<'a> {
    Password { title: ObjectName<'a> },
    Closed,
}

fn main() {}
