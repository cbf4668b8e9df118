//! The writer thread: one loop over one queue.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::Duration;

use audit_core::{Completer, EmitError, Level, Receipt};

use crate::channel::{Carried, Message, Next, Receiver, Stop};
use crate::clock::{Stamp, nanos};
use crate::config::Unsynced;
use crate::loss::Loss;
use crate::stats::add;
use crate::stream::{NotWritten, Numbered, Stream, World};

/// At most so many messages are taken before lines are written, synced and acknowledged.
const BATCH_MESSAGES: usize = 1024;
/// How often an idle writer looks after the day, the clock and what was lost.
const HOUSE_EVERY: Duration = Duration::from_secs(1);
/// How often retention is looked after beside every rotation.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
/// How long a writer that nobody can stop any more tries to end in order.
const ABANDONED_WITHIN: Duration = Duration::from_secs(1);

/// What is left to say when the writer ends.
pub(crate) struct Ended {
    /// Whether the last lines are on stable storage.
    pub(crate) durable: bool,
}

/// The writer thread's state.
pub(crate) struct Worker {
    receiver: Receiver,
    world: World,
    stream: Stream,
    /// What came while the stream was broken, at most as much as the queue holds.
    backlog: VecDeque<Message>,
    /// Who waits for which line to be durable.
    waiters: Vec<(u64, Completer)>,
    unsynced_since_ns: Option<u64>,
    last_sync_ns: u64,
    /// Whether a line that is not durable yet was denied or failed.
    urgent: bool,
    /// Whether somebody waits for another one, or for all.
    hurried: bool,
    next_house_ns: u64,
    next_prune_ns: u64,
    /// Both clocks, read for this batch: what makes a calendar time of when an event was emitted.
    now: Stamp,
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
    pub(crate) fn new(receiver: Receiver, world: World, stream: Stream) -> Worker {
        let now = world.clock.now();
        let now_ns = now.up_ns;
        Worker {
            receiver,
            world,
            stream,
            backlog: VecDeque::new(),
            waiters: Vec::new(),
            unsynced_since_ns: None,
            last_sync_ns: 0,
            urgent: false,
            hurried: false,
            next_house_ns: 0,
            next_prune_ns: now_ns.saturating_add(nanos(PRUNE_EVERY)),
            now,
        }
    }

    /// Writes until told to stop.
    pub(crate) fn run(mut self) -> Ended {
        self.receiver.attend();
        loop {
            let stop = match self.stream.is_broken() {
                true => self.receiver.wait_for_stop(self.world.config.retry_after),
                false => self.receiver.stop(),
            };
            if let Some(stop) = stop {
                return self.finish(&stop);
            }
            if self.stream.is_broken() {
                self.reopen();
            }
            let left = self.batch();
            self.settle();
            match left {
                Left::Some => {}
                Left::Nothing => {
                    let patience = self.patience();
                    self.receiver.nap(patience);
                }
                Left::Abandoned => return self.finish(&Stop { within: ABANDONED_WITHIN }),
            }
        }
    }

    /// Takes the messages that are there, up to a bound.
    fn batch(&mut self) -> Left {
        self.now = self.world.clock.now();
        for _ in 0..BATCH_MESSAGES {
            if self.stream.is_broken() {
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
        self.stream.reopen();
        while !self.stream.is_broken() {
            match self.backlog.pop_front() {
                Some(message) => self.take_kept(message),
                None => return self.receiver.set_faulty(false),
            }
        }
    }

    /// Takes a message that was kept aside; it stays the first if that is not possible yet.
    fn take_kept(&mut self, message: Message) {
        if let Some(message) = self.take(message) {
            self.backlog.push_front(message);
        }
    }

    /// Answers everybody who waits for a stream that is broken, and keeps their events aside to be
    /// written later.
    fn turn_away(&mut self) {
        self.receiver.set_faulty(true);
        self.answer(Err(EmitError::NotDurable));
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
    /// done because the stream is broken.
    fn take(&mut self, message: Message) -> Option<Message> {
        let (at_ns, record, waiter) = match message {
            Message::Write { at_ns, record, waiter } => (at_ns, record, waiter),
            Message::Flush(waiter) => {
                self.waiters.push((self.stream.last_seq(), waiter));
                self.hurried = true;
                return None;
            }
        };
        let at = self.now.at(at_ns);
        let may_fold = waiter.is_none();
        let written = match &record {
            Carried::InSlot(record) => self.stream.event(at, record, may_fold),
            Carried::Boxed { record, .. } => self.stream.event(at, record, may_fold),
        };
        // A waiter whose event has no line is answered by being dropped.
        match written {
            Ok(Numbered { seq, level }) => {
                let is_urgent = level >= Level::Warn;
                self.urgent |= is_urgent;
                match waiter {
                    // An operation's beginning is always waited for, if it was not refused.
                    Some(waiter) => {
                        self.hurried |= !is_urgent;
                        self.waiters.push((seq, waiter));
                    }
                    None => self.stream.refuse(seq),
                }
                None
            }
            Err(NotWritten::Folded | NotWritten::Lost) => None,
            Err(NotWritten::Broken) => Some(Message::Write { at_ns, record, waiter: None }),
        }
    }

    /// Brings what was taken to where it should be: into the file, onto stable storage, to those
    /// who wait.
    fn settle(&mut self) {
        let now_ns = self.world.clock.up_ns();
        self.keep_house(now_ns);
        match self.is_sync_due(now_ns) {
            true => self.sync(),
            false => self.stream.write_out(),
        }
        if self.stream.is_broken() {
            self.turn_away();
        }
    }

    fn is_sync_due(&mut self, now_ns: u64) -> bool {
        // A rotation may have made durable what somebody waits for.
        let is_answerable = !self.waiters.is_empty() && !self.stream.is_unsynced();
        let is_due = self.sync_due_ns(now_ns).is_some_and(|due_ns| due_ns <= now_ns);
        self.hurried || is_answerable || is_due
    }

    /// When the next sync is due, if there is anything to sync. Who waits for an event that was
    /// denied or failed waits a little longer, so that strangers cannot wear the disk out.
    fn sync_due_ns(&mut self, now_ns: u64) -> Option<u64> {
        if !self.stream.is_unsynced() {
            self.unsynced_since_ns = None;
            return None;
        }
        let since_ns = *self.unsynced_since_ns.get_or_insert(now_ns);
        let lines = Unsynced { since_ns, last_sync_ns: self.last_sync_ns, urgent: self.urgent };
        let awaited_ns = (!self.waiters.is_empty()).then(|| lines.urgent_due_ns());
        let due_ns = self.world.config.durability.due_ns(lines);
        due_ns.into_iter().chain(awaited_ns).min()
    }

    fn sync(&mut self) {
        self.stream.sync();
        self.unsynced_since_ns = None;
        (self.urgent, self.hurried) = (false, false);
        self.last_sync_ns = self.world.clock.up_ns();
        if !self.stream.is_broken() {
            self.answer(Ok(()));
        }
    }

    fn answer(&mut self, answer: Result<(), EmitError>) {
        for (seq, waiter) in self.waiters.drain(..) {
            if answer.is_err() {
                self.stream.refuse(seq);
            }
            waiter.complete(answer.map(|()| Receipt { seq }));
        }
    }

    /// Records what was lost, and once in a while looks after the day, the clock and retention.
    fn keep_house(&mut self, now_ns: u64) {
        self.count_unrecorded();
        self.stream.tell_refused();
        self.stream.tell_folded(self.now);
        self.urgent |= self.stream.gap();
        self.stream.compress(now_ns);
        if now_ns < self.next_house_ns {
            return;
        }
        self.next_house_ns = now_ns.saturating_add(nanos(HOUSE_EVERY));
        self.stream.look_at_clock();
        self.stream.look_at_file();
        self.stream.turn_day();
        self.stream.look_at_disk();
        self.stream.look_at_evidence(now_ns);
        if now_ns >= self.next_prune_ns {
            self.next_prune_ns = now_ns.saturating_add(nanos(PRUNE_EVERY));
            self.stream.prune();
        }
    }

    /// Takes over what `emit_or_count` counted before there was a recorder.
    fn count_unrecorded(&self) {
        if !self.world.takes_unrecorded {
            return;
        }
        let count = audit_core::take_unrecorded() as u64;
        if count > 0 {
            self.world.losses.add(Loss::NoRecorder, count, self.world.clock.now());
            add(&self.world.counters.lost_outside, count);
        }
    }

    /// How long the writer may sleep.
    fn patience(&mut self) -> Duration {
        let now_ns = self.world.clock.up_ns();
        let sync = self
            .sync_due_ns(now_ns)
            .map_or(HOUSE_EVERY, |due_ns| Duration::from_nanos(due_ns.saturating_sub(now_ns)));
        sync.min(HOUSE_EVERY)
    }

    /// Writes what is still coming, records the end of the run and makes it all durable; what
    /// cannot be written is left behind, and the report tells of it.
    fn finish(mut self, stop: &Stop) -> Ended {
        let start_ns = self.world.clock.up_ns();
        let deadline_ns = start_ns.saturating_add(nanos(stop.within));
        self.receiver.close();
        self.stream.stop_compressing();
        self.now = self.world.clock.now();
        if self.stream.is_broken() {
            self.reopen();
        }
        self.drain(deadline_ns);
        self.receiver.end();
        self.drain(deadline_ns);
        self.count_unrecorded();
        self.stream.tell_all_folded();
        self.stream.gap();
        self.stream.stop(self.receiver.waiting());
        self.sync();
        self.answer(Err(EmitError::NotDurable));
        let durable = !self.stream.is_broken() && self.is_done();
        self.receiver.leave();
        Ended { durable }
    }

    /// Writes what is there, as far as there is time.
    fn drain(&mut self, deadline_ns: u64) {
        while !self.stream.is_broken() && !self.is_done() && self.world.clock.up_ns() <= deadline_ns
        {
            match self.backlog.pop_front() {
                Some(message) => self.take_kept(message),
                None => drop(self.batch()),
            }
            self.settle();
        }
    }

    fn is_done(&mut self) -> bool {
        self.backlog.is_empty() && self.receiver.is_empty()
    }
}
