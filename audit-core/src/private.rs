//! What generated code calls. Nothing here is part of the API; anything may change in any release.

#[cfg(feature = "std")]
pub use crate::begun::Phased;
pub use crate::clash::slots;
pub use crate::declared::{
    CONTEXT_ACTOR, CONTEXT_SOURCE, Never, NoLength, NoSchemas, NoText, NothingElseShowsAnEvent,
    SCHEMA_OF_FAULTY, Schemas, assert_fit_lines, debug, disclosed, field, never, or_absent,
};
pub use crate::emit::{Emittable, KnowsWhoActs};
pub use crate::outcome::IsOutcome;
pub use crate::schema::class_of_group;
pub use crate::two_phase::{IsAwaited, KnownLater};
pub use serde::{Serialize, Serializer};
