#![forbid(unsafe_code)]

use audit_core::AuditEvent;

mod __audit {
    pub type Withheld<T> = Named<T>;
    #[derive(audit_core::AuditValue)]
    pub struct Named<T>(pub T);
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    note: __audit::Withheld<&'a str>,
}

fn main() {}
