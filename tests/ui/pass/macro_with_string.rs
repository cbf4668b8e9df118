#![forbid(unsafe_code)]

use audit_core::{AuditEvent, Withheld};

macro_rules! event {
    ($field:ident: $ty:ty) => {
        #[must_use]
        #[derive(AuditEvent)]
        #[audit(action = "test", category = "tests", outcome = "success")]
        #[audit(none(actor = "a test", source = "a test", object = "a test"))]
        struct Event {
            $field: $ty,
        }
    };
}

event!(note: Withheld<String>);

fn main() {}
