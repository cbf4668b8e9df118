//! What both ends of the channel share: who is let in, and what was counted.

use std::sync::{Arc, OnceLock};

use super::message::{BoxRoom, Message, Room};
use super::waiting::{Answer, WaitingLine};
use crate::fork::ForkMark;
use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use crate::sync::queue::{Sender as QueueEnd, TrySendError};
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
    /// Threads that found the queue full.
    pub(super) slots: WaitingLine<Parcel, ()>,
    pub(super) boxes: Arc<BoxRoom>,
    /// Threads that want so much room for a box.
    pub(super) rooms: WaitingLine<usize, Room>,
}

/// A message that waits for a slot, and the queue that it is for.
pub(super) struct Parcel {
    pub(super) message: Message,
    pub(super) queue: QueueEnd<Message>,
}

impl Gate {
    pub(super) fn new(boxes_bytes: usize) -> Gate {
        Gate {
            state: AtomicU8::new(OPEN),
            faulty: AtomicBool::new(false),
            fork: ForkMark::new(),
            flushes_queued: AtomicU64::new(0),
            flushes_taken: AtomicU64::new(0),
            left_behind: AtomicU64::new(0),
            writer: OnceLock::new(),
            slots: WaitingLine::new(),
            boxes: Arc::new(BoxRoom::new(boxes_bytes)),
            rooms: WaitingLine::new(),
        }
    }

    pub(super) fn state(&self) -> u8 {
        self.state.load(Ordering::SeqCst)
    }

    /// Lets no sender in any more.
    pub(super) fn close(&self) {
        self.state.fetch_max(CLOSED, Ordering::SeqCst);
    }

    /// Puts a message into the queue, and gives it back if that has no slot free.
    pub(super) fn queue(&self, parcel: Parcel) -> Answer<Parcel, ()> {
        let Parcel { message, queue } = parcel;
        let is_flush = matches!(message, Message::Flush(_));
        match queue.try_send(message) {
            Ok(()) => {
                // Counted last: taken for an event for a moment, and never an event for it.
                self.flushes_queued.fetch_add(u64::from(is_flush), Ordering::SeqCst);
                Answer::Granted(())
            }
            Err(TrySendError::Full(message) | TrySendError::Disconnected(message)) => {
                Answer::NotYet(Parcel { message, queue })
            }
        }
    }

    /// Room for a box of so many bytes; gives back their number if there is none.
    pub(super) fn give_room(&self, bytes: usize) -> Answer<usize, Room> {
        match BoxRoom::take(&self.boxes, bytes) {
            Some(room) => Answer::Granted(room),
            None => Answer::NotYet(bytes),
        }
    }
}
