#![forbid(unsafe_code)]

extern crate audit_core as real;
extern crate self as audit_core;

pub use real::*;

pub mod vocab {
    pub use super::real::vocab::*;

    pub trait CarriesNoText {}
    impl<T> CarriesNoText for T {}
}

#[must_use]
#[derive(real::AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Event<'a> {
    token: vocab::UserName<'a>,
}

fn main() {}
