//! Servers as programs have them, on axum and on actix-web, with an audit log.
#![cfg(any(test, doctest))]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod in_async_programs;
mod kit;

/// The page's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/async.md")]
struct InAsyncPrograms;
