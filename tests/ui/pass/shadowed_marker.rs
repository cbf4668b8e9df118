#![forbid(unsafe_code)]

extern crate audit_core as real;
extern crate self as audit_core;


pub use real::*;

#[derive(real::AuditValue)]
struct Group {
    on: bool,
}

fn main() {}
