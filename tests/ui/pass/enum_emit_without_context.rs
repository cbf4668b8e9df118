#![forbid(unsafe_code)]

use audit_core::{AuditEvent, Context, EmitError};

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
enum Event {
    Opened,
    #[audit(from_context(actor))]
    Closed,
}

fn opened(context: &Context<'_>) -> Result<(), EmitError> {
    Event::Opened.within(context).emit()
}

fn main() {}
