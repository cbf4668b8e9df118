#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
struct Remark {
    on: bool,
    note: String,
}

fn main() {}
