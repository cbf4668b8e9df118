#![forbid(unsafe_code)]

use audit_core::{AuditValue, Withheld};

#[derive(AuditValue)]
struct Typed(Withheld<Vec<u8>>);

fn main() {}
