//! The background writer of [`audit_core`]: rotated JSON lines on disk.
//!
//! ```
//! # let dir = tempfile::tempdir()?; let dir = dir.path().join("audit");
//! use audit_writer::{Durability, Rotation, Writer};
//!
//! let log = Writer::builder(&dir)
//!     .rotation(Rotation { daily: true, segment_bytes: 1024 * 1024 })
//!     .durability(Durability::EveryBatch)
//!     .install()?;
//! // Every event's `emit` reaches the log from now on.
//! let report = log.shutdown();
//! assert!(report.is_complete(), "{report}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # File naming
//!
//! `audit.jsonl` is being written. A rotated segment carries the time in UTC and the number of its
//! first line: `audit-20261120T000000Z-000000000042.jsonl`. What a repair cuts off a torn segment
//! is kept in a file that ends in `.torn`. `audit.lock` is held by the process that writes; its
//! text is that process's id. Other names are never touched.
//!
//! # When files roll
//!
//! Daily in UTC and by size, see [`Rotation`]; after a fault too, because of the old segment nobody
//! knows what is on the disk. How long they are kept says [`Retention`]; what goes is announced in
//! a line before it goes.
//!
//! # Durability
//!
//! `emit` returns when the record is in the writer's channel: the end of the process at that moment
//! loses it. `emit_durable` returns when the line is on stable storage. In between, [`Durability`]
//! says when lines are synced.
//!
//! # Handling faults
//!
//! After a failed write or sync the segment is given up, never synced again, and the writer tries
//! every second to begin a new one. Meanwhile events wait in the channel, and then go the way that
//! [`Overflow`] says. The first line that can be written again tells of the fault, the second of
//! what was lost. `emit` never waits longer than its bound.
//!
//! # Not guaranteed
//!
//! Nothing proves yet that nobody edited the files: there is no evidence chain in this version.
//! Lines that were written and not synced when a sync failed are reported by the number they begin
//! at, and not written again.
//!
//! # Troubleshooting
//!
//! The writer tells of its own faults through `tracing`, target `audit_writer`, and never of
//! events' content.

// The world, handed in.
pub mod clock;
pub mod storage;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

// Pure decisions and settings.
mod config;
mod retention;
mod rotation;

// The file format, written and read, and what it can hold.
pub mod catalog;
mod line;
pub mod reader;
mod segment;

// From the emitting threads to the files.
mod channel;
mod fork;
mod loss;
mod pseudonym;
mod stats;
mod stream;
mod worker;
mod writer;

mod error;

pub use crate::config::{Durability, Overflow};
pub use crate::error::{Error, NotOurs};
pub use crate::line::FORMAT_VERSION;
pub use crate::retention::Retention;
pub use crate::rotation::Rotation;
pub use crate::stats::Stats;
pub use crate::writer::{Builder, ShutdownReport, Writer};

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
