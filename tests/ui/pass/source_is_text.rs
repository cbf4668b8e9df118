#![forbid(unsafe_code)]

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", object = "a test"))]
struct Event {
    #[audit(source(address))]
    from: std::net::IpAddr,
}

fn main() {}
