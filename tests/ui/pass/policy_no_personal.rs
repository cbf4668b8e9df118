#![forbid(unsafe_code)]

use audit_core::policy::NO_PERSONAL;
use audit_core::vocab::ObjectId;
use audit_core::{AuditEvent, policy};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    what: ObjectId<'a>,
}

policy!(NO_PERSONAL: Event<'_>);

fn main() {}
