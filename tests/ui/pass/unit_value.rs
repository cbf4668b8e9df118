#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
struct Nothing {
    on: bool,
}

fn main() {}
