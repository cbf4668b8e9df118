#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::Count;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "mount", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Mounted {
    total: Count,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "paste", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Pasted {
    #[audit(disclose = "a test")]
    total: u32,
}

fn main() {
    let events = audit_core::catalog![Mounted, Pasted];
    assert_eq!(events.schemas().count(), 2);
}
