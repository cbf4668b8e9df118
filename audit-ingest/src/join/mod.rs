//! Who did it: requests of the access log joined with what the application log claims.
//!
//! Neither log alone knows. The access log is believed about what happened; the application log
//! about who did it, where a request bears it out at that moment. Requests wait in the order of
//! their log until everything that could be about them has been read, and are told in that order.
//! All that is decided depends on the lines alone, not on how they were cut or when they came; but for
//! how exact the begin of a connection is where forged lines stand around its message, after a stop.

mod clock;
mod consoles;
mod evidence;
mod polls;
mod sessions;
mod solve;
mod state;
mod tell;
mod who;

pub use sessions::{Ended, Session};
pub(crate) use state::{Place, State};

use crate::access::Request;
use crate::action::{Action, FileId, Origin, Outcome, Unconfirmed};
use crate::app::Note;
use crate::rules::{Logged, Means, Proof, Rules};
use crate::zone::Moments;
use clock::Clock;
use consoles::Consoles;
use evidence::Claims;
use polls::Polls;
use sessions::Sessions;
use solve::Verdict;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A message may be this much older than the line of its request, in milliseconds…
const BEFORE: i64 = 3_000;
/// …and this much younger than its second.
const AFTER: i64 = 1_250;
/// Requests that wait; with more the first is told with what is known.
const WAITING_MAX: usize = 50_000;

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Told {
    /// Something happened.
    Action(Action),
    /// The application log claims something that the access log does not bear out.
    Unconfirmed(Unconfirmed),
    /// A session is over, or still open when everything has been read.
    Session(Session),
}

/// A request that waits.
struct Waiting {
    request: Request,
    proof: Option<Proof>,
    origin: Origin,
    line: u64,
    /// How far the log had come before it.
    clock: i64,
    verdict: Option<Verdict>,
    told: bool,
}

/// Joins both logs.
pub(crate) struct Join {
    rules: Rules,
    idle: i64,
    has_app: bool,
    waiting: VecDeque<Waiting>,
    access_clock: i64,
    access_over: bool,
    app_over: bool,
    claims: Claims,
    sessions: Sessions,
    consoles: Consoles,
    polls: Polls,
    /// Lines that were told, decided about, or taken, before a stop and come again.
    done: BTreeSet<Origin>,
    decided: BTreeMap<Origin, Verdict>,
    taken: BTreeSet<Origin>,
    explained: BTreeSet<Origin>,
    /// Lines that are not believed, and are to be told of.
    doubts: Vec<Unconfirmed>,
}

impl Join {
    pub(crate) fn new(rules: Rules, idle: i64, has_app: bool, message_max: u64) -> Join {
        Join {
            rules,
            idle,
            has_app,
            waiting: VecDeque::new(),
            access_clock: i64::MIN,
            access_over: false,
            app_over: !has_app,
            claims: Claims::new(Clock::at(i64::MIN, message_max), 0, false),
            sessions: Sessions::default(),
            consoles: Consoles::default(),
            polls: Polls::default(),
            done: BTreeSet::new(),
            decided: BTreeMap::new(),
            taken: BTreeSet::new(),
            explained: BTreeSet::new(),
            doubts: Vec::new(),
        }
    }

    /// The times of the newest lines of both logs.
    pub(crate) fn newest(&self) -> (i64, i64) {
        (self.access_clock, self.claims.clock.now())
    }

    /// How far both logs have come.
    pub(crate) fn clocks(&self) -> (i64, i64) {
        (self.access_clock, self.claims.clock.passed())
    }

    pub(crate) fn push_request(&mut self, request: Request, origin: Origin, line: u64) {
        let clock = self.access_clock;
        self.access_time(request.at);
        let proof = self.rules.get(request.rule).and_then(|it| it.proof_of(request.outcome));
        let told = self.done.remove(&origin);
        let verdict = self.decided.remove(&origin);
        self.waiting.push_back(Waiting { request, proof, origin, line, clock, verdict, told });
    }

    pub(crate) fn push_note(&mut self, note: Note, file: FileId) {
        self.claims.push(note, file, self.access_clock);
        let Some(last) = self.claims.held.back_mut() else { return };
        last.is_taken |= self.taken.remove(&last.origin);
        last.explained |= self.explained.remove(&last.origin);
    }

    /// A line is told of and not believed.
    pub(crate) fn doubt(&mut self, line: Unconfirmed) {
        self.doubts.push(line);
    }

    /// A line of the access log that means nothing was written then.
    pub(crate) fn access_time(&mut self, at: i64) {
        self.access_clock = self.access_clock.max(at);
    }

    /// A line of the application log of so many bytes was read, and of this time if it begins a
    /// record.
    pub(crate) fn app_line(&mut self, bytes: usize, moments: Option<Moments>) {
        self.claims.clock.read(bytes, moments);
        if let Some(moments) = moments {
            let _seen = self.claims.see(moments, self.access_clock);
        }
    }

    /// Nothing older comes any more, in either log.
    pub(crate) fn advance(&mut self, to: i64) {
        self.access_clock = self.access_clock.max(to);
        self.claims.clock.advance(to);
    }

    /// Both logs are over: all that waits is told, and the sessions that are open.
    pub(crate) fn finish(&mut self, out: &mut dyn FnMut(Told)) {
        (self.access_over, self.app_over) = (true, true);
        self.step(out);
        self.tell_last_polls(out);
        self.expire(i64::MAX, out);
        self.sessions.open().for_each(|it| out(Told::Session(it.clone())));
    }

    /// Tells what can be told.
    pub(crate) fn step(&mut self, out: &mut dyn FnMut(Told)) {
        self.doubts.drain(..).for_each(|it| out(Told::Unconfirmed(it)));
        while let Some(index) = self.waiting.iter().position(|it| !it.told) {
            let full = self.waiting.len() > WAITING_MAX;
            if !full && !self.is_ready(index) {
                break;
            }
            if !self.decide(index, full) {
                break;
            }
            self.tell(index, out);
            self.forget();
        }
        let now = self.first_untold().unwrap_or(self.access_clock);
        // What either log still has to say must find what it is about.
        let passed = now.min(self.claims.clock.passed());
        self.expire(passed.saturating_sub(BEFORE + AFTER), out);
    }

    /// Whether all lines were read that could be about a request.
    fn is_ready(&self, index: usize) -> bool {
        let Some(it) = self.waiting.get(index) else { return false };
        let session = matches!(self.means(it), Some(Means::Session { logged: Logged::AtEnd, .. }));
        let is_poll = matches!(self.means(it), Some(Means::Session { logged: Logged::Polls, .. }));
        let session = session && it.request.outcome == Outcome::Success;
        if (it.proof.is_none() && !session) || is_poll {
            return true;
        }
        let app = self.app_over || self.claims.clock.passed() > it.request.at + AFTER;
        // Others that could claim the same.
        let access = self.access_over || self.access_clock > it.request.at + AFTER + BEFORE;
        app && access
    }

    fn means(&self, it: &Waiting) -> Option<&Means> {
        self.rules.get(it.request.rule).map(|it| &it.means)
    }

    /// The time of the first request that was not told.
    fn first_untold(&self) -> Option<i64> {
        self.waiting.iter().find(|it| !it.told).map(|it| it.request.at)
    }

    /// Drops the requests at the front that were told and are so old that no claim about one that
    /// was not could be about them.
    fn forget(&mut self) {
        let before = self.first_untold().unwrap_or(self.access_clock);
        let before = before.saturating_sub(BEFORE + AFTER);
        while self.waiting.front().is_some_and(|it| it.told && it.request.at < before) {
            let _told = self.waiting.pop_front();
        }
    }

    fn expire(&mut self, horizon: i64, out: &mut dyn FnMut(Told)) {
        let consoles = &mut self.consoles;
        self.claims.expire(horizon, |evidence| {
            if evidence.proof == Proof::Client && evidence.is_free() {
                consoles.keep(&evidence);
            } else if evidence.is_free()
                && !evidence.explained
                && let Some(unconfirmed) = evidence::unconfirmed(&evidence)
            {
                out(Told::Unconfirmed(unconfirmed));
            }
        });
    }
}

#[cfg(test)]
mod tests;
