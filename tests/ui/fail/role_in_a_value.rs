#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
struct Lamp {
    #[audit(reason)]
    on: bool,
}

fn main() {}
