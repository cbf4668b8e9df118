#![forbid(unsafe_code)]

use audit_core::{AuditEvent, AuditValue, Awaited};

#[derive(AuditValue)]
enum Fault {
    PowerLow,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", two_phase)]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    #[audit(outcome)]
    outcome: Awaited<Fault>,
    #[audit(reason)]
    why: Fault,
}

fn main() {}
