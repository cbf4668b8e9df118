#![forbid(unsafe_code)]

use audit_core::{AuditEvent, Catalog};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    on: bool,
}

const EVENTS: Catalog = audit_core::Catalog::__new::<8>(&[Event::SCHEMAS]);

fn main() {}
