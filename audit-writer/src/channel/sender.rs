//! The emitting threads' end of the channel.

use std::sync::Arc;
use std::time::Duration;

use audit_core::{
    EmitError,
    record::{EventRef, Record},
    recorder::Completer,
};

use super::gate::{DRAINED, GONE, Gate, OPEN, Parcel};
use super::idle::is_burst;
use super::message::{Carried, Import, Message, Room, SLOT_BYTES};
use super::waiting::Answer;
use crate::clock::Clock;
use crate::pseudonym::KeyedHash;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::queue::{Sender as QueueEnd, TrySendError};

/// The emitting threads' end.
#[derive(Clone)]
pub(crate) struct Sender {
    pub(super) queue: QueueEnd<Message>,
    pub(super) gate: Arc<Gate>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) pseudonyms: Arc<KeyedHash>,
}

/// An event in a box, and the room that it takes.
type Encoded = (Record<Box<[u8]>>, Room);

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
        // A thread that was interrupted since has not waited: what counts begins with the first wait.
        let mut waits_since = None;
        // Spelled out, so that the record is moved no more often than it must be.
        let tried = match event.encode([0; SLOT_BYTES], Some(self.pseudonyms.as_ref())) {
            Ok(record) => {
                let record = Carried::InSlot(record);
                self.queue.try_send(Message::Write { at_ns, record, waiter })
            }
            Err(too_small) => {
                waits_since = Some(at_ns);
                let record = self.carry_boxed(event, too_small.needed, at_most)?;
                self.queue.try_send(Message::Write { at_ns, record, waiter })
            }
        };
        if let Err(refused) = tried {
            self.queue_in_time(refused, waits_since, at_most)?;
            self.wake_for(is_awaited);
            return Ok(());
        }
        self.wake_for(is_awaited || is_burst(at_ns, self.queue.capacity().unwrap_or(0) / 4));
        self.check_not_drained()
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
        match self.queue.try_send(Message::Write { at_ns, record, waiter: None }) {
            Ok(()) => self.check_not_drained(),
            Err(refused) => self.queue_in_time(refused, Some(at_ns), at_most),
        }
    }

    /// Queues a flush.
    ///
    /// # Errors
    ///
    /// `Closed`, `AfterFork`, `Full`; `NotDurable` while the writer cannot write.
    pub(crate) fn flush(&self, waiter: Completer, at_most: Duration) -> Result<(), EmitError> {
        self.check_open()?;
        self.check_durable()?;
        let parcel = Parcel { message: Message::Flush(waiter), queue: self.queue.clone() };
        let queued = match self.gate.queue(parcel) {
            Answer::Granted(()) => self.check_not_drained(),
            Answer::NotYet(parcel) => self.wait_for_slot(parcel, None, at_most),
        };
        self.wake();
        queued
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
            GONE => gone(),
            _ => all.saturating_sub(flushes_queued),
        }
    }

    /// Whether this is a forked child of the process that has the writer.
    pub(crate) fn is_in_child(&self) -> bool {
        self.gate.fork.is_in_child()
    }

    /// Lets no sender in any more.
    pub(crate) fn close(&self) {
        self.gate.close();
    }

    /// Wakes the writer, if it is parked.
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
    pub(crate) fn check_not_drained(&self) -> Result<(), EmitError> {
        match self.gate.state() {
            DRAINED | GONE => Err(EmitError::Closed),
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
        if !self.gate.boxes.could_take(bytes) {
            return Err(EmitError::TooLarge);
        }
        let room = match self.gate.give_room(bytes) {
            Answer::Granted(room) => room,
            Answer::NotYet(bytes) => self.wait_for_room(bytes, at_most)?,
        };
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
    /// `Full` or `Closed`. Where there is none, the writer's last look is sure to find it.
    #[cold]
    fn queue_in_time(
        &self,
        refused: TrySendError<Message>,
        from_ns: Option<u64>,
        at_most: Duration,
    ) -> Result<(), EmitError> {
        match refused {
            TrySendError::Disconnected(_) => Err(EmitError::Closed),
            TrySendError::Full(message) => {
                let parcel = Parcel { message, queue: self.queue.clone() };
                self.wait_for_slot(parcel, from_ns, at_most)
            }
        }
    }

    /// # Errors
    ///
    /// `Full` when so much time has passed, since `from_ns` where it waited before; `Closed`.
    fn wait_for_slot(
        &self,
        parcel: Parcel,
        from_ns: Option<u64>,
        at_most: Duration,
    ) -> Result<(), EmitError> {
        let left = self.left(from_ns, at_most)?;
        self.gate.slots.wait(parcel, left, || self.wake(), |parcel| self.gate.queue(parcel))
    }

    /// # Errors
    ///
    /// `Full` when so much time has passed, `Closed`.
    fn wait_for_room(&self, bytes: usize, at_most: Duration) -> Result<Room, EmitError> {
        let left = self.left(None, at_most)?;
        self.gate.rooms.wait(bytes, left, || self.wake(), |bytes| self.gate.give_room(bytes))
    }

    /// What is left of the time to wait for room. The writer is woken if there is none.
    ///
    /// # Errors
    ///
    /// `Full` if there is none.
    fn left(&self, from_ns: Option<u64>, at_most: Duration) -> Result<Duration, EmitError> {
        let passed_ns = from_ns.map_or(0, |from_ns| self.clock.up_ns().saturating_sub(from_ns));
        let passed = Duration::from_nanos(passed_ns);
        let left = at_most.saturating_sub(passed);
        if left.is_zero() {
            self.wake();
            return Err(EmitError::Full);
        }
        Ok(left)
    }

    /// Wakes the writer, if it must not wait for its next look.
    fn wake_for(&self, reason: bool) {
        if reason {
            self.wake();
        }
    }
}
