//! The writer thread's end of the channel.

use std::sync::Arc;
use std::time::Duration;

use super::Stop;
use super::gate::{DRAINED, GONE, Gate};
use super::idle::PollInterval;
use super::message::Message;
use super::waiting::Wake;
use crate::sync::atomic::Ordering;
use crate::sync::queue::{Receiver as Queue, RecvTimeoutError, TryRecvError};
use crate::sync::thread;

/// The writer thread's end.
pub(crate) struct Receiver {
    queue: Queue<Message>,
    stop: Queue<Stop>,
    pub(super) gate: Arc<Gate>,
    interval: PollInterval,
    /// How many messages were taken since the writer looked whether threads wait for room.
    taken_since_look: usize,
    /// Whether the last look found the queue empty. What comes later was refused.
    is_empty_for_good: bool,
}

/// What the writer finds in the queue.
pub(crate) enum Next {
    Message(Message),
    Empty,
    /// Nothing, and every sender is gone.
    Abandoned,
}

impl Receiver {
    pub(super) fn new(queue: Queue<Message>, stop: Queue<Stop>, gate: Arc<Gate>) -> Receiver {
        Receiver {
            queue,
            stop,
            gate,
            interval: PollInterval::new(),
            taken_since_look: 0,
            is_empty_for_good: false,
        }
    }

    /// Says that the calling thread is the writer, whom senders wake.
    pub(crate) fn attend(&self) {
        // A second call would be from the same thread.
        let _attended_before = self.gate.writer.set(thread::current());
    }

    /// The next message, if there is one now; and where the queue has room for them again, the
    /// threads that wait for it are let in.
    pub(crate) fn try_next(&mut self) -> Next {
        match self.queue.try_recv() {
            Ok(message) => {
                self.taken_since_look += 1;
                if self.taken_since_look > self.capacity() / 8 {
                    self.look_at_waiting(Wake::Some);
                }
                self.took(message)
            }
            Err(TryRecvError::Empty) if self.look_at_waiting(Wake::All) => {
                self.queue.try_recv().map_or(Next::Empty, |message| self.took(message))
            }
            Err(TryRecvError::Empty) => Next::Empty,
            Err(TryRecvError::Disconnected) => Next::Abandoned,
        }
    }

    fn took(&mut self, message: Message) -> Next {
        self.interval.shorten();
        if matches!(message, Message::Flush(_)) {
            self.gate.flushes_taken.fetch_add(1, Ordering::SeqCst);
        }
        Next::Message(message)
    }

    /// Lets threads in that wait for room, if there is so much that it is worth waking them. Says
    /// whether any waited for the queue.
    fn look_at_waiting(&mut self, wake: Wake) -> bool {
        self.taken_since_look = 0;
        let Gate { slots, rooms, boxes, .. } = self.gate.as_ref();
        if rooms.is_waited() {
            match rooms.is_urgent() || boxes.has_much_room() || wake == Wake::All {
                true => rooms.grant(|bytes| self.gate.give_room(bytes), wake),
                false => rooms.wake_some(),
            }
        }
        let is_waited = slots.is_waited();
        if is_waited {
            match slots.is_urgent() || self.has_much_room(slots.waiting()) {
                true => slots.grant(|parcel| self.gate.queue(parcel), wake),
                false => slots.wake_some(),
            }
        }
        is_waited
    }

    /// Whether the queue has so much room that each of so many threads, when it is woken, finds a fifth
    /// of it; or three quarters of it in all. So one wake-up is for many events, and the fewer threads
    /// there are to fill the queue again, the more is left for the writer to do until they do.
    fn has_much_room(&self, waiting: u64) -> bool {
        let (capacity, taken) = (self.capacity(), self.queue.len());
        let wanted = usize::try_from(waiting).unwrap_or(capacity).saturating_mul(capacity / 5);
        capacity.saturating_sub(taken) >= wanted.min(capacity / 4 * 3).max(1)
    }

    /// Parks until the next look is due, and not longer than `at_most`. Waking the writer ends
    /// that; if it was woken since the last time it does not park.
    pub(crate) fn park(&mut self, at_most: Duration) {
        thread::park_timeout(self.interval.next().min(at_most));
    }

    /// The order to stop, if it was given.
    pub(crate) fn stop(&self) -> Option<Stop> {
        self.stop.try_recv().ok()
    }

    /// Waits for the order to stop, deaf to messages: for a writer that cannot write.
    pub(crate) fn wait_for_stop(&self, at_most: Duration) -> Option<Stop> {
        match self.stop.recv_timeout(at_most) {
            Ok(stop) => Some(stop),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                thread::sleep(at_most);
                None
            }
        }
    }

    /// Says whether the writer cannot make anything durable for now.
    pub(crate) fn set_faulty(&self, faulty: bool) {
        self.gate.faulty.store(faulty, Ordering::Release);
    }

    /// How many messages fit into the queue.
    pub(crate) fn capacity(&self) -> usize {
        self.queue.capacity().unwrap_or(0)
    }

    /// Lets no sender in any more.
    pub(crate) fn close(&self) {
        self.gate.close();
    }

    /// Ends the channel: what the writer finds in it afterwards is all that was accepted.
    pub(crate) fn begin_last_look(&self) {
        self.gate.state.store(DRAINED, Ordering::SeqCst);
    }

    /// Whether the queue is empty, and no thread waits for a slot of it. Where that is so after the
    /// end, that was the last look: what comes later is refused to its sender, and counts for
    /// nothing.
    pub(crate) fn is_empty(&mut self) -> bool {
        let grant = |parcel| self.gate.queue(parcel);
        if self.gate.state() == DRAINED {
            self.is_empty_for_good |= self.gate.slots.close_if(grant, || self.queue.is_empty());
        } else if self.gate.slots.is_waited() {
            self.gate.slots.grant(grant, Wake::All);
        }
        self.is_empty_for_good || self.queue.is_empty()
    }

    /// How many events wait in the queue.
    pub(crate) fn waiting(&self) -> u64 {
        if self.is_empty_for_good {
            return 0;
        }
        let flushes_queued = self.gate.flushes_queued.load(Ordering::SeqCst);
        let messages = self.queue.len() as u64 + self.gate.flushes_taken.load(Ordering::SeqCst);
        messages.saturating_sub(flushes_queued)
    }

    /// Goes away for good: waiters of what is still in the queue are answered, and it stays
    /// counted.
    pub(crate) fn leave(&mut self) {
        if self.gate.state() == GONE {
            return;
        }
        self.begin_last_look();
        let gate = Arc::clone(&self.gate);
        gate.slots.close();
        gate.rooms.close();
        loop {
            // Counted before it leaves the queue, as the writer does with what it takes: a flush
            // too, until it counts as taken.
            gate.left_behind.fetch_add(1, Ordering::SeqCst);
            let next = self.try_next();
            let is_event = matches!(next, Next::Message(Message::Write { .. }));
            if !is_event || self.is_empty_for_good {
                gate.left_behind.fetch_sub(1, Ordering::SeqCst);
            }
            if !matches!(next, Next::Message(_)) {
                break;
            }
        }
        gate.state.store(GONE, Ordering::SeqCst);
    }
}

/// A writer thread that ends by a panic leaves too: senders are refused, and waiters are answered.
impl Drop for Receiver {
    fn drop(&mut self) {
        self.leave();
    }
}
