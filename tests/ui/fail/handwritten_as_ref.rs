#![forbid(unsafe_code)]

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    on: bool,
}

impl AsRef<str> for Event {
    fn as_ref(&self) -> &str {
        if self.on { "on" } else { "off" }
    }
}

fn main() {}
