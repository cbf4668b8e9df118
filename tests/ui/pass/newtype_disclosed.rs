#![forbid(unsafe_code)]

use audit_core::AuditValue;

#[derive(AuditValue)]
struct Name {
    #[audit(disclose = "why not")]
    name: String,
}

fn main() {}
