//! The keys that a log's checkpoints are signed with, and where they are kept.
//!
//! `generate` before a log's first start, or `verifier_key` afterwards, gives the key to verify it
//! by. It is no secret; what matters is that it is kept where nobody who has the device can change it.

pub use crate::evidence::store::{FileKeys, KeyStore, generate, verifier_key};
