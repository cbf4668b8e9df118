#![forbid(unsafe_code)]

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(name = "event")]
struct Event {}

fn main() {}
