#![forbid(unsafe_code)]

use audit_core::AuditValue;
use audit_core::vocab::ObjectName;

#[derive(AuditValue)]
struct Copied<'a> {
    from: ObjectName<'a>,
    to: ObjectName<'a>,
}

fn main() {}
