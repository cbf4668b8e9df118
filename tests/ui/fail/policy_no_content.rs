#![forbid(unsafe_code)]

use audit_core::policy::NO_CONTENT;
use audit_core::{AuditEvent, policy};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    #[audit(disclose = "typed by an operator")]
    note: &'a str,
}

policy!(NO_CONTENT: Event<'_>);

fn main() {}
