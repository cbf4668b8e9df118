#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
#[audit(class = "public")]
struct Lamp {
    on: bool,
}

fn main() {}
