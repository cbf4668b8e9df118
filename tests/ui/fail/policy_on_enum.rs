#![forbid(unsafe_code)]

use audit_core::vocab::UserName;
use audit_core::{AuditEvent, policy};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success", policy = policy::NO_PERSONAL)]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
enum Event<'a> {
    Opened,
    Named { whom: UserName<'a> },
}

fn main() {}
