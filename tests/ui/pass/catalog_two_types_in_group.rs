#![forbid(unsafe_code)]

use audit_core::vocab::Count;
use audit_core::{AuditEvent, AuditValue, Catalog};

#[derive(AuditValue)]
struct Pages {
    number: Count,
}

#[derive(AuditValue)]
struct Folio<'a> {
    #[audit(disclose = "a test")]
    folio: &'a str,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "mount", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Mounted {
    at: Pages,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "paste", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Pasted<'a> {
    at: Option<Folio<'a>>,
}

pub const EVENTS: Catalog = audit_core::catalog![Mounted, Pasted<'_>];

fn main() {}
