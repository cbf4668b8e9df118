#![forbid(unsafe_code)]

use audit_core::AuditValue;
use audit_core::vocab::ObjectName;

#[derive(AuditValue)]
struct Copied<'a> {
    source: ObjectName<'a>,
    target: ObjectName<'a>,
}

fn main() {}
