//! The ready-made events at work: a module for each table of `docs/coverage.md`, a test for each of
//! its rows.

#![forbid(unsafe_code)]
#![expect(unreachable_pub, reason = "what `kit` offers is public to the other modules")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails panics")]

mod kit;

mod coverage;
mod hypervisor;
mod kvm;
mod leaks;
mod page;
mod runner;
mod servers;
mod vault;
