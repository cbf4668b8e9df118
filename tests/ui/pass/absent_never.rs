#![forbid(unsafe_code)]

use std::net::IpAddr;

use audit_core::AuditEvent;

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", object = "a test"))]
struct Event {
    #[audit(source(address))]
    from: IpAddr,
}

fn main() {}
