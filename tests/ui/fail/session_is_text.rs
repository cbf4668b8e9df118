#![forbid(unsafe_code)]

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(source = "a test", object = "a test"))]
struct Event<'a> {
    #[audit(actor(session))]
    session: &'a str,
}

fn main() {}
