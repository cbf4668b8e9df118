#![forbid(unsafe_code)]

use audit_core::{AuditValue, Withheld};

#[derive(AuditValue)]
struct Remark {
    on: bool,
    note: Withheld<String>,
}

fn main() {}
