//! Servers as programs have them, on axum and on actix-web, with an audit log.
#![cfg(any(test, doctest))]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]
#![expect(clippy::print_stdout, reason = "a count says what it came to")]

mod adopted;
mod device;
mod in_async_programs;
mod kit;
mod lldap;
mod nano_kvm;
mod one_kvm;

/// The page's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/async.md")]
struct InAsyncPrograms;
