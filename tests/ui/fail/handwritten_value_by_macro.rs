#![forbid(unsafe_code)]

use audit_core::{AuditValue, Class, record::Encoder, schema::Type};

macro_rules! value {
    ($name:ident) => {
        struct $name(String);

        unsafe impl AuditValue for $name {
            const TYPE: Type = Type::Text(256);
            const CLASS: Class = Class::Public;

            fn encode(&self, _: &mut Encoder<'_>) {}
        }
    };
}

value!(Name);

fn main() {}
