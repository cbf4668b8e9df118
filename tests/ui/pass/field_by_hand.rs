#![forbid(unsafe_code)]

use audit_core::vocab::UserName;
use audit_core::{AuditEvent, schema::Field};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    user: UserName<'a>,
}

const NAME: Field = Event::SCHEMAS[0].fields[0];

fn main() {}
