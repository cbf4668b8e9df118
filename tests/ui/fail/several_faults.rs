#![forbid(unsafe_code)]

use audit_core::AuditEvent;

#[derive(AuditEvent)]
#[audit(action = "test", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    note: String,
    #[audit(disclose = "")]
    attempt: u32,
    #[audit(disclos = "read from a sensor")]
    warmth: u8,
}

fn main() {}
