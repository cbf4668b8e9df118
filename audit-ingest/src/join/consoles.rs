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

/// What was found out about the begin of a connection.
pub(crate) struct Began {
    /// When it was, if anything tells.
    pub(crate) when: Option<When>,
    /// Whoever had a session since then may have opened it.
    pub(crate) first: i64,
    /// The client that it was.
    pub(crate) client: Option<u64>,
}

impl Consoles {
    /// A page was loaded, or something was done that a connection begins with.
    pub(crate) fn mark(&mut self, source: Address, at: i64, kind: Option<Kind>) {
        if source == Address::Unknown {
            return;
        }
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

    /// When a connection began.
    pub(crate) fn began(&mut self, ended: &Ended<'_>) -> Began {
        let (mark, first) = self.take_mark(ended).unzip();
        let latest = ended.at + SECOND;
        let fresh = ended.notes.iter().filter(|it| it.begins && it.is_free());
        let fresh = fresh.map(|it| Client { at: it.at, client: it.client });
        let clients = self.clients.iter().copied().chain(fresh);
        let mut clients: Vec<Client> = clients.filter(|it| it.at <= latest).collect();
        if ended.is_client {
            let gone = self.gone(ended, &clients);
            if let [Client { at, client }] = gone[..] {
                return Began { when: Some(When::At(at)), first: at, client: Some(client) };
            }
            if !gone.is_empty() {
                clients = gone;
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
            return Began { when: None, first: ended.at, client };
        };
        let from = ended.since.or(mark).unwrap_or(likely).min(likely);
        let to = ended.at.max(likely);
        let first = first.unwrap_or(likely).min(likely);
        Began { when: Some(When::Between { from, to, likely }), first, client }
    }

    /// The clients that left when a connection ended, and came when a page was loaded there.
    fn gone(&self, ended: &Ended<'_>, clients: &[Client]) -> Vec<Client> {
        let left = |client: &&Client| {
            ended.notes.iter().any(|it| {
                !it.begins
                    && it.is_free()
                    && it.client == client.client
                    && it.within(ended.at - SECOND, ended.at + SECOND + SECOND / 2)
            })
        };
        let pages = || self.marks.get(&ended.source).into_iter().flatten();
        let came = |client: &&Client| {
            ended.since.is_none_or(|since| since <= client.at)
                && (pages().next().is_none() || pages().any(|it| near_mark(client.at, it.at)))
        };
        clients.iter().filter(left).filter(came).copied().collect()
    }

    /// The page, or action, that a connection began with: the last one, but one of the second of its
    /// end may be the next connection's. None begins two connections of a kind. And the first that it
    /// can have begun with.
    fn take_mark(&mut self, ended: &Ended<'_>) -> Option<(i64, i64)> {
        let marks = self.marks.get_mut(&ended.source)?;
        let of_kind = |it: &&mut Mark| it.kind == ended.after && it.at <= ended.at;
        let mut marks: Vec<_> = marks.iter_mut().filter(of_kind).collect();
        let free = |it: &&mut Mark| !it.used.contains(&ended.rule);
        let last = marks.len().checked_sub(1)?;
        let before =
            last.checked_sub(1).filter(|_| marks.get(last).is_some_and(|it| it.at == ended.at));
        let before = before.filter(|it| marks.get(*it).is_some_and(free));
        let index = before.or_else(|| marks.iter().rposition(free))?;
        let first = marks.iter().find(|it| !it.used.contains(&ended.rule)).map(|it| it.at)?;
        let mark = marks.get_mut(index)?;
        mark.used.push(ended.rule);
        Some((mark.at, first))
    }
}

fn near_mark(at: i64, mark: i64) -> bool {
    (mark..=mark + CONNECTS_WITHIN).contains(&at)
}
