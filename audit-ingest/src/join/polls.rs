//! Connections that are none: a client that asks again and again, where nothing lets a connection last.
//!
//! Each request names the connection. Most clients ask a few times and go over to a real one, whose
//! own line tells of it when it ends; those that go on asking, or never do that, had a session.

use super::tell::{Telling, Tells};
use super::{Join, Told};
use crate::access::Request;
use crate::action::{Address, Kind, Origin, When};
use crate::rules::{Proof, Rule};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Who has not asked for so long does not any more, in milliseconds: many times what a server lets a
/// client wait for an answer.
const SILENCE: i64 = 300_000;
/// A client that leaves is missed by the server within this after it asked last, in milliseconds.
const MISSED_WITHIN: i64 = 60_000;
/// Who goes over to a real connection does so within this, in milliseconds.
const GOES_OVER_WITHIN: i64 = 5_000;
/// So many are remembered; of more the oldest are over.
const OPEN_MAX: usize = 4_096;
const SECOND: i64 = 1_000;

/// Those that are not over.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Polls(VecDeque<Poll>);

/// One of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Poll {
    source: Address,
    connection: u64,
    first: Seen,
    last: Seen,
    method: String,
    path: String,
    status: u16,
}

/// A request of it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Seen {
    origin: Origin,
    line: u64,
    at: i64,
}

impl Polls {
    fn find(&mut self, source: Address, connection: u64) -> Option<usize> {
        let is = |it: &Poll| it.connection == connection && it.source.canonical() == source;
        self.0.iter().rposition(is)
    }

    /// It became a real connection; when it was first heard of.
    pub(crate) fn gone_over(&mut self, source: Address, connection: u64) -> Option<i64> {
        let at = self.find(source, connection)?;
        self.0.remove(at).map(|it| it.first.at)
    }

    /// Takes those out that are over when it is this late, the first that began first.
    ///
    /// `left` is when the application says that clients left.
    fn over(&mut self, now: i64, idle: i64, left: &[i64]) -> Vec<Poll> {
        let is_over = |it: &Poll| {
            let lasts = it.last.at - it.first.at > GOES_OVER_WITHIN;
            let left = left.iter().any(|at| (0..MISSED_WITHIN).contains(&(at - it.last.at)));
            it.last.at.saturating_add(if lasts { SILENCE } else { idle }) < now || (lasts && left)
        };
        let excess = self.0.len().saturating_sub(OPEN_MAX);
        let mut over: Vec<Poll> = self.0.drain(..excess).collect();
        if self.0.iter().any(is_over) {
            for poll in std::mem::take(&mut self.0) {
                match is_over(&poll) {
                    true => over.push(poll),
                    false => self.0.push_back(poll),
                }
            }
        }
        over
    }
}

impl Join {
    /// A request of a connection that is none.
    pub(super) fn polled(&mut self, request: &Request, rule: &Rule, origin: Origin, line: u64) {
        let Some(connection) = request.poll else { return };
        let seen = Seen { origin, line, at: request.at };
        let source = request.source.canonical();
        self.sessions.heard(request.at, source, None);
        let poll = self.polls.find(source, connection).and_then(|at| self.polls.0.get_mut(at));
        if let Some(poll) = poll {
            poll.last = seen;
            return;
        }
        self.polls.0.push_back(Poll {
            source: request.source,
            connection,
            first: seen,
            last: seen,
            method: rule.method.clone(),
            path: request.path.clone().unwrap_or_else(|| rule.path.clone()),
            status: request.status,
        });
    }

    /// Both logs were read to their ends: a client that left is told, and not waited for.
    pub(super) fn tell_last_polls(&mut self, out: &mut dyn FnMut(Told)) {
        let clients = self.claims.held.iter().filter(|it| it.proof == Proof::Client && !it.begins);
        let left: Vec<i64> = clients.filter(|it| it.is_free()).map(|it| it.at).collect();
        self.tell_polls(self.access_clock.max(self.claims.clock.now()), &left, out);
    }

    /// Tells of those that are over when it is this late.
    pub(super) fn tell_polls(&mut self, now: i64, left: &[i64], out: &mut dyn FnMut(Told)) {
        for poll in self.polls.over(now, self.idle, left) {
            let Poll { source, first, last, method, path, status, .. } = poll;
            let tells = Tells { source, method, path, status };
            for (kind, seen, part) in [(Kind::SessionStart, first, 0), (Kind::SessionEnd, last, 1)]
            {
                let from = Some(first.at - SECOND);
                let who = self.sessions.who(source.canonical(), from, first.at + SECOND);
                let when = When::At(seen.at);
                let telling = Telling::of(kind, when, part, who);
                out(tells.told(telling, crate::action::Outcome::Success, seen.origin, seen.line));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{access, read};
    use crate::action::Action;

    const HOUR: u32 = 3_600;

    fn polls(from: u32, to: u32, name: &str) -> String {
        let request = format!("GET /socket.io/?transport=polling&sid={name}");
        (from..=to).step_by(20).map(|at| access("1.1.1.1", at, &request, 200)).collect()
    }

    fn told(log: &str) -> Vec<String> {
        let shown =
            |it: &Action| format!("{:?} {}", it.kind, it.occurred.millis() / 1_000 % 10_000);
        read(log, "").0.iter().map(shown).collect()
    }

    fn other(at: u32) -> String {
        access("2.2.2.2", at, "POST /api/paste", 200)
    }

    #[test]
    fn each_that_goes_on_asking_is_one_session() {
        let log = polls(0, 100, "a") + &polls(40, 80, "b") + &other(500);
        let found = told(&log);
        let begin = 1_795_226_400_u32 % 10_000;
        let at = |kind: &str, second: u32| format!("{kind} {}", begin + second);
        assert_eq!(
            found,
            [
                at("SessionStart", 0),
                at("SessionEnd", 100),
                at("SessionStart", 40),
                at("SessionEnd", 80),
                at("Paste", 500)
            ]
        );
    }

    #[test]
    fn what_became_a_real_connection_is_told_once() {
        let upgraded = access("1.1.1.1", 90, "GET /socket.io/?transport=websocket&sid=a", 101);
        let refused = access("1.1.1.1", 2, "GET /socket.io/?transport=websocket&sid=a", 400);
        let first = polls(0, 0, "a");
        let kinds = |log: &str| told(log).iter().filter(|it| it.starts_with("Session")).count();
        assert_eq!(kinds(&(first.clone() + &upgraded + &other(200))), 2);
        assert_eq!(kinds(&(first.clone() + &refused + &other(200))), 0, "it may come yet");
        // It never came.
        assert_eq!(kinds(&(first + &other(13 * HOUR))), 2);
    }

    #[test]
    fn what_still_asks_is_not_over() {
        assert!(told(&polls(0, 100, "a")).is_empty());
    }
}
