//! Typed audit events, ready-made: for KVM over IP ([`kvm`]), hypervisors ([`hypervisor`]), API
//! runners ([`runner`]) and vaults ([`vault`]), each a feature, and what they share ([`common`]).
//!
//! They are events like those that a program declares itself with `#[derive(AuditEvent)]`, and it
//! may have both. What they record stands in `docs/events.md`, with a line of each.
//!
//! ```
//! use audit_core::vocab::{ClaimedName, Count};
//! use audit_core::{Context, EmitError, Source, Withheld};
//! use audit_events::kvm::{LoginFailed, LoginRefusal};
//!
//! # fn refuse(typed: &str, password: &str, from: std::net::SocketAddr) -> Result<(), EmitError> {
//! LoginFailed {
//!     user: ClaimedName::unknown(typed),
//!     reason: LoginRefusal::UnknownUser,
//!     attempt: Some(Count::new(1)),
//!     password: Some(Withheld::new(password)),
//! }
//! .within(&Context::of_nobody(Source::Address(from))).emit()
//! # }
//! # let from = ([192, 0, 2, 17], 54321).into();
//! # assert_eq!(refuse("hunter2", "", from), Err(EmitError::NoRecorder));
//! ```
//!
//! # What all of them keep to
//!
//! - Actor and source come with the caller's [`Context`](audit_core::Context), which can say too
//!   that one of them is not known, and why; but where the event itself knows them best, it has
//!   them: who was named at a login that failed is a `ClaimedName`.
//! - What can be refused or go wrong has an [`Outcome`](audit_core::Outcome) whose reason is a label
//!   of this crate. Whoever lacks a permission was denied: warn. What went wrong failed: error. No
//!   error's own text is recorded, for it may quote anything.
//! - No text is disclosed by word: the policy `NO_CONTENT` holds for all of them. Passwords, pasted
//!   texts, URLs, arguments, keys, codes and values of variables are `Withheld`: that there was one
//!   is recorded.
//! - A field's name has one type of JSON in all of them: sizes are numbers and end in `_bucket` where
//!   they are buckets, `old` and `new` are texts or labels, switches are called `enabled`.
//! - Names of events, actions and labels do not change. What is here may get further events,
//!   labels and fields.
//!
//! # What others call them
//!
//! Events are mapped to the Open Cybersecurity Schema Framework 1.8, the Elastic Common Schema 9
//! and Redfish's registry `AccountSecurity` 1.0, where these have something that fits. Where they
//! have not, an event says nothing: OCSF 1.8 has no class for power, for pasting or for firmware,
//! and `User Management`, which follows `Account Change`, comes with 1.9.

#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]

pub mod common;
#[cfg(feature = "hypervisor")]
pub mod hypervisor;
#[cfg(feature = "kvm")]
pub mod kvm;
#[cfg(feature = "runner")]
pub mod runner;
#[cfg(feature = "vault")]
pub mod vault;

#[cfg(all(feature = "kvm", feature = "hypervisor", feature = "runner", feature = "vault"))]
mod all;
#[cfg(all(feature = "kvm", feature = "hypervisor", feature = "runner", feature = "vault"))]
pub use all::EVENTS;
