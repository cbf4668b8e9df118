#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
struct Lamp {
    on: bool,
}

fn main() {}
