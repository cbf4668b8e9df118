#![forbid(unsafe_code)]

use audit_core::{AuditEvent, Context, record::Encoder, schema::Schema};

struct Event;

unsafe impl AuditEvent for Event {
    const SCHEMAS: &'static [&'static Schema] = SomethingElse::SCHEMAS;

    fn encode(&self, _: Option<&Context<'_>>, _: &mut Encoder<'_>) {}
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct SomethingElse;

fn main() {}
