//! What a program says through [`tracing`], in the `application` stream of its audit log.
//!
//! ```
//! use audit_core::Stream;
//! use audit_tracing::ApplicationLayer;
//! use audit_writer::Writer;
//! use tracing_subscriber::layer::SubscriberExt as _;
//!
//! # let dir = tempfile::tempdir()?; let dir = dir.path().join("audit");
//! let log = Writer::builder(&dir).streams([Stream::Application]).install()?;
//! let layer = ApplicationLayer::new()
//!     .allow("kvm::net", "addresses of our own servers and counts; nothing that was typed");
//! let subscriber = tracing_subscriber::registry().with(layer);
//! tracing::subscriber::with_default(subscriber, || {
//!     tracing::info!(target: "kvm::net", attempt = 3, server = "ntp-1", "connected");
//!     tracing::info!(target: "kvm::keys", code = 30, key = "a", "pressed");
//! });
//! assert!(log.shutdown().is_complete());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is recorded
//!
//! A program logs more than it should: some log every key at `DEBUG`. So by default a line has what
//! cannot be typed: the event's target, level and callsite, the names of its fields and of the
//! spans around it, numbers and booleans. **Every text is withheld**, and that there was one is
//! recorded: fields of type `&str`, whatever is recorded by `Debug` or `Display`, errors, and the
//! message. A message may be a literal, but `tracing` hands it over as a value like any other, and
//! nothing tells it from one that was formatted. The callsite says which it is in the source:
//! `event src/net.rs:42`, or the name that the event was given
//! (`tracing::info!(name: "connected", …)`).
//!
//! Numbers are recorded, unless the name of their field suggests something typed, pasted or secret
//! (`otp`, `key_code`): fields are judged by their names as those of audit events are. A program that
//! logs key codes under other names tells what was typed: leave such a target out with
//! [`ApplicationLayer::without`].
//!
//! Texts of a target are recorded once it is [allowed](ApplicationLayer::allow), with a reason; and
//! only after that reason is itself a line of the log (`texts_allowed`).
//!
//! # What it costs and how it fails
//!
//! An event is recorded by [`Recorder::record`](audit_core::Recorder::record), on the thread that
//! it is logged on: it waits no longer than the writer's channel lets it, and what that does not
//! take is counted and told of by a gap line, as for every audit event. Texts and lists are
//! bounded, and what does not fit is counted. An event that is logged while one is being recorded,
//! by the `Debug` of a value for example, is counted as lost and not recorded; the writer's own
//! diagnostics (targets `audit`, `audit_core`, `audit_writer`) are neither. A `Debug` that panics is
//! recorded as `unreadable`.
//!
//! The layer hides nothing from other layers, and asks nothing of them. Who puts a filter in front
//! of all of them filters for it, too.

#![forbid(unsafe_code)]

mod busy;
mod events;
mod fields;
mod layer;
mod names;
mod rule;
mod shown;

pub use crate::events::EVENTS;
pub use crate::layer::ApplicationLayer;
pub use crate::shown::{ShowEvents, show_events};
