#![forbid(unsafe_code)]

use audit_core::vocab::{Count, ObjectName};
use audit_core::{AuditEvent, Withheld};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    port: Count,
    label: ObjectName<'a>,
    is_on: bool,
    r#tenants: Withheld<&'a str>,
}

fn main() {}
