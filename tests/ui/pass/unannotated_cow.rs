#![forbid(unsafe_code)]

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    #[audit(disclose = "chosen from a list, not typed")]
    note: std::borrow::Cow<'a, str>,
}

fn main() {}
