//! A log without a stream: threads that emit, and a writer that does with the channel what
//! `Worker` does with it.

use std::sync::atomic::AtomicU64 as Plain;

use audit_core::vocab::HttpPath;
use audit_core::{AuditEvent, EmitError, Receipt, Recorder, record::EventRef, recorder::Completer};

use super::super::*;
use crate::clock::Stamp;
use crate::config::Overflow;
use crate::loss::LossCounter;
use crate::per_stream::PerStream;
use crate::stats::{Counters, add};
use crate::sync::atomic::Ordering;
use crate::writer::Handle;

/// More slots than any model sends messages.
pub(super) const ROOMY: usize = 16;
/// At least so many bytes are taken by a record that travels in a box.
pub(super) const LARGE: usize = 100;

/// It rang.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "ring", category = "door", outcome = "success")]
#[audit(none(actor = "a", source = "b", object = "c"))]
struct Rang {}

/// It rang for long.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "ring_long", category = "door", outcome = "success")]
#[audit(none(actor = "a", source = "b", object = "c"))]
struct RangLong {
    path: HttpPath<'static>,
}

pub(super) fn event() -> EventRef<'static> {
    EventRef::of(&Rang {})
}

/// A clock of one thread, which goes on by a step each time it is read. So it never tells a time
/// twice, unless the step is nothing, and an event's time is its name.
struct OwnClock {
    up_ns: Plain,
    step_ns: u64,
}

impl Clock for OwnClock {
    fn now(&self) -> Stamp {
        Stamp { unix_ns: 0, up_ns: self.up_ns.fetch_add(self.step_ns, Ordering::Relaxed) }
    }

    fn is_synced(&self) -> bool {
        true
    }

    fn boot_id(&self) -> String {
        String::new()
    }
}

/// What a program has of the log.
pub(super) struct Log {
    pub(super) handle: Handle,
    /// How many events were accepted, by what `emit` said so far.
    pub(super) returned: Arc<Plain>,
    stop: QueueEnd<Stop>,
    step_ns: u64,
}

/// A thread's.
pub(super) struct Emitter {
    pub(super) handle: Handle,
    /// The names of the events that were accepted.
    pub(super) accepted: Vec<u64>,
    clock: Arc<OwnClock>,
    returned: Arc<Plain>,
}

/// The writer, as far as it knows the channel.
pub(super) struct ModelWriter {
    receiver: Receiver,
    counters: Arc<Counters>,
    losses: Arc<LossCounter>,
    /// How long it parks.
    pub(super) parks: Duration,
    ended: Ended,
}

/// What a writer did.
#[derive(Clone, Debug, Default)]
pub(super) struct Ended {
    /// The names of the events that it took.
    pub(super) found: Vec<u64>,
    /// How many losses it told of.
    pub(super) told: u64,
    pub(super) left_behind: u64,
    /// Whether there was time for all of it.
    pub(super) is_drained: bool,
}

impl Log {
    pub(super) fn new(slots: usize, overflow: Overflow) -> (Log, ModelWriter) {
        Log::with_clock(slots, overflow, 1)
    }

    pub(super) fn with_clock(slots: usize, overflow: Overflow, step_ns: u64) -> (Log, ModelWriter) {
        let clock = OwnClock::of_thread(0, step_ns);
        let pseudonyms = Arc::new(KeyedHash::with_key(&[1; 32]));
        let ends = Ends { clock: Arc::clone(&clock) as Arc<_>, pseudonyms };
        let slot_bytes = size_of::<Message>() + size_of::<usize>();
        let (sender, receiver, stop) = channel(slots * slot_bytes, ends);
        let (counters, losses) = (Arc::<Counters>::default(), Arc::<LossCounter>::default());
        let writer = ModelWriter {
            receiver,
            counters: Arc::clone(&counters),
            losses: Arc::clone(&losses),
            parks: Duration::ZERO,
            ended: Ended::default(),
        };
        let losses = PerStream::by(|_| Arc::clone(&losses)); // One log for all streams.
        let handle = Handle { sender, clock, overflow, counters, losses, refuses_unlisted: None };
        (Log { handle, returned: Arc::default(), stop, step_ns }, writer)
    }

    /// What a thread of this number, which is not 0, emits by.
    pub(super) fn emitter(&self, number: u64) -> Emitter {
        let clock = OwnClock::of_thread(number, self.step_ns);
        let mut handle = self.handle.clone();
        handle.clock = Arc::clone(&clock) as Arc<_>;
        handle.sender.clock = Arc::clone(&clock) as Arc<_>;
        Emitter { handle, accepted: Vec::new(), clock, returned: Arc::clone(&self.returned) }
    }

    /// As `Writer::close_within` does it.
    pub(super) fn stop(&self) {
        self.handle.sender.close();
        assert!(self.stop.try_send(Stop { within: Duration::ZERO }).is_ok());
        self.handle.sender.wake();
    }
}

impl OwnClock {
    fn of_thread(number: u64, step_ns: u64) -> Arc<OwnClock> {
        Arc::new(OwnClock { up_ns: Plain::new(number << 32), step_ns })
    }
}

impl Emitter {
    pub(super) fn emit(&mut self) -> Result<(), EmitError> {
        self.name(|handle| handle.record(event()))
    }

    /// Emits without what a program's overflow setting does beside.
    pub(super) fn send(&mut self, at_most: Duration) -> Result<(), EmitError> {
        self.name(|handle| handle.sender.send(event(), None, at_most))
    }

    /// Emits an event that does not fit a slot.
    pub(super) fn emit_large(&mut self) -> Result<(), EmitError> {
        const PATH: &str = match str::from_utf8(&[b'/'; LARGE]) {
            Ok(path) => path,
            Err(_) => "",
        };
        let path = HttpPath::of(PATH).unwrap();
        self.name(|handle| handle.record(EventRef::of(&RangLong { path })))
    }

    fn name(
        &mut self,
        emit: impl FnOnce(&Handle) -> Result<(), EmitError>,
    ) -> Result<(), EmitError> {
        let name = self.clock.up_ns.load(Ordering::Relaxed);
        emit(&self.handle)?;
        self.accepted.push(name);
        self.returned.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl ModelWriter {
    /// Takes what comes until told to stop, and then at most so many messages more: as
    /// `Worker::run` and `Worker::finish`.
    pub(super) fn run(mut self, messages_max: usize) -> Ended {
        self.receiver.attend();
        while self.receiver.stop().is_none() {
            match self.batch(1) {
                Left::Some => {}
                Left::Nothing => self.receiver.park(self.parks),
                Left::Abandoned => break,
            }
            self.ended.told += self.losses.take().count();
        }
        self.finish(messages_max)
    }

    fn finish(mut self, messages_max: usize) -> Ended {
        self.receiver.close();
        let left = self.drain(messages_max);
        self.receiver.begin_last_look();
        self.drain(left);
        self.ended.is_drained = self.receiver.is_empty();
        self.ended.told += self.losses.take().count();
        self.receiver.leave();
        self.ended.left_behind = self.receiver.gate.left_behind.load(Ordering::SeqCst);
        self.ended
    }

    /// As `Worker::drain`; gives back how many messages more there is time for.
    fn drain(&mut self, messages_max: usize) -> usize {
        let mut left = messages_max;
        while left > 0 && !self.receiver.is_empty() {
            // One at a time, because the time may be over after any of them.
            left -= 1;
            drop(self.batch(1));
        }
        left
    }

    /// As `Worker::batch`.
    pub(super) fn batch(&mut self, messages_max: usize) -> Left {
        for _ in 0..messages_max {
            match self.next() {
                Next::Message(Message::Write { at_ns, record, waiter }) => {
                    drop(record);
                    self.ended.found.push(at_ns);
                    add(&self.counters.written, 1);
                    self.answer(waiter);
                }
                Next::Message(Message::Flush(waiter)) => self.answer(Some(waiter)),
                Next::Empty => return Left::Nothing,
                Next::Abandoned => return Left::Abandoned,
            }
        }
        Left::Some
    }

    fn answer(&self, waiter: Option<Completer>) {
        if let Some(waiter) = waiter {
            waiter.complete(Ok(Receipt { seq: self.ended.found.len() as u64 }));
        }
    }

    /// As `Worker::next`.
    fn next(&mut self) -> Next {
        let taken = &self.counters.taken;
        add(taken, 1);
        let next = self.receiver.try_next();
        if !matches!(next, Next::Message(Message::Write { .. })) {
            taken.fetch_sub(1, Ordering::AcqRel);
        }
        next
    }
}

/// What a batch left in the queue.
#[must_use]
pub(super) enum Left {
    Some,
    Nothing,
    Abandoned,
}
