//! The writer thread: one loop over one queue.

use std::collections::VecDeque;
use std::time::Duration;

use audit_core::{Completer, EmitError, Level, Receipt};

use crate::channel::{Carried, Message, Receiver, Stop, Wake};
use crate::clock::Stamp;
use crate::config::Unsynced;
use crate::line::EventBody;
use crate::loss::Loss;
use crate::stats::add;
use crate::stream::{Numbered, Stream, World};

/// At most so many messages are taken before lines are written, synced and acknowledged.
const BATCH_MESSAGES: usize = 1024;
/// How often an idle writer looks after the day, the clock and what was lost.
const HOUSE_EVERY: Duration = Duration::from_secs(1);
/// How often retention is looked after beside every rotation.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
/// How long to wait before trying to write again after a fault.
const RETRY_AFTER: Duration = Duration::from_secs(1);

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
    unsynced_since_us: Option<u64>,
    last_sync_us: u64,
    /// Whether a line that is not durable yet was denied or failed.
    urgent: bool,
    next_house_us: u64,
    next_prune_us: u64,
}

impl Worker {
    pub(crate) fn new(receiver: Receiver, world: World, stream: Stream) -> Worker {
        let now_us = world.clock.now().up_us;
        Worker {
            receiver,
            world,
            stream,
            backlog: VecDeque::new(),
            waiters: Vec::new(),
            unsynced_since_us: None,
            last_sync_us: now_us,
            urgent: false,
            next_house_us: 0,
            next_prune_us: now_us.saturating_add(micros(PRUNE_EVERY)),
        }
    }

    /// Writes until told to stop.
    pub(crate) fn run(mut self) -> Ended {
        loop {
            let patience = self.patience();
            let wake = match self.stream.is_broken() {
                true => self.receiver.wait_for_stop(RETRY_AFTER),
                false => self.receiver.wait(patience),
            };
            match wake {
                Wake::Message(message) => self.batch(message),
                Wake::Timeout if self.stream.is_broken() => self.reopen(),
                Wake::Timeout => {}
                Wake::Stop(stop) => return self.finish(&stop),
                Wake::Abandoned => return self.finish(&Stop { within: RETRY_AFTER }),
            }
            self.settle();
        }
    }

    /// Takes a message and those that are there already.
    fn batch(&mut self, first: Message) {
        self.take(first);
        for _ in 1..BATCH_MESSAGES {
            if self.stream.is_broken() {
                return;
            }
            let Some(message) = self.receiver.try_next() else { return };
            self.take(message);
        }
    }

    /// Tries to write again after a fault, first what was kept aside.
    fn reopen(&mut self) {
        self.stream.reopen();
        while !self.stream.is_broken() {
            let Some(message) = self.backlog.pop_front() else {
                self.receiver.set_faulty(false);
                return;
            };
            self.take(message);
        }
    }

    /// Answers everybody who waits for a stream that is broken, and keeps their events aside to be
    /// written later.
    fn turn_away(&mut self) {
        self.receiver.set_faulty(true);
        self.answer(Err(EmitError::NotDurable));
        while self.backlog.len() < self.receiver.capacity() {
            match self.receiver.try_next() {
                None => return,
                Some(Message::Flush(waiter)) => waiter.complete(Err(EmitError::NotDurable)),
                Some(Message::Write { at, record, waiter }) => {
                    drop(waiter); // Its answer is that the event is not durable.
                    self.backlog.push_back(Message::Write { at, record, waiter: None });
                }
            }
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Write { at, record, waiter } => self.write(at, &record, waiter),
            Message::Flush(waiter) => self.waiters.push((self.stream.last_seq(), waiter)),
        }
    }

    fn write(&mut self, at: Stamp, record: &Carried, waiter: Option<Completer>) {
        let body = match record {
            Carried::InSlot(record) => EventBody::read(record),
            Carried::Boxed { record, .. } => EventBody::read(record),
        };
        let numbered = match body {
            Ok(body) => self.stream.event(at, &body),
            Err(_malformed) => Err(self.stream.lose(Loss::Malformed, at)),
        };
        // A waiter whose event is lost is answered by being dropped.
        if let Ok(Numbered { seq, level }) = numbered {
            self.urgent |= level >= Level::Warn;
            self.waiters.extend(waiter.map(|waiter| (seq, waiter)));
        }
    }

    /// Brings what was taken to where it should be: into the file, onto stable storage, to those
    /// who wait.
    fn settle(&mut self) {
        let now_us = self.world.clock.now().up_us;
        self.keep_house(now_us);
        self.stream.write_out();
        if self.is_sync_due(now_us) {
            self.sync();
        }
        if self.stream.is_broken() {
            self.turn_away();
        }
    }

    fn is_sync_due(&mut self, now_us: u64) -> bool {
        if !self.waiters.is_empty() {
            return true;
        }
        self.sync_due_us(now_us).is_some_and(|due_us| due_us <= now_us)
    }

    /// When the next sync is due, if there is anything to sync.
    fn sync_due_us(&mut self, now_us: u64) -> Option<u64> {
        if !self.stream.is_unsynced() {
            self.unsynced_since_us = None;
            return None;
        }
        let since_us = *self.unsynced_since_us.get_or_insert(now_us);
        let lines = Unsynced { since_us, last_sync_us: self.last_sync_us, urgent: self.urgent };
        self.world.config.durability.due_us(lines)
    }

    fn sync(&mut self) {
        self.stream.sync();
        self.unsynced_since_us = None;
        self.urgent = false;
        self.last_sync_us = self.world.clock.now().up_us;
        if !self.stream.is_broken() {
            self.answer(Ok(()));
        }
    }

    fn answer(&mut self, answer: Result<(), EmitError>) {
        for (seq, waiter) in self.waiters.drain(..) {
            waiter.complete(answer.map(|()| Receipt { seq }));
        }
    }

    /// Records what was lost, and once in a while looks after the day, the clock and retention.
    fn keep_house(&mut self, now_us: u64) {
        self.count_unrecorded();
        self.stream.gap();
        if now_us < self.next_house_us {
            return;
        }
        self.next_house_us = now_us.saturating_add(micros(HOUSE_EVERY));
        self.stream.look_at_clock();
        self.stream.turn_day();
        if now_us >= self.next_prune_us {
            self.next_prune_us = now_us.saturating_add(micros(PRUNE_EVERY));
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
            add(&self.world.counters.accepted, count);
            add(&self.world.counters.lost, count);
        }
    }

    /// How long the writer may sleep.
    fn patience(&mut self) -> Duration {
        let now_us = self.world.clock.now().up_us;
        let sync = self
            .sync_due_us(now_us)
            .map_or(HOUSE_EVERY, |due_us| Duration::from_micros(due_us.saturating_sub(now_us)));
        sync.min(HOUSE_EVERY)
    }

    /// Writes what is still coming, records the end of the run and makes it all durable; what
    /// cannot be written is left behind, and the report tells of it.
    fn finish(mut self, stop: &Stop) -> Ended {
        let start_us = self.world.clock.now().up_us;
        let deadline_us = start_us.saturating_add(micros(stop.within));
        self.receiver.close();
        if self.stream.is_broken() {
            self.reopen();
        }
        while !self.stream.is_broken()
            && !self.is_done()
            && self.world.clock.now().up_us <= deadline_us
        {
            match self.backlog.pop_front().or_else(|| self.receiver.try_next()) {
                Some(message) => self.batch(message),
                None => std::thread::yield_now(), // Somebody is still inside `send`.
            }
            self.settle();
        }
        self.count_unrecorded();
        self.stream.gap();
        self.stream.stop();
        self.sync();
        self.answer(Err(EmitError::NotDurable));
        Ended { durable: !self.stream.is_broken() && self.is_done() }
    }

    fn is_done(&self) -> bool {
        self.backlog.is_empty() && self.receiver.is_drained()
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
