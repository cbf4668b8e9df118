#![forbid(unsafe_code)]

use audit_core::{AuditValue, Encoder, lit};

fn write(out: &mut Encoder<'_>) {
    lit!("front panel").encode(out);
}

fn main() {}
