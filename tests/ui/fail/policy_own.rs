#![forbid(unsafe_code)]

use std::net::SocketAddr;

use audit_core::policy::Policy;
use audit_core::{AuditEvent, policy};

const NO_ADDRESSES: Policy = Policy::named("NO_ADDRESSES").without_addresses();

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", object = "a test"))]
struct Event {
    #[audit(source(address))]
    from: SocketAddr,
}

policy!(NO_ADDRESSES: Event);

fn main() {}
