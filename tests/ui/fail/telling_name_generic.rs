#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::UserName;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<T> {
    secret: T,
}

fn main() {
    let user = UserName::new("alice").expect("a name");
    let _sent = Event { secret: user }.emit();
}
