//! What generated code calls. Nothing here is part of the API; anything may change in any release.

pub use crate::context::{encode_context_actor, encode_context_source};
pub use crate::emit::{Emission, Emittable};
pub use crate::encode::encode_label;
pub use crate::outcome::IsOutcome;
pub use crate::schema::class_of_group;
