#![forbid(unsafe_code)]

use audit_core::{AuditValue, lit, record::Encoder};

fn write(out: &mut Encoder<'_>) {
    lit!("front panel").encode(out);
}

fn main() {}
