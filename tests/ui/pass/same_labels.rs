#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
enum Why {
    #[audit(name = "occupied")]
    InUse,
    Busy,
}

fn main() {}
