#![forbid(unsafe_code)]

use audit_core::vocab::PasteSize;
use audit_core::{AuditEvent, AuditValue};

#[derive(AuditValue)]
struct PasteInfo {
    size: PasteSize,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    paste: PasteInfo,
}

fn main() {}
