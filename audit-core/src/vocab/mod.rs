//! The vocabulary: types that say what a value is, how far it may travel and how long it may be.
//!
//! | type | what | class |
//! |---|---|---|
//! | [`UserName`] | an authenticated user | personal |
//! | [`ClaimedName`] | a name somebody typed: in clear only where an account has it | personal |
//! | [`SessionRef`] | a session, by a keyed hash of its cookie or token | internal |
//! | [`ObjectId`], [`ObjectName`] | the thing acted on | internal |
//! | [`SettingName`], [`Version`] | a setting, a version | internal |
//! | [`HttpPath`] | a path without query, fragment, userinfo and what looks like a token | internal |
//! | [`Route`] | the pattern of a router, a literal | public |
//! | [`HttpMethod`], [`HttpStatus`] | what was asked of a server, and how it answered | internal |
//! | [`ErrorCode`] | an error's number, never its text | internal |
//! | `IoErrorKind` (feature `std`) | what kind of I/O error it was | internal |
//! | [`Digest`] | the digest of content that cannot be guessed | internal |
//! | [`KeyFingerprint`] | the fingerprint of a public key or certificate | internal |
//! | [`GeoLabel`] | a country or a region of one | personal |
//! | [`Count`], [`ByteSize`], [`Elapsed`], [`HardwareIndex`] | numbers with a meaning | internal |
//! | [`SizeBucket`], [`PasteSize`], [`UploadSize`], [`ScriptSize`] | about how large content was | internal |
//! | [`Lit`] by [`lit!`](crate::lit) | a literal of the program | public |
//!
//! Texts are limited in *escaped* bytes, the bytes that they take in a line, so that no text can
//! make a line too long. What is not printable ASCII is escaped in the line and never dropped:
//! `root\n` does not turn into `root`.

mod code;
mod content;
mod digest;
mod geo;
mod http;
#[cfg(feature = "std")]
mod io_error;
mod lit;
mod measure;
mod name;
mod path;
mod session;

pub use crate::disclose::Disclosable;
pub use crate::no_text::{CarriesNoText, TellsNoLength};
pub use crate::outcome::Reported;
pub use code::ErrorCode;
pub use content::{PasteSize, ScriptSize, SizeBucket, UploadSize};
pub use digest::{Digest, KeyFingerprint};
pub use geo::GeoLabel;
pub use http::{HttpMethod, HttpStatus};
#[cfg(feature = "std")]
pub use io_error::IoErrorKind;
pub use lit::Lit;
pub use measure::{ByteSize, Count, Elapsed, HardwareIndex};
pub use name::{
    ActorSession, ActorUser, ClaimedName, IsObjectId, IsObjectName, ObjectId, ObjectName, Refused,
    SettingName, SourceAddress, UserName, Version,
};
#[doc(hidden)]
pub use name::{
    OptionalActorSession, OptionalActorUser, OptionalIsObjectId, OptionalIsObjectName,
    OptionalSourceAddress,
};
pub use path::{HttpPath, Route};
pub use session::SessionRef;
