#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
enum Why {
    #[audit(name = "busy")]
    Occupied,
    Busy,
}

fn main() {}
