#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
struct Name<'a>(&'a str);

fn main() {}
