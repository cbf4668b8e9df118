#![forbid(unsafe_code)]

use audit_core::AuditValue;
use audit_core::vocab::ObjectName;

#[derive(AuditValue)]
struct Entry<'a> {
    invite_code: ObjectName<'a>,
}

fn main() {}
