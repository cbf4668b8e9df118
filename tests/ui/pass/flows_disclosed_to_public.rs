#![forbid(unsafe_code)]

use audit_core::flow::{Cleared, Public};
use audit_core::{AuditEvent, EmitError};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    #[audit(disclose = "counted", class = "public")]
    times: u32,
}

fn tell(to: &Cleared<'_, Public>, event: &Event) -> Result<(), EmitError> {
    to.record(event)
}

fn main() {}
