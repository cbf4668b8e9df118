#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
union Bits {
    on: bool,
}

fn main() {}
