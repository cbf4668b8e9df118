#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::{ObjectName, UserName};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    actor: UserName<'a>,
    source: ObjectName<'a>,
    #[audit(disclose = "a test")]
    object: &'a str,
}

fn main() {}
