#![forbid(unsafe_code)]

use audit_core::policy::NO_CONTENT;
use audit_core::{AuditEvent, policy};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    #[audit(disclose = "counted")]
    notes: u32,
}

policy!(NO_CONTENT: Event);

fn main() {}
