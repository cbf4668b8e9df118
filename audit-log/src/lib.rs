//! What an audit log is on disk: its lines, its files and its evidence, spelled, read and verified.
//!
//! Readers of a log need this crate and not the writer's: it holds no secret key, draws no
//! randomness, starts no thread but scoped ones, and opens no file to write to it.
//!
//! ```no_run
//! use audit_log::Log;
//!
//! for (position, line) in Log::open("/var/log/audit")?.lines()? {
//!     match line {
//!         Ok(line) => println!("{} {} {}", line.seq, line.time, line.kind),
//!         Err(error) => println!("{}:{}: {error}", position.segment, position.line),
//!     }
//! }
//! # Ok::<(), audit_log::Error>(())
//! ```
//!
//! `docs/format.md` in the repository defines the format to the byte, `docs/evidence.md` says what
//! the evidence shows and what it cannot show.

#![forbid(unsafe_code)]

// The world, handed in.
pub mod storage;

// The format. What the writer spells with is public for it alone, and may change at any time.
#[doc(hidden)]
pub mod line;
#[doc(hidden)]
pub mod name;
#[doc(hidden)]
pub mod time;

// Reading it, and what it can hold.
pub mod catalog;
pub mod reader;

// What shows that nobody edited it.
#[doc(hidden)]
pub mod evidence;
pub mod verify;

mod error;
mod log;
mod shown;
#[cfg(feature = "testing")]
pub mod testing;

pub use crate::error::{Error, NotOurs};
pub use crate::evidence::note::{NoteError, VerifierKey};
pub use crate::line::{CANDIDATES_MAX, FORMAT_VERSION, Imported, Joined};
pub use crate::log::Log;
#[doc(hidden)]
pub use crate::shown::Shown;
