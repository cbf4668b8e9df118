#![forbid(unsafe_code)]

use audit_core::{AuditValue, Class, record::Encoder, schema::Type};

struct Name(String);

impl AuditValue for Name {
    const TYPE: Type = Type::Text(256);
    const CLASS: Class = Class::Public;

    fn encode(&self, _: &mut Encoder<'_>) {}
}

fn main() {}
