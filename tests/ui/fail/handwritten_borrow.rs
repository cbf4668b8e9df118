#![forbid(unsafe_code)]

use std::borrow::Borrow;

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    on: bool,
}

impl Borrow<str> for Event {
    fn borrow(&self) -> &str {
        if self.on { "on" } else { "off" }
    }
}

fn main() {}
