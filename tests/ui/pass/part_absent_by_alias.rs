#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::UserName;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(source = "a test", object = "a test"))]
struct Event<'a> {
    #[audit(actor(user), absent = "before anybody has logged in")]
    user: Option<UserName<'a>>,
}

fn main() {
    Event { user: None }.emit_or_count();
}
