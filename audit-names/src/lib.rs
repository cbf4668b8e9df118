//! What a field's name says: whether it suggests content or a credential.
//!
//! The derive of `audit-core` judges fields of events by it when they are compiled, and `audit-tracing`
//! those of `tracing` when they are recorded: one list of words, one judgement.
//!
//! ```
//! use audit_names::{Carries, of_field};
//!
//! assert_eq!(of_field("keyboard_layout"), Carries::Anything);
//! assert_eq!(of_field("body_size"), Carries::NoText);
//! assert_eq!(of_field("otp"), Carries::NoLength);
//! assert_eq!(of_field("otp_attempts"), Carries::NoText);
//! ```

#![forbid(unsafe_code)]

mod judgement;
mod snake;
mod words;

pub use crate::judgement::{of_field, of_variant};
pub use crate::snake::snake_case;

/// What a field of some name may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carries {
    /// What its type lets it.
    Anything,
    /// No text: the name suggests content or a credential.
    NoText,
    /// No text, and no number that could be one or tell its length: the name suggests something typed,
    /// pasted or secret.
    NoLength,
}
