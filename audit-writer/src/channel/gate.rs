//! What both ends of the channel share: who is let in, and what was counted.

use std::sync::OnceLock;

use crate::fork::ForkMark;
use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use crate::sync::thread::Thread;

/// Senders are let in.
pub(super) const OPEN: u8 = 0;
/// No sender is let in any more.
pub(super) const CLOSED: u8 = 1;
/// The writer took what was in the queue, and takes its last look.
pub(super) const DRAINED: u8 = 2;
/// The writer is gone.
pub(super) const GONE: u8 = 3;

/// What both ends share.
#[derive(Debug)]
pub(super) struct Gate {
    /// `OPEN`, then `CLOSED`, `DRAINED` and `GONE`.
    pub(super) state: AtomicU8,
    /// Whether the writer cannot make anything durable, so that no caller should wait for it.
    pub(super) faulty: AtomicBool,
    pub(super) fork: ForkMark,
    /// Flushes that were queued, which are no events; each is counted after it is in the queue.
    pub(super) flushes_queued: AtomicU64,
    /// Flushes that left the queue; each is counted after it is out of it.
    pub(super) flushes_taken: AtomicU64,
    /// Events that the writer found in the queue when it went, and did not write.
    pub(super) left_behind: AtomicU64,
    /// The writer's thread, once it runs: senders wake it.
    pub(super) writer: OnceLock<Thread>,
}

impl Gate {
    pub(super) fn new() -> Gate {
        Gate {
            state: AtomicU8::new(OPEN),
            faulty: AtomicBool::new(false),
            fork: ForkMark::new(),
            flushes_queued: AtomicU64::new(0),
            flushes_taken: AtomicU64::new(0),
            left_behind: AtomicU64::new(0),
            writer: OnceLock::new(),
        }
    }

    pub(super) fn state(&self) -> u8 {
        self.state.load(Ordering::SeqCst)
    }

    /// Lets no sender in any more.
    pub(super) fn close(&self) {
        self.state.fetch_max(CLOSED, Ordering::SeqCst);
    }
}
