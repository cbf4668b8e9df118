#![forbid(unsafe_code)]

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
enum Used {
    Print {
        #[audit(disclose = "counted", class = "internal")]
        lines: u32,
    },
}

fn main() {}
