#![forbid(unsafe_code)]

use audit_core::{AuditEvent, AuditValue};

#[derive(AuditValue)]
enum Why {
    Busy,
    Other,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "failure")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    #[audit(reason)]
    why: Why,
}

fn event(error: &std::io::Error) -> Event {
    let busy = error.kind() == std::io::ErrorKind::ResourceBusy;
    Event { why: if busy { Why::Busy } else { Why::Other } }
}

fn main() {}
