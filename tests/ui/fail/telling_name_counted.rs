#![forbid(unsafe_code)]

use audit_core::AuditEvent;
use audit_core::vocab::{ByteSize, Count, Elapsed};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    sms_code: Count,
    key_code: Elapsed,
    pairing_code: ByteSize,
}

fn main() {}
