//! When connections began whose end alone is logged.

use super::evidence::Evidence;
use crate::action::{Address, Kind, When};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Clients that are connected and not heard of since.
const CLIENTS_MAX: usize = 1_024;
/// Addresses whose page loads are remembered; and how many of each.
const ADDRESSES_MAX: usize = 4_096;
const PAGES_MAX: usize = 8;
/// A page connects within this after it was loaded, in milliseconds.
const CONNECTS_WITHIN: i64 = 5_000;
/// nginx's times have no fraction.
const SECOND: i64 = 1_000;

/// What is known of connections that are open.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Consoles {
    clients: VecDeque<Client>,
    marks: BTreeMap<Address, VecDeque<Mark>>,
}

/// A client that said that it is connected.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Client {
    at: i64,
    client: u64,
}

/// Something that a connection begins with: the page, if there is no kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Mark {
    at: i64,
    kind: Option<Kind>,
    /// The rules of the connections that began with it and are over.
    used: Vec<u16>,
}

/// What is asked.
pub(crate) struct Ended<'a> {
    pub(crate) source: Address,
    /// When nginx wrote the line.
    pub(crate) at: i64,
    pub(crate) rule: u16,
    /// It tells of itself in the application log.
    pub(crate) is_client: bool,
    /// The action that it begins with.
    pub(crate) after: Option<Kind>,
    /// When the address was first heard of.
    pub(crate) since: Option<i64>,
    /// What the application log said of clients in the last seconds.
    pub(crate) notes: &'a [&'a Evidence],
}

impl Consoles {
    /// A page was loaded, or something was done that a connection begins with.
    pub(crate) fn mark(&mut self, source: Address, at: i64, kind: Option<Kind>) {
        if self.marks.len() >= ADDRESSES_MAX && !self.marks.contains_key(&source) {
            let last = |it: &VecDeque<Mark>| it.back().map(|it| it.at);
            let oldest = self.marks.iter().min_by_key(|it| last(it.1)).map(|it| *it.0);
            let _forgotten = oldest.map(|it| self.marks.remove(&it));
        }
        let marks = self.marks.entry(source).or_default();
        if marks.len() >= PAGES_MAX {
            let _oldest = marks.pop_front();
        }
        marks.push_back(Mark { at, kind, used: Vec::new() });
    }

    /// A client connected or left, and nothing was joined with that.
    pub(crate) fn keep(&mut self, evidence: &Evidence) {
        if !evidence.begins {
            self.clients.retain(|it| it.client != evidence.client);
            return;
        }
        if self.clients.len() >= CLIENTS_MAX {
            let _oldest = self.clients.pop_front();
        }
        self.clients.push_back(Client { at: evidence.at, client: evidence.client });
    }

    pub(crate) fn forget(&mut self, client: u64) {
        self.clients.retain(|it| it.client != client);
    }

    /// When a connection began, if anything tells, and the client that it was.
    pub(crate) fn began(&mut self, ended: &Ended<'_>) -> (Option<When>, Option<u64>) {
        let mark = self.take_mark(ended);
        let latest = ended.at + SECOND;
        let fresh = ended.notes.iter().filter(|it| it.begins && it.is_free());
        let fresh = fresh.map(|it| Client { at: it.at, client: it.client });
        let clients = self.clients.iter().copied().chain(fresh);
        let clients: Vec<Client> = clients.filter(|it| it.at <= latest).collect();
        if ended.is_client {
            let left = |it: &Evidence| {
                !it.begins && it.is_free() && it.within(ended.at - SECOND, latest + SECOND / 2)
            };
            let mut gone: Vec<_> = ended.notes.iter().filter(|it| left(it)).collect();
            if let (Some(it), true) = (gone.pop(), gone.is_empty())
                && let Some(client) = clients.iter().find(|client| client.client == it.client)
                && ended.since.is_none_or(|since| since <= client.at)
            {
                return (Some(When::At(client.at)), Some(client.client));
            }
        }
        let near = |it: &&Client| mark.is_some_and(|mark| near_mark(it.at, mark));
        let mut likely: Vec<_> = clients.iter().filter(near).collect();
        likely.sort_unstable_by_key(|it| (it.at, it.client));
        let mut found = likely.first().copied();
        if found.is_none() && mark.is_none() {
            // One client since the login, if there is just one.
            let since = ended.since.unwrap_or(i64::MIN);
            let mut all = clients.iter().filter(|it| it.at >= since);
            found = all.next().filter(|_| all.next().is_none());
        }
        let client = found.filter(|_| ended.is_client).map(|it| it.client);
        let Some(likely) = found.map(|it| it.at).or(mark).or(ended.since) else {
            return (None, client);
        };
        let from = ended.since.or(mark).unwrap_or(likely).min(likely);
        let to = ended.at.max(likely);
        (Some(When::Between { from, to, likely }), client)
    }

    /// The page, or action, that a connection began with: the last one, but one of the second of its
    /// end may be the next connection's. None begins two connections of a kind.
    fn take_mark(&mut self, ended: &Ended<'_>) -> Option<i64> {
        let marks = self.marks.get_mut(&ended.source)?;
        let of_kind = |it: &&mut Mark| it.kind == ended.after && it.at <= ended.at;
        let mut marks: Vec<_> = marks.iter_mut().filter(of_kind).collect();
        let free = |it: &&mut Mark| !it.used.contains(&ended.rule);
        let last = marks.len().checked_sub(1)?;
        let before =
            last.checked_sub(1).filter(|_| marks.get(last).is_some_and(|it| it.at == ended.at));
        let before = before.filter(|it| marks.get(*it).is_some_and(free));
        let index = before.or_else(|| marks.iter().rposition(free))?;
        let mark = marks.get_mut(index)?;
        mark.used.push(ended.rule);
        Some(mark.at)
    }
}

fn near_mark(at: i64, mark: i64) -> bool {
    (mark..=mark + CONNECTS_WITHIN).contains(&at)
}
