#![forbid(unsafe_code)]

use audit_core::{AuditEvent, Withheld};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    note: Withheld<String>,
    #[audit(disclose = "on the front panel, not on a keyboard")]
    button: u16,
    image: Withheld<Vec<u8>>,
}

fn main() {}
