#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
struct Pair(bool, bool);

fn main() {}
