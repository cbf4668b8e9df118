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
//! # Streams
//!
//! An event belongs to one of three streams, `audit` unless its declaration says `access` or
//! `application`. Each that [`Builder::streams`] names is a log of its own in the same directory,
//! with its own numbers, files, retention and keys; `audit` takes the events of the others.
//!
//! # File naming
//!
//! `audit.jsonl` is being written. A rotated segment carries the time in UTC and the number of its
//! first line: `audit-20261120T000000Z-000000000042.jsonl`. What a repair cuts off a torn segment
//! is kept in a file that ends in `.torn`, and what somebody else put in the active segment's place
//! in one that ends in `.foreign`. The process that writes holds a lock on the directory; the text of
//! `audit.lock` is its id. The files of other streams are called `access…` and `application…`. Other
//! names are never touched.
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
//! after a second, and then after up to eight times that, to begin a new one, into which the lines
//! that may be missing are written again, byte for byte. Meanwhile events wait in the channel, and then go the way that [`Overflow`] says. The
//! first new line tells of the fault. `emit` never waits longer than its bound. The same is done
//! where somebody else was at the active file: deleted, renamed, truncated or wrote to it.
//!
//! [`Writer::health`] says what can be done at present, and [`Builder::on_health`] tells of each
//! change. A program that gives up its privileges goes on in the segment that is open. The log is
//! written where its path leads: where its directory is deleted, moved or mounted over, that is noticed
//! within a second, and the writer goes on, as another run, in the directory that the path leads to
//! as soon as there is one. After `daemon(3)` the child opens the log anew.
//!
//! # Floods
//!
//! Repeats of what is denied or fails are counted instead of written beyond a rate, see [`Flood`],
//! so that nobody can wear out the disk or push other lines out of the log.
//!
//! # Not guaranteed
//!
//! Lines behind the last checkpoint, at most a minute of them, can be cut off and look like a crash;
//! what else evidence cannot show says `docs/evidence.md` in the repository. `docs/guarantees.md` has
//! the whole list of promises, with the test of each.
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
mod compression;
mod config;
mod flood;
mod jumps;
mod listed;
mod retention;
mod retry;
mod rotation;

// One file of the log.
mod segment;

// From the emitting threads to the files.
mod channel;
mod fork;
mod health;
mod identity;
mod loss;
mod per_stream;
mod pseudonym;
mod stats;
mod stream;
mod streams;
mod sync;
mod worker;
mod writer;

mod error;
pub mod keys;

pub use crate::compression::Compression;
pub use crate::config::{Durability, Evidence, Overflow};
pub use crate::error::Error;
pub use crate::flood::Flood;
pub use crate::health::Health;
pub use crate::identity::Identity;
pub use crate::retention::Retention;
pub use crate::rotation::Rotation;
pub use crate::stats::Stats;
pub use crate::writer::{Builder, ShutdownReport, Writer, flush_within, shutdown_within};
pub use audit_log::evidence::note::{NoteError, VerifierKey};
pub use audit_log::line::FORMAT_VERSION;

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
