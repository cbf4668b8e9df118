#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::{ObjectName, UserName};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(source = "a test", object = "a test"))]
struct Event<'a> {
    #[audit(actor(user))]
    actor: UserName<'a>,
    origin: ObjectName<'a>,
    #[audit(disclose = "a test")]
    thing: &'a str,
}

fn main() {}
