#![forbid(unsafe_code)]

use audit_core::vocab::ObjectName;
use audit_core::{AuditEvent, AuditValue};

#[derive(AuditValue)]
struct Content<'a>(ObjectName<'a>);

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    content: Content<'a>,
}

fn main() {}
