#![forbid(unsafe_code)]

use audit_core::{record::Encoder, schema::Type, vocab::Disclosable};

struct Typed(Vec<u8>);

impl Disclosable for Typed {
    const TYPE: Type = Type::Text(256);

    fn encode(&self, _: &mut Encoder<'_>) {}
}

fn main() {}
