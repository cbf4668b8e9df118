#![forbid(unsafe_code)]

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

impl AsRef<[u8]> for Other {
    fn as_ref(&self) -> &[u8] {
        if self.on { b"on" } else { b"off" }
    }
}

fn main() {}
