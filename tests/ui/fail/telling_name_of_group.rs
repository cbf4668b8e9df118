#![forbid(unsafe_code)]

use audit_core::vocab::{ObjectName, PasteSize};
use audit_core::{AuditEvent, AuditValue};

#[derive(AuditValue)]
struct PasteInfo<'a> {
    size: PasteSize,
    title: ObjectName<'a>,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    paste: PasteInfo<'a>,
}

fn main() {}
