#![forbid(unsafe_code)]

use std::collections::HashMap;

use audit_core::{AuditEvent, Withheld};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    headers: Withheld<HashMap<String, String>>,
}

fn main() {}
