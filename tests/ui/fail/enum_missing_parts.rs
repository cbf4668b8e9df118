#![forbid(unsafe_code)]

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(category = "tests", none(source = "a test", object = "a test"))]
enum Event {
    #[audit(action = "open", none(actor = "a test"))]
    Opened,
    #[audit(action = "close", outcome = "success")]
    Closed,
}

fn main() {}
