#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
struct Bits {
    on: bool,
}

fn main() {}
