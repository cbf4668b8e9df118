#![forbid(unsafe_code)]

use std::ops::Deref;

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    on: bool,
}

struct Other {
    on: bool,
}

impl Deref for Other {
    type Target = bool;

    fn deref(&self) -> &bool {
        &self.on
    }
}

fn main() {}
