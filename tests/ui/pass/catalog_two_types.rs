#![forbid(unsafe_code)]

use audit_core::vocab::{ByteSize, PasteSize};
use audit_core::{AuditEvent, Catalog};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "mount", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Mounted {
    size: ByteSize,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "paste", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Pasted {
    size_bucket: PasteSize,
}

pub const EVENTS: Catalog = audit_core::catalog![Mounted, Pasted];

fn main() {}
