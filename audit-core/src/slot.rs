//! The place of the program's one recorder. The only `unsafe` code that is not a trait's
//! implementation.
#![expect(
    unsafe_code,
    reason = "a write-once slot for a wide pointer, without std and without a lock"
)]

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use crate::{EmitError, Recorder};

/// Nothing has been stored yet.
const EMPTY: u8 = 0;
/// One thread is storing; nobody reads.
const STORING: u8 = 1;
/// The recorder is there and never changes again.
const STORED: u8 = 2;

struct Slot {
    state: AtomicU8,
    /// Written once, between `STORING` and `STORED`, by the one thread that moved the state to
    /// `STORING`; read only after `STORED` was seen.
    recorder: UnsafeCell<Option<&'static dyn Recorder>>,
}

// SAFETY: the states order the one write before every read, see `Slot::recorder`; what is shared is
// a reference to a `Recorder`, which is `Sync`.
unsafe impl Sync for Slot {}

static SLOT: Slot = Slot { state: AtomicU8::new(EMPTY), recorder: UnsafeCell::new(None) };

/// Events that `emit_or_count` could hand to nobody.
static UNRECORDED: AtomicUsize = AtomicUsize::new(0);

/// Makes `recorder` the one that every `emit` hands its event to. It can be set once in the life of
/// a program.
///
/// # Errors
///
/// [`SetRecorderError`] if one is set already; that one stays.
pub fn set_recorder(recorder: &'static dyn Recorder) -> Result<(), SetRecorderError> {
    SLOT.state
        .compare_exchange(EMPTY, STORING, Ordering::Acquire, Ordering::Relaxed)
        .map_err(|_state| SetRecorderError(()))?;
    // SAFETY: only this thread moved the state from `EMPTY` to `STORING`, and nobody reads before
    // `STORED`.
    unsafe { *SLOT.recorder.get() = Some(recorder) };
    SLOT.state.store(STORED, Ordering::Release);
    Ok(())
}

/// The recorder, if one is set.
pub fn recorder() -> Option<&'static dyn Recorder> {
    if SLOT.state.load(Ordering::Acquire) != STORED {
        return None;
    }
    // SAFETY: `STORED` was seen, so the write happened before and none follows.
    unsafe { *SLOT.recorder.get() }
}

/// Takes the number of events that `emit_or_count` could hand to nobody, for a recorder to put it
/// into the log.
pub fn take_unrecorded() -> usize {
    UNRECORDED.swap(0, Ordering::AcqRel)
}

pub(crate) fn count_unrecorded() {
    // A count that stands at its maximum stays there.
    let _full =
        UNRECORDED.try_update(Ordering::AcqRel, Ordering::Acquire, |count| count.checked_add(1));
}

pub(crate) fn recorder_or_error() -> Result<&'static dyn Recorder, EmitError> {
    recorder().ok_or(EmitError::NoRecorder)
}

/// A recorder is set already.
#[derive(Debug)]
pub struct SetRecorderError(());

impl core::fmt::Display for SetRecorderError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("an audit recorder is set already, and can be set only once")
    }
}

impl core::error::Error for SetRecorderError {}
