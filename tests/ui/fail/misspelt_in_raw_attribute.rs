#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::policy::NO_CONTENT;

#[must_use]
#[derive(AuditEvent)]
#[r#audit(action = "test", category = "tests", outcome = "success", polcy = NO_CONTENT)]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    on: bool,
}

fn main() {}
