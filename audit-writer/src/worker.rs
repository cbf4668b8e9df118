//! The writer thread: one loop over one queue, into all streams of the log.

mod place;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use audit_core::{EmitError, Receipt, recorder::Completer};
use audit_log::line::Loss;

pub(crate) use self::place::{Home, Opened, Opener};
use crate::channel::{Carried, Message, Next, Receiver, Stop};
use crate::clock::{Stamp, nanos};
use crate::health::Health;
use crate::loss::LossCounter;
use crate::per_stream::PerStream;
use crate::stats::add;
use crate::stream::{Manner, NotWritten, World};
use crate::streams::{StreamState, Streams};

/// At most so many messages are taken before lines are written, synced and acknowledged.
pub(crate) const BATCH_MESSAGES: usize = 1024;
/// How often an idle writer looks after the day, the clock and what was lost.
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(1);
/// How often retention is looked after beside every rotation.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
/// How long a writer that nobody can stop any more tries to end in order.
const ABANDONED_WITHIN: Duration = Duration::from_secs(1);

/// What is left to say when the writer ends.
pub(crate) struct Ended {
    /// Whether the last lines are on stable storage.
    pub(crate) durable: bool,
}

/// A log that is open, and where it is.
pub(crate) struct Log {
    /// What all streams work with.
    pub(crate) world: World,
    pub(crate) streams: Streams,
    pub(crate) losses: PerStream<Arc<LossCounter>>,
    pub(crate) home: Home,
}

/// What is called when the writer's health changes.
pub(crate) type OnHealth = Box<dyn Fn(Health) + Send>;

/// The writer thread's state.
pub(crate) struct Worker {
    receiver: Receiver,
    world: World,
    streams: Streams,
    losses: PerStream<Arc<LossCounter>>,
    on_health: Option<OnHealth>,
    /// Whether this writer answers for what `emit_or_count` counted before there was a recorder.
    takes_unrecorded: bool,
    /// What came while a stream was broken, at most as much as the queue holds.
    backlog: VecDeque<Message>,
    /// Who waits for everything before to be durable, in all streams.
    flushes: Vec<Completer>,
    next_housekeeping_ns: u64,
    next_prune_ns: u64,
    /// Both clocks, read for this batch: what makes a calendar time of when an event was emitted.
    now: Stamp,
    /// Last, because the directory is locked until all else is gone.
    home: Home,
}

/// What a batch left in the queue.
#[must_use]
enum Left {
    Some,
    Nothing,
    /// Nothing, and nothing will come any more.
    Abandoned,
}

impl Worker {
    pub(crate) fn new(
        receiver: Receiver,
        log: Log,
        on_health: Option<OnHealth>,
        takes_unrecorded: bool,
    ) -> Worker {
        let Log { world, streams, losses, home } = log;
        let now = world.clock.now();
        let now_ns = now.up_ns;
        Worker {
            receiver,
            world,
            streams,
            losses,
            on_health,
            takes_unrecorded,
            backlog: VecDeque::new(),
            flushes: Vec::new(),
            next_housekeeping_ns: 0,
            next_prune_ns: now_ns.saturating_add(nanos(PRUNE_EVERY)),
            now,
            home,
        }
    }

    /// Writes until told to stop.
    pub(crate) fn run(mut self) -> Ended {
        self.receiver.attend();
        loop {
            let stop = match self.streams.is_broken() {
                true => self.receiver.wait_for_stop(self.world.config.retry_after),
                false => self.receiver.stop(),
            };
            if let Some(stop) = stop {
                return self.finish(&stop);
            }
            if self.streams.is_broken() {
                self.reopen();
            }
            let left = self.batch();
            self.settle();
            match left {
                Left::Some => {}
                Left::Nothing => {
                    let idle_timeout = self.idle_timeout();
                    self.receiver.park(idle_timeout);
                }
                Left::Abandoned => return self.finish(&Stop { within: ABANDONED_WITHIN }),
            }
        }
    }

    /// Takes the messages that are there, up to a bound.
    fn batch(&mut self) -> Left {
        self.now = self.world.clock.now();
        for _ in 0..BATCH_MESSAGES {
            if self.streams.is_broken() {
                return Left::Some;
            }
            match self.next() {
                Next::Message(message) => {
                    // In front of the backlog there is nothing: it is emptied before this.
                    let given_back = self.take(message);
                    self.backlog.extend(given_back);
                }
                Next::Empty => return Left::Nothing,
                Next::Abandoned => return Left::Abandoned,
            }
        }
        Left::Some
    }

    /// The next message of the queue, counted. An event is counted before it leaves the queue, so
    /// that there is no moment at which it is neither waiting nor taken.
    fn next(&mut self) -> Next {
        let taken = &self.world.counters.taken;
        add(taken, 1);
        let next = self.receiver.try_next();
        if !matches!(next, Next::Message(Message::Write { .. })) {
            taken.fetch_sub(1, Ordering::AcqRel);
        }
        next
    }

    /// Tries to write again after a fault, first what was kept aside.
    fn reopen(&mut self) {
        self.now = self.world.clock.now();
        let broken = self.streams.each().filter(|served| served.stream.is_broken());
        broken.for_each(|served| served.stream.reopen());
        self.take_backlog();
    }

    /// Writes what was kept aside, as far as nothing is broken.
    fn take_backlog(&mut self) {
        while !self.streams.is_broken() {
            match self.backlog.pop_front() {
                Some(message) => self.retake(message),
                None => return self.receiver.set_faulty(false),
            }
        }
    }

    /// Takes a message that was kept aside; it stays the first if that is not possible yet.
    fn retake(&mut self, message: Message) {
        if let Some(message) = self.take(message) {
            self.backlog.push_front(message);
        }
    }

    /// Answers everybody who waits while a stream is broken, whichever, and keeps their events aside
    /// to be written later.
    fn reject_waiters(&mut self) {
        self.receiver.set_faulty(true);
        self.answer(Err(EmitError::NotDurable));
        self.answer_flushes(Err(EmitError::NotDurable));
        while self.backlog.len() < self.receiver.capacity() {
            match self.next() {
                Next::Empty | Next::Abandoned => return,
                Next::Message(Message::Flush(waiter)) => {
                    waiter.complete(Err(EmitError::NotDurable));
                }
                Next::Message(Message::Write { at_ns, record, waiter }) => {
                    drop(waiter); // Its answer is that the event is not durable.
                    self.backlog.push_back(Message::Write { at_ns, record, waiter: None });
                }
            }
        }
    }

    /// Does what a message asks; gives back, with nobody waiting for it any more, what cannot be
    /// done because its stream is broken.
    fn take(&mut self, message: Message) -> Option<Message> {
        let (at_ns, record, waiter) = match message {
            Message::Write { at_ns, record, waiter } => (at_ns, record, waiter),
            Message::Flush(waiter) => {
                self.streams.each().for_each(StreamState::request_sync);
                self.flushes.push(waiter);
                return None;
            }
        };
        let at = self.now.at(at_ns);
        let own = Manner { may_fold: waiter.is_none(), provenance: b"" };
        let served = self.streams.of(record.stream());
        let written = match &record {
            Carried::InSlot(record) => served.stream.event(at, record, own),
            Carried::Boxed { record, .. } => served.stream.event(at, record, own),
            Carried::Imported(imported) => {
                // What another log told of in full is not counted here.
                let manner = Manner { may_fold: false, provenance: &imported.told };
                served.stream.event(at, &imported.record, manner)
            }
        };
        // A waiter whose event has no line is answered by being dropped.
        match written {
            Ok(numbered) => served.took(numbered, waiter),
            Err(NotWritten::Folded | NotWritten::Lost) => {}
            Err(NotWritten::Broken) => return Some(Message::Write { at_ns, record, waiter: None }),
        }
        None
    }

    /// Brings what was taken to where it should be: into the file, onto stable storage, to those
    /// who wait.
    fn settle(&mut self) {
        let now_ns = self.world.clock.up_ns();
        self.housekeeping(now_ns);
        let durability = self.world.config.durability;
        self.streams.each().for_each(|served| served.settle(durability, now_ns));
        match self.streams.is_broken() {
            true => self.reject_waiters(),
            // All streams were synced for them.
            false => self.answer_flushes(Ok(())),
        }
        self.tell_health();
    }

    /// Says what can be done now, if that is news.
    fn tell_health(&mut self) {
        let in_place = Health { in_place: self.home.is_in_place(), ..Health::WELL };
        let healths = self.streams.each().map(|served| served.stream.health());
        let health = healths.fold(in_place, Health::and);
        if self.world.counters.health.set(health)
            && let Some(on_health) = &self.on_health
        {
            on_health(health);
        }
    }

    fn answer(&mut self, answer: Result<(), EmitError>) {
        self.streams.each().for_each(|served| served.answer(answer));
    }

    fn answer_flushes(&mut self, answer: Result<(), EmitError>) {
        for waiter in self.flushes.drain(..) {
            waiter.complete(answer.map(|()| Receipt { seq: 0 }));
        }
    }

    /// Records what was lost, and once in a while looks after the day, the clock and retention.
    fn housekeeping(&mut self, now_ns: u64) {
        self.count_unrecorded();
        for served in self.streams.each() {
            served.stream.tell_refused();
            served.stream.tell_folded(self.now);
            served.gap();
            served.stream.compress(now_ns);
        }
        if now_ns < self.next_housekeeping_ns {
            return;
        }
        self.next_housekeeping_ns = now_ns.saturating_add(nanos(HOUSEKEEPING_EVERY));
        self.look_at_place();
        for served in self.streams.each() {
            served.stream.tell_unable();
            served.stream.look_at_clock();
            served.stream.look_at_file();
            served.stream.turn_day();
        }
        self.streams.each_as_they_go().for_each(|served| served.stream.look_at_disk());
        self.streams.each().for_each(|served| served.stream.look_at_evidence(now_ns));
        if now_ns >= self.next_prune_ns {
            self.next_prune_ns = now_ns.saturating_add(nanos(PRUNE_EVERY));
            self.streams.each().for_each(|served| served.stream.prune());
        }
    }

    /// Takes over what `emit_or_count` counted before there was a recorder, for which stream nobody
    /// knows.
    fn count_unrecorded(&self) {
        if !self.takes_unrecorded {
            return;
        }
        let count = audit_core::recorder::take_unrecorded() as u64;
        if count > 0 {
            self.world.losses.add(Loss::NoRecorder, count, self.world.clock.now());
            add(&self.world.counters.lost_outside, count);
        }
    }

    /// How long the writer may sleep.
    fn idle_timeout(&mut self) -> Duration {
        let now_ns = self.world.clock.up_ns();
        let durability = self.world.config.durability;
        let due = self.streams.each().filter_map(|served| served.sync_due_ns(durability, now_ns));
        let sync = due.map(|due_ns| Duration::from_nanos(due_ns.saturating_sub(now_ns))).min();
        sync.unwrap_or(HOUSEKEEPING_EVERY).min(HOUSEKEEPING_EVERY)
    }

    /// Writes what is still coming, records the end of the run and makes it all durable; what
    /// cannot be written is left behind, and the report tells of it.
    fn finish(mut self, stop: &Stop) -> Ended {
        let start_ns = self.world.clock.up_ns();
        let deadline_ns = start_ns.saturating_add(nanos(stop.within));
        self.receiver.close();
        self.streams.each().for_each(|served| served.stream.stop_compressing());
        self.now = self.world.clock.now();
        if self.streams.is_broken() {
            self.reopen();
        }
        self.drain(deadline_ns);
        self.receiver.begin_last_look();
        self.drain(deadline_ns);
        self.count_unrecorded();
        for served in self.streams.each() {
            served.stream.tell_all_folded();
            served.gap();
        }
        // Each tells of the whole run: so all have their lines before.
        let waiting = self.receiver.waiting();
        for served in self.streams.each() {
            served.stream.stop(waiting);
            served.sync();
        }
        self.answer(Err(EmitError::NotDurable));
        let durable = !self.streams.is_broken() && self.is_done();
        self.receiver.leave();
        Ended { durable }
    }

    /// Writes what is there, as far as there is time.
    fn drain(&mut self, deadline_ns: u64) {
        while !self.streams.is_broken()
            && !self.is_done()
            && self.world.clock.up_ns() <= deadline_ns
        {
            match self.backlog.pop_front() {
                Some(message) => self.retake(message),
                None => drop(self.batch()),
            }
            self.settle();
        }
    }

    fn is_done(&mut self) -> bool {
        self.backlog.is_empty() && self.receiver.is_empty()
    }
}
