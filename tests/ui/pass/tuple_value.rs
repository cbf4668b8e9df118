#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
struct Pair {
    one: bool,
    other: bool,
}

fn main() {}
