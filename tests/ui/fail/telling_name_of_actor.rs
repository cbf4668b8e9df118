#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::UserName;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(source = "a test", object = "a test"))]
struct Event<'a> {
    #[audit(actor(user))]
    token: UserName<'a>,
}

fn main() {}
