//! For the tests of programs that declare events; feature `testing`, for dev-dependencies only.
//!
//! - [`MemoryRecorder`] keeps records where a test can look at them, and [`OneLine`] shows them.
//! - [`assert_no_leak`] puts a secret into an event and looks for it in all that comes out;
//!   [`find_canary`] looks for it in what a program wrote by other ways.
//! - [`assert_locked`] compares what the events record with a committed file.

mod diff;
mod leak;
mod lock;
mod names;
mod one_line;
mod outputs;
mod recorder;
mod spelling;

pub use leak::{assert_no_leak, find_canary};
pub use lock::assert_locked;
pub use one_line::OneLine;
pub use recorder::MemoryRecorder;
pub use spelling::CANARY;

#[cfg(test)]
mod leaky;
