//! The keys that a log's checkpoints are signed with, and where they are kept.
//!
//! `generate` before a log's first start, or `verifier_key` afterwards, gives the key to verify it
//! by. Each stream has keys of its own. It is no
//! secret; what matters is that it is kept where nobody who has the device can change it.

pub(crate) mod chain;
#[cfg(test)]
mod leading;
mod sign;
pub(crate) mod store;

pub(crate) use chain::Signed;
pub use store::{FileKeys, KeyStore, generate, verifier_key, verifier_key_from};
