#![forbid(unsafe_code)]

extern crate audit_core as real;
extern crate self as audit_core;

pub use real::*;

pub trait AuditValue {
    const TYPE: real::schema::Type = <bool as real::AuditValue>::TYPE;
    const CLASS: Class = Class::Public;

    fn encode(&self, out: &mut real::record::Encoder<'_>);
}

impl AuditValue for String {
    fn encode(&self, out: &mut real::record::Encoder<'_>) { real::vocab::Disclosable::encode(self, out); }
}

#[must_use]
#[derive(real::AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event {
    note: String,
}

fn main() {}
