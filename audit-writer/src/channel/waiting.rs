//! Where emitting threads wait for room, in the order in which they came.
//!
//! A thread that waits leaves here what it wants, and sleeps. What it wants is granted in its name:
//! its message is put into the queue, or its box is given room. So a thread that is woken has what
//! it waited for, and threads that did not wait cannot take that away. It returns to its caller, and
//! emits on into the room that is left: one wake-up is for many events.
//!
//! The writer grants, and does so seldom: not for each place that it makes, but when much of the
//! queue is free or nothing is left to do, and to all that wait at once. Where that takes too long,
//! because the disk is slow or others take the room at once, the first of the line grants what can be
//! granted after [`PATIENCE`], and from then on the writer does at each look, until the line is empty.
//!
//! Threads are woken in groups, each by one call of the system, and of many threads only some at
//! each look: a thousand threads that run at the same time would leave the writer no processor.
//!
//! No wake-up is lost. A thread enters the line under its lock, which counts it, and then wakes the
//! writer. The end of the writer's next sleep, which that brings about or finds not begun, happens
//! after the count; and before each sleep, and each time that it took an eighth of the queue, the
//! writer looks at the count. So there is a look that sees the thread, and the writer does not sleep
//! while a thread has what it wants and was not woken. A grant is made under the lock, too: either
//! the thread finds it before it sleeps, or it sleeps and is woken. The last look closes the line
//! under the same lock, so a thread that comes later is refused.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::PoisonError;
use std::time::Duration;

use audit_core::EmitError;

use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard, wait_while};

/// How long the first of the line waits until it no longer matters that the next wake-up should be
/// for many events. Longer than the writer takes for most of a queue, where the disk is not slow.
const PATIENCE: Duration = Duration::from_millis(25);
/// So many threads that came one after the other sleep in one group.
const GROUP: u64 = 32;
/// Threads further apart than so many groups may sleep in the same one.
const GROUPS: usize = 16;

/// Threads that wait for room: each left a `Want`, and gets a `Grant`.
#[derive(Debug)]
pub(super) struct WaitingLine<Want, Grant> {
    line: Mutex<Line<Want, Grant>>,
    groups: [Condvar; GROUPS],
    /// How many threads are not granted what they want, or not woken: for a look without the lock.
    waiting: AtomicU64,
    /// `Line::is_urgent`, for a look without the lock.
    urgent: AtomicBool,
}

#[derive(Debug)]
struct Line<Want, Grant> {
    next_ticket: u64,
    /// In the order of their tickets.
    wants: VecDeque<(u64, Want)>,
    /// By their tickets, until the threads fetch them.
    grants: BTreeMap<u64, Grant>,
    /// Tickets from here on were not woken since they were granted.
    woken_to: u64,
    /// Whether they should be granted the least room there is: the first has waited for `PATIENCE`,
    /// or there was not enough for all.
    is_urgent: bool,
    is_closed: bool,
}

/// What becomes of a want.
pub(super) enum Answer<Want, Grant> {
    Granted(Grant),
    /// Given back, because it cannot be granted now.
    NotYet(Want),
}

/// Whom to wake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wake {
    /// A part of those that were granted what they want, because the writer has other things to do.
    Some,
    All,
}

impl<Want, Grant> WaitingLine<Want, Grant> {
    pub(super) fn new() -> WaitingLine<Want, Grant> {
        let line = Line {
            next_ticket: 0,
            wants: VecDeque::new(),
            grants: BTreeMap::new(),
            woken_to: 0,
            is_urgent: false,
            is_closed: false,
        };
        WaitingLine {
            line: Mutex::new(line),
            groups: std::array::from_fn(|_| Condvar::new()),
            waiting: AtomicU64::new(0),
            urgent: AtomicBool::new(false),
        }
    }

    /// Waits until the want is granted, for at most so long. `wake` wakes the writer; `grant` grants
    /// a want or gives it back.
    ///
    /// # Errors
    ///
    /// `Full` after that time, `Closed`; the want is dropped then.
    pub(super) fn wait(
        &self,
        want: Want,
        at_most: Duration,
        wake: impl FnOnce(),
        grant: impl Fn(Want) -> Answer<Want, Grant>,
    ) -> Result<Grant, EmitError> {
        let Some((ticket, is_first)) = self.enter(want) else { return Err(EmitError::Closed) };
        wake();
        let mut left = at_most;
        if is_first {
            let patience = PATIENCE.min(at_most / 2);
            if let Some(outcome) = self.sleep(ticket, patience) {
                return outcome;
            }
            self.grant(&grant, Wake::Some);
            left = at_most.saturating_sub(patience);
        }
        if let Some(outcome) = self.sleep(ticket, left) {
            return outcome;
        }
        // There may be room by now that the writer did not look at, because it hangs in the disk.
        self.grant(&grant, Wake::Some);
        self.leave(ticket)
    }

    /// Whether a thread waits.
    pub(super) fn is_waited(&self) -> bool {
        self.waiting() > 0
    }

    /// How many threads wait.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Whether threads should be granted the least room there is.
    pub(super) fn is_urgent(&self) -> bool {
        self.urgent.load(Ordering::SeqCst)
    }

    /// Grants what the threads want, in their order, as far as that is possible, and wakes them.
    pub(super) fn grant(&self, grant: impl Fn(Want) -> Answer<Want, Grant>, wake: Wake) {
        let mut line = self.lock();
        line.grant(grant);
        // Where there was not enough for all, those that are left should not wait as long again.
        line.is_urgent = true;
        self.wake(line, wake);
    }

    /// Wakes some of those that were granted what they want and still sleep.
    pub(super) fn wake_some(&self) {
        self.wake(self.lock(), Wake::Some);
    }

    /// Grants what it can, and closes the line where no thread is left in it and `is_done` says
    /// that nothing else is to be done; says whether it is closed.
    pub(super) fn close_if(
        &self,
        grant: impl Fn(Want) -> Answer<Want, Grant>,
        is_done: impl FnOnce() -> bool,
    ) -> bool {
        let mut line = self.lock();
        line.grant(grant);
        let closes = line.wants.is_empty() && is_done();
        line.is_closed |= closes;
        self.wake(line, Wake::All);
        closes
    }

    /// Refuses threads that wait, and those that come.
    pub(super) fn close(&self) {
        let mut line = self.lock();
        line.is_closed = true;
        let refused = std::mem::take(&mut line.wants);
        self.wake(line, Wake::All);
        self.groups.iter().for_each(Condvar::notify_all);
        drop(refused); // Not under the lock: what a want holds does something as it goes.
    }

    /// The place in the line, and whether that was empty; none if it is closed.
    fn enter(&self, want: Want) -> Option<(u64, bool)> {
        let mut line = self.lock();
        if line.is_closed {
            return None;
        }
        let ticket = line.next_ticket;
        line.next_ticket += 1;
        let is_first = line.wants.is_empty();
        line.wants.push_back((ticket, want));
        self.count(&mut line);
        Some((ticket, is_first))
    }

    /// Sleeps until there is an outcome, for at most so long.
    fn sleep(&self, ticket: u64, at_most: Duration) -> Option<Result<Grant, EmitError>> {
        let is_waiting =
            |line: &mut Line<Want, Grant>| !line.is_closed && !line.grants.contains_key(&ticket);
        let group = self.groups.get(group_of(ticket))?;
        let mut line = wait_while(group, &self.line, at_most, is_waiting);
        match line.grants.remove(&ticket) {
            Some(grant) => Some(Ok(grant)),
            None => line.is_closed.then_some(Err(EmitError::Closed)),
        }
    }

    /// Leaves the line, out of time.
    ///
    /// # Errors
    ///
    /// `Full`, if what is wanted was not granted in the last moment.
    fn leave(&self, ticket: u64) -> Result<Grant, EmitError> {
        let mut line = self.lock();
        if let Some(grant) = line.grants.remove(&ticket) {
            return Ok(grant);
        }
        let place = line.wants.binary_search_by_key(&ticket, |(ticket, _)| *ticket);
        let want = place.ok().and_then(|place| line.wants.remove(place));
        self.count(&mut line);
        drop(line);
        drop(want);
        Err(EmitError::Full)
    }

    /// Wakes threads whose wants were granted.
    fn wake(&self, mut line: MutexGuard<'_, Line<Want, Grant>>, wake: Wake) {
        let tickets = line.wake(wake);
        self.count(&mut line);
        drop(line);
        if tickets.is_empty() {
            return;
        }
        let starts = tickets.start / GROUP..=(tickets.end - 1) / GROUP;
        for start in starts.take(GROUPS) {
            self.groups.get(group_of(start * GROUP)).into_iter().for_each(Condvar::notify_all);
        }
    }

    /// Makes known how many wait, after that changed.
    fn count(&self, line: &mut Line<Want, Grant>) {
        if line.grants.is_empty() {
            line.woken_to = line.granted_to(); // They fetched theirs, or left.
        }
        let waiting = line.wants.len() as u64 + (line.granted_to() - line.woken_to);
        line.is_urgent &= !line.wants.is_empty();
        self.waiting.store(waiting, Ordering::SeqCst);
        self.urgent.store(line.is_urgent, Ordering::SeqCst);
    }

    fn lock(&self) -> MutexGuard<'_, Line<Want, Grant>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Want, Grant> Line<Want, Grant> {
    /// Grants in the threads' order, until one cannot be.
    fn grant(&mut self, grant: impl Fn(Want) -> Answer<Want, Grant>) {
        while let Some((ticket, want)) = self.wants.pop_front() {
            match grant(want) {
                Answer::Granted(grant) => drop(self.grants.insert(ticket, grant)),
                Answer::NotYet(want) => return self.wants.push_front((ticket, want)),
            }
        }
    }

    /// The tickets of those to wake now.
    fn wake(&mut self, wake: Wake) -> Range<u64> {
        let granted_to = self.granted_to();
        let some = GROUP.max((granted_to - self.woken_to) / 8);
        let end = match wake {
            Wake::Some => granted_to.min(self.woken_to + some),
            Wake::All => granted_to,
        };
        std::mem::replace(&mut self.woken_to, end)..end
    }

    /// Of tickets lower than this none is in the line any more.
    fn granted_to(&self) -> u64 {
        self.wants.front().map_or(self.next_ticket, |(ticket, _)| *ticket)
    }
}

/// The group that a thread sleeps in.
fn group_of(ticket: u64) -> usize {
    usize::try_from(ticket / GROUP % GROUPS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    type Numbers = WaitingLine<u32, u32>;

    /// Grants so many wants.
    fn first(count: u32) -> impl Fn(u32) -> Answer<u32, u32> {
        let left = Cell::new(count);
        move |want| match left.get() {
            0 => Answer::NotYet(want),
            more => {
                left.set(more - 1);
                Answer::Granted(want)
            }
        }
    }

    #[test]
    fn wants_are_granted_in_their_order_and_the_rest_is_urgent() {
        let line = Numbers::new();
        let tickets: Vec<u64> = (0..3).map(|want| line.enter(want).unwrap().0).collect();
        assert!(line.is_waited() && !line.is_urgent());
        line.grant(first(2), Wake::All);
        assert!(line.is_waited() && line.is_urgent());
        let now = |ticket| line.sleep(ticket, Duration::ZERO);
        assert_eq!(
            tickets.iter().map(|it| now(*it)).collect::<Vec<_>>(),
            [Some(Ok(0)), Some(Ok(1)), None]
        );
        line.grant(first(1), Wake::All);
        assert!(!line.is_waited() && !line.is_urgent());
        assert_eq!(now(2), Some(Ok(2)));
    }

    #[test]
    fn only_the_first_of_the_line_looks_for_itself() {
        let line = Numbers::new();
        assert_eq!(line.enter(0), Some((0, true)));
        assert_eq!(line.enter(1), Some((1, false)));
        line.grant(first(2), Wake::All);
        assert_eq!(line.enter(2), Some((2, true)));
    }

    #[test]
    fn a_crowd_is_woken_in_parts_and_counts_until_then() {
        let line = Numbers::new();
        (0..1000).for_each(|want| assert!(line.enter(want).is_some()));
        let woken_to = || line.lock().woken_to;
        line.grant(first(1000), Wake::Some);
        assert_eq!(woken_to(), 125);
        line.wake_some();
        assert_eq!(woken_to(), 125 + 875 / 8);
        assert!(line.is_waited());
        (0..100).for_each(|_| line.wake_some());
        assert_eq!(woken_to(), 1000);
        assert!(!line.is_waited());
    }

    #[test]
    fn out_of_time_a_thread_takes_what_there_is_or_leaves() {
        let line = Numbers::new();
        let short = Duration::from_millis(2);
        assert_eq!(line.wait(7, short, || {}, first(0)), Err(EmitError::Full));
        assert!(!line.is_waited());
        assert_eq!(line.wait(7, short, || {}, first(1)), Ok(7), "although no other thread looked");
    }

    #[test]
    fn a_line_that_is_done_is_closed() {
        let line = Numbers::new();
        let (early, _) = line.enter(1).unwrap();
        assert!(!line.close_if(first(0), || true), "a want is left");
        assert!(!line.close_if(first(1), || false));
        assert!(line.close_if(first(0), || true));
        assert_eq!(line.sleep(early, Duration::ZERO), Some(Ok(1)), "granted before");
        assert_eq!(line.wait(2, Duration::MAX, || {}, first(1)), Err(EmitError::Closed));
    }

    #[test]
    fn who_waits_when_the_writer_goes_is_refused() {
        let line = Numbers::new();
        let (ticket, _) = line.enter(1).unwrap();
        line.close();
        assert_eq!(line.sleep(ticket, Duration::MAX), Some(Err(EmitError::Closed)));
        assert!(!line.is_waited());
    }
}
