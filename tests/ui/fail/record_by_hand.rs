#![forbid(unsafe_code)]

use audit_core::{record::Record, schema::Schema};

fn record(schema: &'static Schema) -> Record<[u8; 7]> {
    Record { schema, buffer: *b"hunter2", len: 7 }
}

fn main() {}
