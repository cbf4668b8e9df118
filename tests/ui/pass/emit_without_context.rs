#![forbid(unsafe_code)]

use audit_core::{Actor, AuditEvent, Context, Source, lit};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(from_context(actor), none(source = "a test", object = "a test"))]
struct Event {}

fn main() {
    let context = Context::new(Actor::Service(lit!("a test")), Source::Local(lit!("a test")));
    let _sent = Event {}.within(&context).emit();
}
