#![forbid(unsafe_code)]

use audit_core::vocab::{ByteSize, Count};
use audit_core::{AuditEvent, AuditValue, Catalog};

/// How large a picture is.
#[derive(AuditValue)]
struct Extent {
    rows: Count,
    columns: Count,
}

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
    extent: Extent,
}

pub const EVENTS: Catalog = audit_core::catalog![Mounted, Pasted];

fn main() {}
