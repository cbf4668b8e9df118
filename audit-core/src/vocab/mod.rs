//! The vocabulary: types that say what a value is, how far it may travel and how long it may be.
//!
//! | type | what | class |
//! |---|---|---|
//! | [`UserName`] | an authenticated user | personal |
//! | [`ClaimedName`] | a name somebody typed: in clear only where an account has it | personal |
//! | [`SessionRef`] | a session, by a keyed hash of its cookie or token | internal |
//! | [`ObjectId`], [`ObjectName`] | the thing acted on | internal |
//! | [`SettingName`], [`Version`] | a setting, a version | internal |
//! | [`HttpPath`] | a path without query, fragment and userinfo | internal |
//! | [`Count`], [`ByteSize`], [`Elapsed`] | numbers with a meaning | internal |
//! | [`SizeBucket`], [`PasteSize`] | about how large content was | internal |
//! | [`Lit`] by [`lit!`](crate::lit) | a literal of the program | public |
//!
//! Texts are limited in *escaped* bytes, the bytes that they take in a line, so that no text can
//! make a line too long. What is not printable ASCII is escaped in the line and never dropped:
//! `root\n` does not turn into `root`.

mod content;
mod lit;
mod measure;
mod name;
mod path;
mod session;

pub use content::{PasteSize, SizeBucket};
pub use lit::Lit;
pub use measure::{ByteSize, Count, Elapsed};
pub use name::{
    ActorUser, ClaimedName, IsObjectId, IsObjectName, ObjectId, ObjectName, Refused, SettingName,
    SourceAddress, UserName, Version,
};
pub use path::HttpPath;
pub use session::{ActorSession, SessionRef};
