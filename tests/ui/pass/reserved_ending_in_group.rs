#![forbid(unsafe_code)]

use audit_core::AuditValue;
use audit_core::vocab::Count;

#[derive(AuditValue)]
struct Size {
    rows: Count,
    rows_left: Count,
}

fn main() {}
