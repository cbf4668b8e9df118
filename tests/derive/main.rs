//! What the derives make: schemas, records, and code that disturbs nobody.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub)]
#![deny(single_use_lifetimes, let_underscore_drop)]
#![deny(clippy::pedantic)]
#![allow(
    clippy::struct_excessive_bools,
    reason = "the events here have fields of every name, not of every type"
)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod enums;
// As a manifest would say it: `renamed = { package = "audit-core" }`.
extern crate audit_core as renamed;

pub mod hostile;
mod mapping;
mod names;
mod parts;
mod policies;
mod recorder;
mod secrets;
mod telling;
mod two_phase;
mod values;
