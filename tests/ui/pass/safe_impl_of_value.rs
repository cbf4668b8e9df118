#![forbid(unsafe_code)]

use audit_core::AuditValue;
use audit_core::vocab::ObjectName;

#[derive(AuditValue)]
struct Name<'a>(ObjectName<'a>);

fn main() {}
