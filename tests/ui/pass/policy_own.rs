#![forbid(unsafe_code)]

use audit_core::policy::Policy;
use audit_core::{AuditEvent, policy};

const NO_ADDRESSES: Policy = Policy::named("NO_ADDRESSES").without_addresses();

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", object = "a test"), source(local = "a test"))]
struct Event {}

policy!(NO_ADDRESSES: Event);

fn main() {}
