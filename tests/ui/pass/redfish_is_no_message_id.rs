#![forbid(unsafe_code)]

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(redfish = "AccountSecurity.1.0.SuccessfulLogin")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {}

fn main() {}
