//! The keys that a log's checkpoints are signed with, and where they are kept.
//!
//! `generate` before a log's first start, or `verifier_key` afterwards, gives the key to verify it
//! by; `generate_of` and `verifier_key_of` do so for each stream, which has keys of its own. It is no
//! secret; what matters is that it is kept where nobody who has the device can change it.

pub use crate::evidence::store::{
    FileKeys, KeyStore, generate, generate_of, verifier_key, verifier_key_of,
};
