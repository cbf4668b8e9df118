//! From the emitting threads to the writer thread: one bounded queue, first in, first out.
//!
//! A record that fits a slot travels inside it; a larger one travels in a box. Slots and boxes each
//! take at most the configured capacity, so the channel never holds more than twice that; while the
//! writer cannot write it keeps as many slots again aside.
//!
//! Closing loses nothing: whoever holds an [`Entry`] is counted, and the writer's last look at the
//! queue comes after the last of them has left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use audit_core::{Completer, EmitError, EventRef, Pseudonyms, Record};
use crossbeam_channel::{
    Receiver as Queue, RecvTimeoutError, SendTimeoutError, Sender as QueueEnd, TrySendError,
};

use crate::clock::Stamp;

/// A record of at most so many bytes travels in a slot.
const SLOT_BYTES: usize = 192;

/// What the writer is asked to do.
#[expect(
    clippy::large_enum_variant,
    reason = "a record travels inside its slot, so that nothing is allocated for it"
)]
pub(crate) enum Message {
    /// Write this, and answer, where somebody waits, once it is durable.
    Write { at: Stamp, record: Carried, waiter: Option<Completer> },
    /// Make everything before this durable, and answer.
    Flush(Completer),
}

/// A record on its way.
pub(crate) enum Carried {
    InSlot(Record<[u8; SLOT_BYTES]>),
    /// The room that the box takes is given back with it.
    Boxed {
        record: Record<Box<[u8]>>,
        _room: Reserved,
    },
}

/// What both ends share.
#[derive(Debug)]
struct Gate {
    /// Threads that hold an [`Entry`].
    inside: AtomicUsize,
    closed: AtomicBool,
    /// Whether the writer cannot make anything durable, so that nobody should wait for it.
    faulty: AtomicBool,
    /// Bytes in boxes that are on their way, at most `boxed_max`.
    boxed: AtomicUsize,
    boxed_max: usize,
    /// The process that made the channel; a child that was forked off has no writer thread.
    pid: u32,
}

/// Bytes in a box, given back when the box is gone.
#[derive(Debug)]
pub(crate) struct Reserved {
    gate: Arc<Gate>,
    bytes: usize,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.gate.boxed.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// The emitting threads' end.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    queue: QueueEnd<Message>,
    gate: Arc<Gate>,
}

/// The writer thread's end.
pub(crate) struct Receiver {
    queue: Queue<Message>,
    stop: Queue<Stop>,
    gate: Arc<Gate>,
}

/// Tells the writer to stop: to drain, close and answer until `within` has passed.
pub(crate) struct Stop {
    pub(crate) within: Duration,
}

/// What the writer wakes up for.
#[expect(clippy::large_enum_variant, reason = "it lives for one turn of the loop")]
pub(crate) enum Wake {
    Message(Message),
    Stop(Stop),
    /// Nothing came in time.
    Timeout,
    /// Every sender is gone.
    Abandoned,
}

/// Both ends, and the one that stops the writer, for a queue of at most `capacity_bytes` of slots.
pub(crate) fn channel(capacity_bytes: usize) -> (Sender, Receiver, QueueEnd<Stop>) {
    let slots = (capacity_bytes / size_of::<Message>()).max(1);
    let (queue_end, queue) = crossbeam_channel::bounded(slots);
    let (stop_end, stop) = crossbeam_channel::bounded(1);
    let gate = Arc::new(Gate {
        inside: AtomicUsize::new(0),
        closed: AtomicBool::new(false),
        faulty: AtomicBool::new(false),
        boxed: AtomicUsize::new(0),
        boxed_max: capacity_bytes,
        pid: std::process::id(),
    });
    let sender = Sender { queue: queue_end, gate: Arc::clone(&gate) };
    (sender, Receiver { queue, stop, gate }, stop_end)
}

/// How an event is sent.
pub(crate) struct Dispatch {
    /// When it was emitted.
    pub(crate) at: Stamp,
    /// Who waits for it to be durable.
    pub(crate) waiter: Option<Completer>,
    /// How long it may wait for room.
    pub(crate) at_most: Duration,
}

/// A thread that may send. What it counts while it holds this, the writer's last look still sees.
pub(crate) struct Entry<'s>(&'s Sender);

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.0.gate.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Sender {
    /// Lets the calling thread in.
    ///
    /// # Errors
    ///
    /// `Closed` or `AfterFork`.
    pub(crate) fn enter(&self) -> Result<Entry<'_>, EmitError> {
        if std::process::id() != self.gate.pid {
            return Err(EmitError::AfterFork);
        }
        // Counted first and closed looked at second, so that the writer, which closes first and
        // counts second, either sees this thread or is seen by it.
        self.gate.inside.fetch_add(1, Ordering::SeqCst);
        let entry = Entry(self);
        match self.gate.closed.load(Ordering::SeqCst) {
            true => Err(EmitError::Closed),
            false => Ok(entry),
        }
    }

    /// Lets nobody in any more.
    pub(crate) fn close(&self) {
        self.gate.closed.store(true, Ordering::SeqCst);
    }
}

impl Entry<'_> {
    /// Encodes an event and queues it.
    ///
    /// # Errors
    ///
    /// `Full` or `TooLarge`, and with a waiter `NotDurable` while the writer cannot write; the
    /// event is not queued then.
    pub(crate) fn send(
        &self,
        event: EventRef<'_>,
        pseudonyms: &dyn Pseudonyms,
        dispatch: Dispatch,
    ) -> Result<(), EmitError> {
        let Dispatch { at, waiter, at_most } = dispatch;
        if waiter.is_some() {
            self.check_durable()?;
        }
        let (record, left) = self.carry(event, pseudonyms, at_most)?;
        self.queue(Message::Write { at, record, waiter }, left)
    }

    /// Queues a flush.
    ///
    /// # Errors
    ///
    /// `Full`; `NotDurable` while the writer cannot write.
    pub(crate) fn flush(&self, waiter: Completer, at_most: Duration) -> Result<(), EmitError> {
        self.check_durable()?;
        self.queue(Message::Flush(waiter), at_most)
    }

    fn check_durable(&self) -> Result<(), EmitError> {
        match self.0.gate.faulty.load(Ordering::Acquire) {
            true => Err(EmitError::NotDurable),
            false => Ok(()),
        }
    }

    /// The encoded event, and how much of the wait is left.
    fn carry(
        &self,
        event: EventRef<'_>,
        pseudonyms: &dyn Pseudonyms,
        at_most: Duration,
    ) -> Result<(Carried, Duration), EmitError> {
        let needed = match event.encode([0; SLOT_BYTES], Some(pseudonyms)) {
            Ok(record) => return Ok((Carried::InSlot(record), at_most)),
            Err(too_small) => too_small.needed,
        };
        let (room, left) = self.wait_for_room(needed, at_most)?;
        let buffer = vec![0; needed].into_boxed_slice();
        // A value that encodes differently the second time is a defect of its type.
        let record =
            event.encode(buffer, Some(pseudonyms)).map_err(|_too_small| EmitError::TooLarge)?;
        Ok((Carried::Boxed { record, _room: room }, left))
    }

    /// Room for a box, and how much of the wait is left. Boxes are rare, so whoever waits for room
    /// looks once a millisecond.
    fn wait_for_room(
        &self,
        bytes: usize,
        at_most: Duration,
    ) -> Result<(Reserved, Duration), EmitError> {
        const PAUSE: Duration = Duration::from_millis(1);
        if bytes > self.0.gate.boxed_max {
            return Err(EmitError::TooLarge);
        }
        let mut left = at_most;
        loop {
            if let Some(room) = self.reserve(bytes) {
                return Ok((room, left));
            }
            left = left.checked_sub(PAUSE).ok_or(EmitError::Full)?;
            std::thread::sleep(PAUSE);
        }
    }

    fn reserve(&self, bytes: usize) -> Option<Reserved> {
        let gate = &self.0.gate;
        let reserved = gate.boxed.fetch_update(Ordering::AcqRel, Ordering::Acquire, |boxed| {
            boxed.checked_add(bytes).filter(|total| *total <= gate.boxed_max)
        });
        reserved.is_ok().then(|| Reserved { gate: Arc::clone(gate), bytes })
    }

    fn queue(&self, message: Message, at_most: Duration) -> Result<(), EmitError> {
        let message = match self.0.queue.try_send(message) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Disconnected(_)) => return Err(EmitError::Closed),
            Err(TrySendError::Full(message)) => message,
        };
        if at_most.is_zero() {
            return Err(EmitError::Full);
        }
        self.0.queue.send_timeout(message, at_most).map_err(|error| match error {
            SendTimeoutError::Timeout(_) => EmitError::Full,
            SendTimeoutError::Disconnected(_) => EmitError::Closed,
        })
    }
}

impl Receiver {
    /// The next message, if there is one now.
    pub(crate) fn try_next(&self) -> Option<Message> {
        self.queue.try_recv().ok()
    }

    /// Whatever comes first, and at the latest after `at_most`.
    pub(crate) fn wait(&self, at_most: Duration) -> Wake {
        crossbeam_channel::select! {
            recv(self.stop) -> stop => match stop {
                Ok(stop) => Wake::Stop(stop),
                Err(_) => self.wait_abandoned(at_most),
            },
            recv(self.queue) -> message => match message {
                Ok(message) => Wake::Message(message),
                Err(_) => Wake::Abandoned,
            },
            default(at_most) => Wake::Timeout,
        }
    }

    /// As `wait`, deaf to messages: for a writer that cannot write.
    pub(crate) fn wait_for_stop(&self, at_most: Duration) -> Wake {
        match self.stop.recv_timeout(at_most) {
            Ok(stop) => Wake::Stop(stop),
            Err(RecvTimeoutError::Timeout) => Wake::Timeout,
            Err(RecvTimeoutError::Disconnected) => Wake::Abandoned,
        }
    }

    /// Nobody can stop this writer any more in order: its guard was forgotten. It goes on while
    /// there are senders.
    fn wait_abandoned(&self, at_most: Duration) -> Wake {
        match self.queue.recv_timeout(at_most) {
            Ok(message) => Wake::Message(message),
            Err(RecvTimeoutError::Timeout) => Wake::Timeout,
            Err(RecvTimeoutError::Disconnected) => Wake::Abandoned,
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

    /// Lets nobody in any more.
    pub(crate) fn close(&self) {
        self.gate.closed.store(true, Ordering::SeqCst);
    }

    /// Whether, after [`close`](Receiver::close), nothing can come any more.
    pub(crate) fn is_drained(&self) -> bool {
        self.gate.inside.load(Ordering::SeqCst) == 0 && self.queue.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_was_forked_off_is_told() {
        let (mut sender, _receiver, _stop) = channel(64 * 1024);
        assert!(sender.enter().is_ok());
        let other = Gate {
            inside: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            faulty: AtomicBool::new(false),
            boxed: AtomicUsize::new(0),
            boxed_max: 0,
            pid: std::process::id() + 1,
        };
        sender.gate = Arc::new(other);
        assert_eq!(sender.enter().err(), Some(EmitError::AfterFork));
    }

    #[test]
    fn a_box_s_room_is_given_back() {
        let (sender, _receiver, _stop) = channel(64 * 1024);
        let entry = sender.enter().unwrap();
        let room = entry.reserve(64 * 1024);
        assert!(room.is_some());
        assert!(entry.reserve(1).is_none());
        let wait = entry.wait_for_room(1, Duration::from_millis(3));
        assert_eq!(wait.err(), Some(EmitError::Full));
        drop(room);
        assert!(entry.reserve(1).is_some());
        let left = entry.wait_for_room(1, Duration::from_millis(3)).map(|(_, left)| left);
        assert_eq!(left.ok(), Some(Duration::from_millis(3)));
        let wait = entry.wait_for_room(64 * 1024 + 1, Duration::ZERO);
        assert_eq!(wait.err(), Some(EmitError::TooLarge));
    }

    #[test]
    fn who_is_inside_keeps_the_writer_from_ending() {
        let (sender, receiver, _stop) = channel(64 * 1024);
        let entry = sender.enter().unwrap();
        receiver.close();
        assert!(!receiver.is_drained());
        assert_eq!(sender.enter().err(), Some(EmitError::Closed));
        drop(entry);
        assert!(receiver.is_drained());
    }
}
