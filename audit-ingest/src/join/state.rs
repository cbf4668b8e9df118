//! What must be kept to go on after a stop as if there had been none: where to begin again in both
//! logs, and what was concluded from the lines before. No line, and no name but those that were
//! told.

use super::clock::Clock;
use super::consoles::Consoles;
use super::evidence::{Again, Claims};
use super::polls::Polls;
use super::sessions::Sessions;
use super::solve::Verdict;
use super::{Join, Waiting};
use crate::action::{FileId, Origin};
use crate::device::kvmd;
use serde::{Deserialize, Serialize};

/// Where reading begins again in a log, and how far the log had come there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) file: FileId,
    pub(crate) offset: u64,
    pub(crate) line: u64,
    pub(crate) clock: i64,
    pub(crate) in_block: bool,
}

/// What the join must keep.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) access: Place,
    pub(crate) app: Place,
    horizon: i64,
    /// Lines behind those places that were told, decided about, or taken for what one is about.
    done: Vec<Origin>,
    decided: Vec<(Origin, Verdict)>,
    taken: Vec<Origin>,
    explained: Vec<Origin>,
    tells_checks: bool,
    sessions: Sessions,
    consoles: Consoles,
    #[serde(default)]
    polls: Polls,
    /// Of a log that has requests and messages.
    #[serde(default)]
    pub(crate) kvmd: kvmd::State,
}

impl Join {
    /// Takes what must be kept, when the logs were read up to these places.
    pub(crate) fn state(&self, access: Place, app: Place) -> State {
        let first = self.waiting.front();
        let place = |it: &Waiting| Place {
            file: it.origin.file,
            offset: it.origin.offset,
            line: it.line,
            clock: it.clock,
            in_block: false,
        };
        let again = |Again { file, offset, line, in_block, clock }| Place {
            file,
            offset,
            line,
            clock,
            in_block,
        };
        let taken = self.claims.held.iter().filter(|it| it.is_taken).map(|it| it.origin);
        let explained = self.claims.held.iter().filter(|it| it.explained).map(|it| it.origin);
        let done = self.waiting.iter().filter(|it| it.told).map(|it| it.origin);
        let decided = self.waiting.iter().filter(|it| !it.told);
        let decided = decided.filter_map(|it| Some((it.origin, it.verdict.clone()?)));
        let before = self.decided.iter().map(|(origin, verdict)| (*origin, verdict.clone()));
        State {
            access: first.map_or(access, place),
            app: self.claims.again().map_or(app, again),
            horizon: self.claims.horizon,
            done: done.chain(self.done.iter().copied()).collect(),
            decided: decided.chain(before).collect(),
            taken: taken.chain(self.taken.iter().copied()).collect(),
            explained: explained.chain(self.explained.iter().copied()).collect(),
            tells_checks: self.claims.tells_checks,
            sessions: self.sessions.clone(),
            consoles: self.consoles.clone(),
            polls: self.polls.clone(),
            kvmd: kvmd::State::default(),
        }
    }

    /// A new one goes on from what was kept.
    pub(crate) fn go_on(mut self, state: State, message_max: u64) -> Join {
        let State { access, app, horizon, tells_checks, sessions, consoles, polls, .. } = state;
        let join = &mut self;
        join.access_clock = access.clock;
        join.claims = Claims::new(Clock::at(app.clock, message_max), horizon, tells_checks);
        join.done = state.done.into_iter().collect();
        join.decided = state.decided.into_iter().collect();
        join.taken = state.taken.into_iter().collect();
        join.explained = state.explained.into_iter().collect();
        join.sessions = sessions;
        join.consoles = consoles;
        join.polls = polls;
        self
    }
}
