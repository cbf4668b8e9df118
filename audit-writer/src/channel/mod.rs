//! From the emitting threads to the writer thread: one bounded queue, first in, first out.
//!
//! A record that fits a slot travels inside it; a larger one travels in a box. Slots and boxes each
//! take at most the configured capacity, so the channel never holds more than twice that; while the
//! writer cannot write it keeps as many slots again aside.
//!
//! In the common case an emitting thread takes no lock, allocates nothing and calls nothing of the
//! system: it reads the clock, encodes the event, and takes its place in the queue by one atomic
//! exchange. That exchange also gives the events of all threads their one order.
//!
//! Closing loses nothing, and costs a sender two loads. First nobody is let in any more; then the
//! writer takes what is there, and ends the channel. A sender that was let in takes its place in
//! the queue and then looks whether the channel has ended; the writer ends it and then looks for
//! what is in the queue. All four are sequentially consistent (the queue's exchange of its tail is,
//! in crossbeam-channel), so one of the two sees the other: an event that the writer's last look
//! missed was refused to its sender, with [`EmitError::Closed`].

mod message;
// Two conditions and not one of both, which clippy does not take for tests.
#[cfg(test)]
#[cfg(shuttle)]
mod models;
mod naps;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use audit_core::{Completer, EmitError, EventRef, Record};

use self::message::{BoxRoom, Import, Room, SLOT_BYTES};
use self::naps::{Naps, is_burst};
use crate::clock::Clock;
use crate::fork::ForkMark;
use crate::pseudonym::KeyedHash;
use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use crate::sync::queue::{
    Receiver as Queue, RecvTimeoutError, Sender as QueueEnd, TryRecvError, TrySendError, bounded,
};
use crate::sync::thread::{self, Thread};

pub(crate) use self::message::{Carried, Message};

/// How often a thread that waits for room looks whether there is some.
const LOOK_EVERY: Duration = Duration::from_micros(500);

/// Senders are let in.
const OPEN: u8 = 0;
/// Nobody is let in any more.
const CLOSED: u8 = 1;
/// The writer takes its last look.
const ENDED: u8 = 2;
/// The writer is gone.
const LEFT: u8 = 3;

/// What both ends share.
#[derive(Debug)]
struct Gate {
    /// `OPEN`, then `CLOSED`, `ENDED` and `LEFT`.
    state: AtomicU8,
    /// Whether the writer cannot make anything durable, so that nobody should wait for it.
    faulty: AtomicBool,
    fork: ForkMark,
    /// Flushes that were queued, which are no events; each is counted after it is in the queue.
    flushes_queued: AtomicU64,
    /// Flushes that left the queue; each is counted after it is out of it.
    flushes_taken: AtomicU64,
    /// Events that the writer found in the queue when it went, and did not write.
    left_behind: AtomicU64,
    /// Who is to be woken, once there is somebody.
    writer: OnceLock<Thread>,
}

/// The emitting threads' end.
#[derive(Clone)]
pub(crate) struct Sender {
    queue: QueueEnd<Message>,
    gate: Arc<Gate>,
    boxes: Arc<BoxRoom>,
    clock: Arc<dyn Clock>,
    pseudonyms: Arc<KeyedHash>,
}

/// The writer thread's end.
pub(crate) struct Receiver {
    queue: Queue<Message>,
    stop: Queue<Stop>,
    gate: Arc<Gate>,
    naps: Naps,
    /// Whether the queue was empty after the channel had ended. What comes later was refused.
    is_drained: bool,
}

/// Tells the writer to stop: to drain, close and answer until `within` has passed.
pub(crate) struct Stop {
    pub(crate) within: Duration,
}

/// What the writer finds in the queue.
pub(crate) enum Next {
    Message(Message),
    Empty,
    /// Nothing, and every sender is gone.
    Abandoned,
}

/// An event in a box, and the room that it takes.
type Encoded = (Record<Box<[u8]>>, Room);

/// What every event of a channel is sent with.
pub(crate) struct Ends {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pseudonyms: Arc<KeyedHash>,
}

/// Both ends, and the one that stops the writer, for a queue of at most `capacity_bytes` of slots.
pub(crate) fn channel(capacity_bytes: usize, ends: Ends) -> (Sender, Receiver, QueueEnd<Stop>) {
    let slot_bytes = size_of::<Message>() + size_of::<usize>();
    let (queue_end, queue) = bounded((capacity_bytes / slot_bytes).max(1));
    let (stop_end, stop) = bounded(1);
    let gate = Arc::new(Gate {
        state: AtomicU8::new(OPEN),
        faulty: AtomicBool::new(false),
        fork: ForkMark::new(),
        flushes_queued: AtomicU64::new(0),
        flushes_taken: AtomicU64::new(0),
        left_behind: AtomicU64::new(0),
        writer: OnceLock::new(),
    });
    let Ends { clock, pseudonyms } = ends;
    let boxes = Arc::new(BoxRoom::new(capacity_bytes));
    let sender = Sender { queue: queue_end, gate: Arc::clone(&gate), boxes, clock, pseudonyms };
    (sender, Receiver { queue, stop, gate, naps: Naps::new(), is_drained: false }, stop_end)
}

impl Gate {
    fn state(&self) -> u8 {
        self.state.load(Ordering::SeqCst)
    }
}

impl Sender {
    /// Encodes an event and queues it, waiting for room for at most so long.
    ///
    /// # Errors
    ///
    /// `Closed`, `AfterFork`, `Full` or `TooLarge`, and with a waiter `NotDurable` while the writer
    /// cannot write; the event is not queued then. Only one that was let in before the channel was
    /// closed and comes just before the writer's last look may be written, and refused all the same.
    pub(crate) fn send(
        &self,
        event: EventRef<'_>,
        waiter: Option<Completer>,
        at_most: Duration,
    ) -> Result<(), EmitError> {
        self.check_open()?;
        let is_awaited = waiter.is_some();
        if is_awaited {
            self.check_durable()?;
        }
        let at_ns = self.clock.up_ns();
        // Spelled out, so that the record is moved no more often than it must be.
        let tried = match event.encode([0; SLOT_BYTES], Some(self.pseudonyms.as_ref())) {
            Ok(record) => {
                let record = Carried::InSlot(record);
                self.queue.try_send(Message::Write { at_ns, record, waiter })
            }
            Err(too_small) => {
                let record = self.carry_boxed(event, too_small.needed, at_most)?;
                self.queue.try_send(Message::Write { at_ns, record, waiter })
            }
        };
        if let Err(refused) = tried {
            self.queue_in_time(refused, at_ns, at_most)?;
        }
        if is_awaited || is_burst(at_ns, self.queue.capacity().unwrap_or(0) / 4) {
            self.wake();
        }
        self.check_not_ended()
    }

    /// Encodes an event that another log told of and queues it, waiting for room for at most so
    /// long.
    ///
    /// # Errors
    ///
    /// As for [`send`](Sender::send).
    pub(crate) fn import(
        &self,
        event: EventRef<'_>,
        told: Box<[u8]>,
        at_most: Duration,
    ) -> Result<(), EmitError> {
        self.check_open()?;
        let at_ns = self.clock.up_ns();
        let needed = match event.encode([0; 0], Some(self.pseudonyms.as_ref())) {
            Ok(_) => 0,
            Err(too_small) => too_small.needed,
        };
        let (record, room) = self.encode_boxed(event, needed, told.len(), at_most)?;
        let record = Carried::Imported(Box::new(Import::new(record, told, room)));
        let tried = self.queue.try_send(Message::Write { at_ns, record, waiter: None });
        tried.or_else(|refused| self.queue_in_time(refused, at_ns, at_most))?;
        self.check_not_ended()
    }

    /// Queues a flush.
    ///
    /// # Errors
    ///
    /// `Closed`, `AfterFork`, `Full`; `NotDurable` while the writer cannot write.
    pub(crate) fn flush(&self, waiter: Completer, at_most: Duration) -> Result<(), EmitError> {
        self.check_open()?;
        self.check_durable()?;
        let from_ns = self.clock.up_ns();
        let tried = self.queue.try_send(Message::Flush(waiter));
        tried.or_else(|refused| self.queue_in_time(refused, from_ns, at_most))?;
        // Counted last: taken for an event for a moment, and never an event for it.
        self.gate.flushes_queued.fetch_add(1, Ordering::SeqCst);
        self.wake();
        self.check_not_ended()
    }

    /// How many events were let in: those that wait in the queue, those that were left in it when
    /// the writer ended, and those that it took, which `taken` counts one too many before it takes
    /// any message. Too high while messages are on their way, and never too low: each of these is
    /// read before what a message is counted in next.
    pub(crate) fn let_in(&self, taken: &AtomicU64) -> u64 {
        let flushes_queued = self.gate.flushes_queued.load(Ordering::SeqCst);
        let messages = self.queue.len() as u64;
        let gone = || {
            let left_behind = self.gate.left_behind.load(Ordering::SeqCst);
            left_behind + taken.load(Ordering::SeqCst)
        };
        let all = messages + gone() + self.gate.flushes_taken.load(Ordering::SeqCst);
        match self.gate.state() {
            // What is or was in the queue came too late, and was refused to its sender. Asked last:
            // the queue may have gone after any of the looks above.
            LEFT => gone(),
            _ => all.saturating_sub(flushes_queued),
        }
    }

    /// Whether this is a forked child of the process that has the writer.
    pub(crate) fn is_in_child(&self) -> bool {
        self.gate.fork.is_in_child()
    }

    /// Lets nobody in any more.
    pub(crate) fn close(&self) {
        self.gate.state.fetch_max(CLOSED, Ordering::SeqCst);
    }

    /// Ends the writer's nap.
    pub(crate) fn wake(&self) {
        if let Some(writer) = self.gate.writer.get() {
            writer.unpark();
        }
    }

    /// # Errors
    ///
    /// `AfterFork` or `Closed`.
    fn check_open(&self) -> Result<(), EmitError> {
        match self.is_in_child() {
            true => Err(EmitError::AfterFork),
            false if self.gate.state() == OPEN => Ok(()),
            false => Err(EmitError::Closed),
        }
    }

    /// Asked after something was done, says whether the writer's last look is sure to find it.
    ///
    /// # Errors
    ///
    /// `Closed`.
    pub(crate) fn check_not_ended(&self) -> Result<(), EmitError> {
        match self.gate.state() {
            ENDED | LEFT => Err(EmitError::Closed),
            _ => Ok(()),
        }
    }

    fn check_durable(&self) -> Result<(), EmitError> {
        match self.gate.faulty.load(Ordering::Acquire) {
            true => Err(EmitError::NotDurable),
            false => Ok(()),
        }
    }

    /// The event, encoded into a box.
    ///
    /// # Errors
    ///
    /// `Full` or `TooLarge`.
    #[cold]
    fn carry_boxed(
        &self,
        event: EventRef<'_>,
        needed: usize,
        at_most: Duration,
    ) -> Result<Carried, EmitError> {
        let (record, room) = self.encode_boxed(event, needed, 0, at_most)?;
        Ok(Carried::Boxed { record, _room: room })
    }

    /// The event, encoded into a box, with room for that and so many bytes beside it.
    ///
    /// # Errors
    ///
    /// `Full` or `TooLarge`.
    fn encode_boxed(
        &self,
        event: EventRef<'_>,
        needed: usize,
        beside: usize,
        at_most: Duration,
    ) -> Result<Encoded, EmitError> {
        let bytes = needed + beside;
        if !self.boxes.could_take(bytes) {
            return Err(EmitError::TooLarge);
        }
        let room: Room =
            self.wait_until(self.clock.up_ns(), at_most, || BoxRoom::take(&self.boxes, bytes))?;
        let buffer = vec![0; needed].into_boxed_slice();
        // A value that encodes differently the second time is a defect of its type.
        let record = event
            .encode(buffer, Some(self.pseudonyms.as_ref()))
            .map_err(|_too_small| EmitError::TooLarge)?;
        Ok((record, room))
    }

    /// Queues what the queue refused, if that becomes possible in time.
    ///
    /// # Errors
    ///
    /// `Full` or `Closed`.
    #[cold]
    fn queue_in_time(
        &self,
        refused: TrySendError<Message>,
        from_ns: u64,
        at_most: Duration,
    ) -> Result<(), EmitError> {
        let mut refused = Some(refused);
        self.wait_until(from_ns, at_most, || match refused.take()? {
            TrySendError::Disconnected(_) => Some(Err(EmitError::Closed)),
            TrySendError::Full(message) => {
                refused = self.queue.try_send(message).err();
                refused.is_none().then_some(Ok(()))
            }
        })?
    }

    /// Wakes the writer, because something is full, and looks until there is what is waited for.
    ///
    /// # Errors
    ///
    /// `Full` when so much time has passed since `from_ns`; also when so much of it was slept, for
    /// a clock that stands still.
    fn wait_until<T>(
        &self,
        from_ns: u64,
        at_most: Duration,
        mut look: impl FnMut() -> Option<T>,
    ) -> Result<T, EmitError> {
        let mut slept = Duration::ZERO;
        loop {
            if let Some(found) = look() {
                return Ok(found);
            }
            self.wake();
            let passed = Duration::from_nanos(self.clock.up_ns().saturating_sub(from_ns));
            let left = at_most.saturating_sub(passed.max(slept));
            if left.is_zero() {
                return Err(EmitError::Full);
            }
            let pause = left.min(LOOK_EVERY);
            thread::sleep(pause);
            slept += pause;
        }
    }
}

impl Receiver {
    /// Says that the calling thread is the writer, whom senders wake.
    pub(crate) fn attend(&self) {
        // A second call would be from the same thread.
        let _attended_before = self.gate.writer.set(thread::current());
    }

    /// The next message, if there is one now.
    pub(crate) fn try_next(&mut self) -> Next {
        match self.queue.try_recv() {
            Ok(message) => {
                self.naps.shorten();
                if matches!(message, Message::Flush(_)) {
                    self.gate.flushes_taken.fetch_add(1, Ordering::SeqCst);
                }
                Next::Message(message)
            }
            Err(TryRecvError::Empty) => Next::Empty,
            Err(TryRecvError::Disconnected) => Next::Abandoned,
        }
    }

    /// Naps, and not longer than `at_most`. Waking the writer ends its nap; if it was woken since
    /// the last one it takes none.
    pub(crate) fn nap(&mut self, at_most: Duration) {
        thread::park_timeout(self.naps.next().min(at_most));
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

    /// Lets nobody in any more.
    pub(crate) fn close(&self) {
        self.gate.state.fetch_max(CLOSED, Ordering::SeqCst);
    }

    /// Ends the channel: what the writer finds in it afterwards is all that was accepted.
    pub(crate) fn end(&self) {
        self.gate.state.store(ENDED, Ordering::SeqCst);
    }

    /// Whether the queue is empty. Where it is after the end, that was the last look: what comes
    /// later was refused to its sender, and counts for nothing.
    pub(crate) fn is_empty(&mut self) -> bool {
        let is_empty = self.queue.is_empty();
        self.is_drained |= is_empty && self.gate.state() == ENDED;
        is_empty || self.is_drained
    }

    /// How many events wait in the queue.
    pub(crate) fn waiting(&self) -> u64 {
        if self.is_drained {
            return 0;
        }
        let flushes_queued = self.gate.flushes_queued.load(Ordering::SeqCst);
        let messages = self.queue.len() as u64 + self.gate.flushes_taken.load(Ordering::SeqCst);
        messages.saturating_sub(flushes_queued)
    }

    /// Goes away for good: who waits for what is still in the queue is answered, and it stays
    /// counted.
    pub(crate) fn leave(&mut self) {
        if self.gate.state() == LEFT {
            return;
        }
        self.end();
        let gate = Arc::clone(&self.gate);
        loop {
            // Counted before it leaves the queue, as the writer does with what it takes: a flush
            // too, until it counts as taken.
            gate.left_behind.fetch_add(1, Ordering::SeqCst);
            let next = self.try_next();
            let is_event = matches!(next, Next::Message(Message::Write { .. }));
            if !is_event || self.is_drained {
                gate.left_behind.fetch_sub(1, Ordering::SeqCst);
            }
            if !matches!(next, Next::Message(_)) {
                break;
            }
        }
        gate.state.store(LEFT, Ordering::SeqCst);
    }
}

/// A writer thread that ends by a panic leaves too: senders are refused, and who waits is answered.
impl Drop for Receiver {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use audit_core::{AuditEvent, pending};

    use super::*;
    use crate::clock::Stamp;

    static NONE_TAKEN: AtomicU64 = AtomicU64::new(0);

    /// It rang.
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action = "ring", category = "door", outcome = "success")]
    #[audit(none(actor = "a", source = "b", object = "c"))]
    struct Rang {}

    /// A clock that does something when it is read: between a sender's first look at the gate and
    /// its place in the queue.
    #[derive(Default)]
    struct Hook(Mutex<Option<Box<dyn FnOnce() + Send>>>);

    impl Clock for Hook {
        fn now(&self) -> Stamp {
            if let Some(hook) = self.0.lock().unwrap().take() {
                hook();
            }
            Stamp::default()
        }

        fn is_synced(&self) -> bool {
            true
        }

        fn boot_id(&self) -> String {
            String::new()
        }
    }

    fn hooked() -> (Arc<Hook>, Sender, Receiver) {
        let clock = Arc::new(Hook::default());
        let pseudonyms = Arc::new(KeyedHash::with_key(&[1; 32]));
        let ends = Ends { clock: Arc::clone(&clock) as Arc<_>, pseudonyms };
        let (sender, receiver, _) = channel(64 * 1024, ends);
        (clock, sender, receiver)
    }

    fn send(sender: &Sender) -> Result<(), EmitError> {
        sender.send(EventRef::of(&Rang {}), None, Duration::ZERO)
    }

    #[test]
    fn who_comes_as_late_as_the_last_look_is_refused() {
        let (clock, sender, mut receiver) = hooked();
        let gate = Arc::clone(&receiver.gate);
        *clock.0.lock().unwrap() =
            Some(Box::new(move || gate.state.store(ENDED, Ordering::SeqCst)));
        assert_eq!(send(&sender), Err(EmitError::Closed));
        assert!(!receiver.is_empty(), "it was on its way");
        assert_eq!(send(&sender), Err(EmitError::Closed));
        assert_eq!(sender.let_in(&NONE_TAKEN), 1);
    }

    #[test]
    fn who_was_let_in_before_is_heard() {
        let (clock, sender, mut receiver) = hooked();
        let other = sender.clone();
        *clock.0.lock().unwrap() = Some(Box::new(move || other.close()));
        assert_eq!(send(&sender), Ok(()));
        assert_eq!(send(&sender), Err(EmitError::Closed));
        receiver.end();
        assert!(matches!(receiver.try_next(), Next::Message(Message::Write { .. })));
        assert!(matches!(receiver.try_next(), Next::Empty));
    }

    #[test]
    fn what_is_left_behind_stays_counted_and_flushes_are_no_events() {
        let (_, sender, receiver) = hooked();
        send(&sender).unwrap();
        send(&sender).unwrap();
        let (completer, flushed) = pending();
        sender.flush(completer, Duration::ZERO).unwrap();
        assert_eq!((sender.let_in(&NONE_TAKEN), receiver.waiting()), (2, 2));
        drop(receiver);
        assert_eq!(sender.let_in(&NONE_TAKEN), 2);
        assert_eq!(flushed.wait_for(Duration::ZERO), Err(EmitError::NotDurable));
        assert_eq!(send(&sender), Err(EmitError::Closed));
    }
}
