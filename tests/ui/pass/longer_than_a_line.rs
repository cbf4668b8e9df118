#![forbid(unsafe_code)]

use audit_core::vocab::HttpPath;
use audit_core::{AuditEvent, AuditValue};

#[derive(AuditValue)]
struct Four<'a> {
    a: HttpPath<'a>,
    b: HttpPath<'a>,
    c: HttpPath<'a>,
    d: HttpPath<'a>,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    first: Four<'a>,
    second: Four<'a>,
}

fn emit(event: &Event<'_>) {
    event.emit_or_count();
}

fn main() {
    std::hint::black_box(emit as fn(&Event<'_>));
}
