#![forbid(unsafe_code)]

use audit_core::AuditEvent;

mod own {
    pub struct Withheld<T>(pub T);
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    note: audit_core::Withheld<&'a str>,
}

fn main() {}
