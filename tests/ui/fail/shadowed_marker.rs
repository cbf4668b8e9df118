#![forbid(unsafe_code)]

extern crate audit_core as real;
extern crate self as audit_core;

pub use real::*;

pub mod vocab {
    pub use super::real::vocab::*;
    pub use core::marker::Send as CarriesNoText;
}

#[derive(real::AuditValue)]
struct Group {
    on: bool,
}

fn main() {}
