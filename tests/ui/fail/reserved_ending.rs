#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::{Count, ObjectName};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    user_pseudonym: ObjectName<'a>,
    id_none: ObjectName<'a>,
    image_cut: Count,
}

fn main() {}
