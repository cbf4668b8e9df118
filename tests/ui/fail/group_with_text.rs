#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
struct Credentials {
    on: bool,
    password: String,
}

fn main() {}
