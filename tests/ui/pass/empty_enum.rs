#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
enum Why {
    Busy,
}

fn main() {}
