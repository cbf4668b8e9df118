#![forbid(unsafe_code)]

use audit_core::{AuditEvent, Withheld};

type Harmless = Withheld<String>;
type Remark = Event<Harmless>;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<T> {
    value: T,
}

fn main() {
    let remark = Remark { value: String::from("hunter2").into() };
    remark.emit_or_count();
}
