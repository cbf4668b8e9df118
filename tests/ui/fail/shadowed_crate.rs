#![forbid(unsafe_code)]

use audit_core::AuditEvent;

mod mine {
    pub use audit_core::*;
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success", crate = "crate::mine")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    on: bool,
}

fn main() {}
