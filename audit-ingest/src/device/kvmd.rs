//! The journal of kvmd, PiKVM's daemon: its requests, with the user and the address, and its messages,
//! in one log.
//!
//! A line is `LOGGER LEVEL --- message`, the logger cut or padded to 30 characters, behind what the
//! journal puts before it. Requests are told by `aiohttp.access`, logins by `kvmd.apps.kvmd.auth` a
//! moment before their request, and consoles, whose request is told when they end, when they begin, too.
//!
//! Whoever claims a name by HTTP's own authentication can put line ends into it, and kvmd writes it
//! before it checks it: what follows in the journal is byte for byte like lines of kvmd. The journal also
//! cuts very long lines wherever that is. But the line that it stands in is not whole then. So nothing
//! that the journal took in the same moment as such a line, and behind it, is believed: [`Entry::Doubtful`].

use crate::access::{Named, Reader, Reading};
use crate::action::{Claim, Outcome};
use crate::app::prefix::Stamped;
use crate::name::{Name, passing_hash};
use crate::source::{End, Line};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

mod line;

use line::{Access, Said};

/// What a client can write at once, in bytes, and how long the journal may take for it, in milliseconds.
const CLAIMED_MAX: u64 = 256 * 1024;
const CLAIMED_WITHIN: i64 = 1_000;
/// The journal cuts lines of 48 KiB. kvmd's own are never as long as this; those that clients make long
/// are not whole.
const LINE_MAX: usize = 24 * 1024;
/// A login and its request are not further apart, in milliseconds; nor a console's end and its.
const WITHIN: i64 = 5_000;
/// Logins under way, and consoles, that are remembered.
const UNDER_WAY_MAX: usize = 64;
const CONSOLES_MAX: usize = 1_024;

/// What a line is.
pub(crate) enum Entry {
    /// A line of kvmd's, or what may be what a client wrote.
    Doubtful(Claim, i64),
    /// Not a whole line of kvmd's.
    Unreadable,
    /// None of kvmd's.
    Foreign,
    /// Written then.
    Understood(Reading, i64),
}

/// What must outlive a stop.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Consoles that are open: the hash of each one's name, and when it began.
    consoles: VecDeque<(u64, i64)>,
}

/// Reads the lines, one after another.
#[derive(Debug, Default)]
pub(crate) struct Kvmd {
    pub(crate) state: State,
    logins: VecDeque<Login>,
    /// So many of the logins under way have had their request already.
    requests: usize,
    /// Consoles that are over and whose request comes next: when they began and ended.
    over: VecDeque<(i64, i64)>,
    /// The last line that is not whole: where, and when.
    torn: Option<Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    line: u64,
    at: i64,
}

#[derive(Debug)]
struct Login {
    place: Place,
    name: Option<Name>,
}

impl Kvmd {
    /// Where reading must begin again to understand what follows: the offset, and the line's number.
    pub(crate) fn begin(&self) -> Option<(u64, u64)> {
        let first = self.logins.front().map(|it| it.place).into_iter().chain(self.torn);
        first.min_by_key(|it| it.offset).map(|it| (it.offset, it.line))
    }

    /// The file is over: nothing in the next one is the rest of its lines.
    pub(crate) fn end_file(&mut self) {
        (self.torn, self.requests) = (None, 0);
        self.logins.clear();
    }

    pub(crate) fn read(&mut self, reader: &Reader, it: &Line<'_>) -> Entry {
        let Some(stamped) = Stamped::of(it.bytes) else {
            return if it.end == End::Torn { Entry::Unreadable } else { Entry::Foreign };
        };
        let place = Place { offset: it.offset, line: it.number, at: stamped.at };
        let is_doubtful = self.torn.is_some_and(|torn| {
            it.offset.saturating_sub(torn.offset) <= CLAIMED_MAX
                && (torn.at..=torn.at + CLAIMED_WITHIN).contains(&stamped.at)
        });
        if !is_doubtful {
            self.torn = None;
        }
        self.forget(stamped.at);
        let said = line::said(stamped.message);
        if it.end != End::Whole || it.bytes.len() > LINE_MAX || matches!(said, Said::Torn) {
            self.torn = Some(place);
            return Entry::Unreadable;
        }
        let at = stamped.at;
        match (said, is_doubtful) {
            (Said::Access(_), true) => Entry::Doubtful(Claim::Request, at),
            (Said::LoggedIn(_), true) => Entry::Doubtful(Claim::Login, at),
            (Said::LoggedOut, true) => Entry::Doubtful(Claim::Logout, at),
            (Said::Access(access), false) => Entry::Understood(self.access(reader, access, at), at),
            (Said::LoggedIn(name), false) => {
                if self.logins.len() == UNDER_WAY_MAX {
                    self.logins.pop_front();
                }
                self.logins.push_back(Login { place, name: Name::new(name) });
                Entry::Understood(Reading::Ignored, at)
            }
            (Said::Console(id, begins), false) => {
                self.console(passing_hash(id), begins, at);
                Entry::Understood(Reading::Ignored, at)
            }
            (Said::Other, _) | (Said::LoggedOut, false) | (Said::Console(..), true) => {
                Entry::Understood(Reading::Ignored, at)
            }
            (Said::Foreign | Said::Torn, _) => Entry::Foreign,
        }
    }

    /// What is too old to belong to a request that comes.
    fn forget(&mut self, now: i64) {
        let is_old = |at: i64| (now - at).abs() > WITHIN;
        if self.logins.back().is_some_and(|it| is_old(it.place.at)) {
            self.logins.clear();
            self.requests = 0;
        }
        self.over.retain(|(_, at)| !is_old(*at));
    }

    fn access(&mut self, reader: &Reader, access: Access<'_>, at: i64) -> Reading {
        let is_named = access.user.is_some();
        let mut reading = reader.meaning_of(access.said(at));
        let Reading::Request(request) = &mut reading else { return reading };
        let Some(rule) = reader.rules.get(request.rule) else { return reading };
        if rule.is_login() && request.outcome == Outcome::Success && !is_named {
            request.named = Some(self.login());
        }
        if rule.is_session() && request.outcome == Outcome::Success {
            // Where two ended at once, nobody knows which of them this is.
            if let [(began, _)] = self.over.make_contiguous() {
                request.took = Some(at - *began);
            }
            self.over.clear();
        }
        reading
    }

    /// Who has just logged in: one, or one of those whose logins are under way.
    fn login(&mut self) -> Named {
        let mut names: Vec<Name> = self.logins.iter().filter_map(|it| it.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        self.requests += 1;
        if self.requests >= self.logins.len() {
            self.logins.clear();
            self.requests = 0;
        }
        Named(names)
    }

    fn console(&mut self, id: u64, begins: bool, at: i64) {
        let consoles = &mut self.state.consoles;
        if begins {
            // The name is that of a place in memory, which is used again.
            consoles.retain(|(it, _)| *it != id);
            if consoles.len() == CONSOLES_MAX {
                consoles.pop_front();
            }
            return consoles.push_back((id, at));
        }
        let Some(index) = consoles.iter().position(|(it, _)| *it == id) else { return };
        if let Some((_, began)) = consoles.remove(index) {
            self.over.push_back((began, at));
        }
    }
}

#[cfg(test)]
mod tests;
