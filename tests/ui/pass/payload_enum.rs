#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
enum Why {
    Busy,
    Other,
}

fn main() {}
