//! Typed audit events whose sensitive fields cannot be logged, because that would not compile.
//!
//! A program declares an event as a struct or an enum and derives [`AuditEvent`]. The derive accepts
//! only fields whose types say what they are ([`vocab`]), wants the five answers that an audit
//! record owes its reader (actor, source, object, action, outcome), and gives the event its `emit`
//! methods.
//!
//! ```
//! use audit_core::vocab::{ClaimedName, ObjectId};
//! use audit_core::{AuditEvent, AuditValue, Withheld};
//! use std::net::SocketAddr;
//!
//! /// Why a login was refused.
//! #[derive(AuditValue)]
//! pub enum LoginRefusal {
//!     BadPassword,
//!     UnknownUser,
//! }
//!
//! /// A login attempt was refused.
//! #[must_use]
//! #[derive(AuditEvent)]
//! #[audit(action = "login", category = "authentication", outcome = "denied")]
//! pub struct LoginFailed<'a> {
//!     #[audit(actor(user))]
//!     pub user: ClaimedName<'a>,
//!     #[audit(source(address))]
//!     pub from: SocketAddr,
//!     #[audit(object(id), object_type = "device")]
//!     pub device: ObjectId<'a>,
//!     #[audit(reason)]
//!     pub reason: LoginRefusal,
//!     #[audit(disclose = "counter of the login throttle; nothing the user typed", class = "internal")]
//!     pub attempt: u32,
//!     pub password: Withheld<&'a str>,
//! }
//!
//! let event = LoginFailed {
//!     user: ClaimedName::unknown("hunter2"), // somebody typed the password here
//!     from: "192.0.2.17:54321".parse()?,
//!     device: ObjectId::new("kvm-7")?,
//!     reason: LoginRefusal::UnknownUser,
//!     attempt: 3,
//!     password: Withheld::new("hunter2"),
//! };
//! // Nothing is silent: without a recorder the event is not accepted.
//! assert_eq!(event.emit(), Err(audit_core::EmitError::NoRecorder));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Libraries depend on this crate alone. A program installs a recorder once, as a rule the one of
//! `audit-writer`.
//!
//! # What is promised
//!
//! No unclassified field of an event reaches a record, in crates that `#![forbid(unsafe_code)]`:
//! the traits that could widen what may be recorded are `unsafe` to implement. Not promised: what a
//! program does with `println!`, and what its choice and order of events reveal.

#![cfg_attr(not(feature = "std"), no_std)]

// The traits and the schema: what an event is.
mod class;
mod escape;
mod event;
mod fingerprint;
mod mapping;
mod outcome;
pub mod schema;
mod shape;
mod stream;
mod two_phase;
mod value;

// The vocabulary: what may stand in one.
mod disclose;
mod no_text;
pub mod vocab;
mod withheld;

// What a program's events may do, and which they are.
mod catalog;
mod clash;
pub mod flow;
mod lock;
pub mod policy;
mod text_buffer;

// From event to record.
mod context;
mod declared;
mod decode;
mod encode;
#[cfg(feature = "std")]
mod example;
#[cfg(feature = "std")]
mod owned_context;
#[cfg(feature = "std")]
pub mod proxies;
mod pseudonym;
pub mod record;
mod wire;

// The facade: handing records over.
#[cfg(feature = "std")]
mod begun;
mod emit;
mod error;
#[cfg(feature = "std")]
mod pending;
pub mod recorder;
mod slot;

#[cfg(feature = "testing")]
pub mod testing;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[cfg(feature = "std")]
pub use crate::begun::{Begun, Operation};
pub use crate::catalog::Catalog;
pub use crate::class::Class;
pub use crate::context::{Actor, AsContext, Context, Source};
pub use crate::emit::Emission;
pub use crate::error::EmitError;
pub use crate::event::AuditEvent;
pub use crate::outcome::{Level, Outcome};
#[cfg(feature = "std")]
pub use crate::owned_context::OwnedContext;
#[cfg(feature = "std")]
pub use crate::pending::Pending;
pub use crate::recorder::{Receipt, Recorder};
pub use crate::slot::{recorder, set_recorder};
pub use crate::stream::Stream;
pub use crate::two_phase::{Awaited, TwoPhase};
pub use crate::value::{AuditReason, AuditValue};
pub use crate::withheld::{Withheld, Withholdable};

#[cfg(feature = "derive")]
pub use audit_derive::{AuditEvent, AuditValue};
