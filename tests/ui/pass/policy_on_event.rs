#![forbid(unsafe_code)]

use audit_core::policy::NO_CONTENT;
use audit_core::vocab::ObjectId;
use audit_core::{AuditEvent, policy};

#[must_use]
#[derive(AuditEvent)]
#[audit(
    action = "test",
    category = "tests",
    outcome = "success",
    policy(NO_CONTENT, policy::NO_PERSONAL)
)]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    what: ObjectId<'a>,
}

fn main() {}
