#![forbid(unsafe_code)]

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(ecs(category = "door", type = "end"))]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
enum Event {
    Opened,
    #[audit(ocsf(class = 1001, activity = 2))]
    Closed,
}

fn main() {}
