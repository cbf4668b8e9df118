#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::{ByteSize, Count, Elapsed};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    sms_code_attempts: Count,
    key_delay: Elapsed,
    pairing_size: ByteSize,
}

fn main() {}
