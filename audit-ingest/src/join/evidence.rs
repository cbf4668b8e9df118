//! What the application log claims, kept until every request that could bear it out is known.

use super::clock::{Clock, Seen};
use crate::action::{Claim, FileId, Log, Origin, Unconfirmed};
use crate::app::{Note, Text, What};
use crate::name::Name;
use crate::rules::Proof;
use crate::zone::Moments;
use std::collections::VecDeque;
use std::net::IpAddr;

/// How long the messages of one login may be apart, in milliseconds.
const CHAIN_MAX: i64 = 5_000;
/// Logins that begin within this may be mixed up, in milliseconds.
const CONCURRENT_MAX: i64 = 100;
/// Of the messages of logins under way so many are remembered.
const UNDER_WAY_MAX: usize = 64;
/// Claims that are held; more have no request to bear them out.
const HELD_MAX: usize = 20_000;

/// A claim of the application log. Its name may be what a client made up.
#[derive(Clone)]
pub(crate) struct Evidence {
    pub(crate) proof: Proof,
    pub(crate) at: i64,
    /// The other moment that its local time may mean.
    pub(crate) alternative: Option<i64>,
    pub(crate) name: Option<Name>,
    /// Where a login says that it came from: the proxy appends that.
    pub(crate) hints: Vec<IpAddr>,
    /// When the login began.
    pub(crate) since: i64,
    /// All messages of the login are there.
    pub(crate) chained: bool,
    /// A new password was followed by a new session of the same user.
    pub(crate) own: bool,
    /// The client of a connection, hashed.
    pub(crate) client: u64,
    pub(crate) begins: bool,
    pub(crate) origin: Origin,
    line: u64,
    in_block: bool,
    out_of_order: bool,
    /// When no request can bear it out any more, in the application log's time.
    until: i64,
    /// It was taken for what a request is about.
    pub(crate) is_taken: bool,
    /// It is one of several that a request could be about, so it is not without any.
    pub(crate) explained: bool,
}

impl Evidence {
    /// Whether it may be about a request that was logged within these, in milliseconds.
    pub(crate) fn within(&self, from: i64, to: i64) -> bool {
        let within = |at: i64| (from..=to).contains(&at);
        within(self.at) || self.alternative.is_some_and(within)
    }

    pub(crate) fn is_free(&self) -> bool {
        !self.is_taken
    }
}

/// A message of a login under way.
#[derive(Clone, Debug)]
struct UnderWay {
    at: i64,
    address: Option<IpAddr>,
    /// The hash of the name, when it is known.
    name: Option<Text<u64>>,
    hints: Vec<IpAddr>,
}

/// Where reading must begin again to see all that is still needed.
#[derive(Clone, Copy, Debug)]
struct Trail {
    until: i64,
    at: i64,
    clock: i64,
    file: FileId,
    offset: u64,
    line: u64,
    in_block: bool,
}

/// A place to begin again, and the clock that was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Again {
    pub(crate) file: FileId,
    pub(crate) offset: u64,
    pub(crate) line: u64,
    pub(crate) in_block: bool,
    pub(crate) clock: i64,
}

/// All claims that may still be borne out.
#[derive(Default)]
pub(crate) struct Claims {
    pub(crate) held: VecDeque<Evidence>,
    pub(crate) clock: Clock,
    requests: VecDeque<UnderWay>,
    checks: VecDeque<UnderWay>,
    trail: VecDeque<Trail>,
    /// This log tells whose name is checked, so a login without that is none.
    pub(crate) tells_checks: bool,
    /// Claims that came before this were dealt with.
    pub(crate) horizon: i64,
}

impl Claims {
    pub(crate) fn new(clock: Clock, horizon: i64, tells_checks: bool) -> Claims {
        Claims { clock, horizon, tells_checks, ..Claims::default() }
    }

    /// Takes a record. `access` is how far the access log has come.
    pub(crate) fn push(&mut self, note: Note, file: FileId, access: i64) {
        let clock = self.clock.now();
        let seen = self.see(note.moments, access);
        // A line far ahead of all others is waited for when others follow it there, see `see`.
        let until = self.clock.now();
        let Note { offset, line, in_block, .. } = note;
        self.trail.push_back(Trail { until, at: seen.at, clock, file, offset, line, in_block });
        let origin = Origin { log: Log::App, file, offset };
        let mut evidence = Evidence {
            proof: Proof::Login,
            at: seen.at,
            alternative: seen.alternative,
            name: None,
            hints: Vec::new(),
            since: seen.at,
            chained: false,
            own: false,
            client: 0,
            begins: false,
            origin,
            line,
            in_block,
            out_of_order: seen.out_of_order,
            until,
            is_taken: false,
            explained: false,
        };
        (evidence.proof, evidence.name) = match note.what {
            What::LoginRequest(address) => return self.request(seen.at, address),
            What::Checking(name) => return self.check(seen.at, name),
            What::Refused(name) => return self.refuse(&name),
            What::Started(name) => {
                // Whoever logs in has the name checked.
                let name = self.chain(&mut evidence, name);
                if !evidence.chained && self.follows_password(seen.at, name.as_ref()) {
                    return;
                }
                (Proof::Login, name)
            }
            What::LoggedIn { name, address } => {
                evidence.chained = address.is_some();
                evidence.hints = address.map(|it| it.to_canonical()).into_iter().collect();
                (Proof::Login, name)
            }
            What::LoginRefused(address) => {
                evidence.hints = address.map(|it| it.to_canonical()).into_iter().collect();
                (Proof::LoginRefused, None)
            }
            What::Over(name) => {
                // Nobody need have asked for it.
                evidence.explained = true;
                (Proof::Logout, name)
            }
            What::Ended(name) => (Proof::Logout, name),
            What::Created(name) => (Proof::UserCreated, name),
            What::PasswordChanged(name) => (Proof::PasswordChanged, name),
            What::RoleChanged(name) => (Proof::RoleChanged, name),
            What::Deleted(name) => (Proof::UserDeleted, name),
            What::AllDeleted => (Proof::UsersDeleted, None),
            What::Connected(client) | What::Disconnected(client) => {
                evidence.client = client;
                evidence.begins = matches!(note.what, What::Connected(_));
                (Proof::Client, None)
            }
        };
        if until.max(seen.at) >= self.horizon {
            self.held.push_back(evidence);
        }
    }

    /// Takes the time of a record, whatever it says.
    pub(crate) fn see(&mut self, moments: Moments, access: i64) -> Seen {
        let before = self.clock.now();
        let seen = self.clock.see(moments, access);
        let now = self.clock.now();
        if now.saturating_sub(before) > CHAIN_MAX {
            // Lines that seemed to be ahead of their time were not.
            let raise = |until: &mut i64, at: i64| *until = at.min(now).max(*until);
            self.held.iter_mut().for_each(|it| raise(&mut it.until, it.at));
            self.trail.iter_mut().for_each(|it| raise(&mut it.until, it.at));
        }
        seen
    }

    fn request(&mut self, at: i64, address: Option<IpAddr>) {
        let address = address.map(|it| it.to_canonical());
        remember(&mut self.requests, UnderWay { at, address, name: None, hints: Vec::new() });
    }

    fn check(&mut self, at: i64, name: Text<u64>) {
        self.tells_checks = true;
        let near = |it: &UnderWay| (at - CONCURRENT_MAX..=at + CONCURRENT_MAX).contains(&it.at);
        let concurrent = self.requests.iter().filter(|it| near(it)).count();
        let (hints, since) = if concurrent > 1 {
            // Any of them could be the one; those that are over soon are too old to be it.
            let all = self.requests.iter().filter(|it| near(it));
            (self.hints(at), all.map(|it| it.at).min().unwrap_or(at))
        } else {
            let last = self.requests.pop_back().filter(|it| (at - it.at).abs() <= CHAIN_MAX);
            let since = last.as_ref().map_or(at, |it| it.at);
            (last.and_then(|it| it.address).into_iter().collect(), since)
        };
        remember(&mut self.checks, UnderWay { at: since, address: None, name: Some(name), hints });
    }

    /// The addresses that logins under way come from.
    fn hints(&self, at: i64) -> Vec<IpAddr> {
        let range = at - CONCURRENT_MAX..=at + CONCURRENT_MAX;
        let near = self.requests.iter().filter(|it| range.contains(&it.at));
        let mut hints: Vec<IpAddr> = near.filter_map(|it| it.address).collect();
        hints.sort_unstable();
        hints.dedup();
        hints
    }

    fn refuse(&mut self, name: &Text<u64>) {
        if let Some((at, _)) = self.checked(name, i64::MIN) {
            let _refused = self.checks.remove(at);
        }
    }

    /// The login under way, not older than this, in which the name was checked; and which of the
    /// shorter ones it was, if it was not the whole. One that is the same to its end comes first.
    fn checked(&self, name: &Text<u64>, since: i64) -> Option<(usize, Option<usize>)> {
        let find = |is: &dyn Fn(&Text<u64>) -> bool| {
            let is = |it: &UnderWay| it.at >= since && it.name.as_ref().is_some_and(is);
            self.checks.iter().rposition(is)
        };
        let whole = find(&|it| it.whole == name.whole)
            .or_else(|| find(&|it| it.shorter.contains(&name.whole)));
        whole.map(|at| (at, None)).or_else(|| {
            let mut shorter = name.shorter.iter().enumerate();
            shorter.find_map(|(which, hash)| Some((find(&|it| it.whole == *hash)?, Some(which))))
        })
    }

    /// Looks for the login under way that has become this session, and takes what it tells; the name
    /// of its user.
    fn chain(
        &mut self,
        evidence: &mut Evidence,
        mut name: Text<(Option<Name>, u64)>,
    ) -> Option<Name> {
        let at = evidence.at;
        let hashes = Text {
            whole: name.whole.1,
            shorter: name.shorter.iter().map(|(_, hash)| *hash).collect(),
        };
        let found = self.checked(&hashes, at - CHAIN_MAX);
        match found.and_then(|(at, which)| Some((self.checks.remove(at)?, which))) {
            Some((check, which)) => {
                evidence.chained = true;
                evidence.since = check.at;
                evidence.hints = check.hints;
                match which {
                    Some(which) => name.shorter.swap_remove(which).0,
                    None => name.whole.0,
                }
            }
            None => {
                evidence.hints = self.hints(at);
                name.whole.0
            }
        }
    }

    /// Whether a new session is that of a user who has just changed the own password.
    fn follows_password(&mut self, at: i64, name: Option<&Name>) -> bool {
        let changed = self.held.iter_mut().rev().take(UNDER_WAY_MAX).find(|it| {
            it.proof == Proof::PasswordChanged
                && !it.own
                && it.name.as_ref() == name
                && (at - CHAIN_MAX..=at).contains(&it.at)
        });
        let Some(changed) = changed.filter(|_| name.is_some()) else { return false };
        changed.own = true;
        true
    }

    /// Drops what no request can bear out any more, which is what came before `horizon`.
    pub(crate) fn expire(&mut self, horizon: i64, mut tell: impl FnMut(Evidence)) {
        self.horizon = self.horizon.max(horizon);
        // One that is waited for does not hold up those behind it.
        let (mut excess, horizon) = (self.held.len().saturating_sub(HELD_MAX), self.horizon);
        if excess > 0 || self.held.iter().any(|it| it.until < horizon) {
            for evidence in std::mem::take(&mut self.held) {
                if excess > 0 || evidence.until < horizon {
                    excess = excess.saturating_sub(1);
                    tell(evidence);
                } else {
                    self.held.push_back(evidence);
                }
            }
        }
        let still = horizon.saturating_sub(2 * CHAIN_MAX);
        while self.trail.front().is_some_and(|it| it.until < still) || self.trail.len() > HELD_MAX {
            let _passed = self.trail.pop_front();
        }
    }

    /// Where to begin again after a stop.
    pub(crate) fn again(&self) -> Option<Again> {
        let Trail { clock, file, offset, line, in_block, .. } = *self.trail.front()?;
        Some(Again { file, offset, line, in_block, clock })
    }
}

fn remember(list: &mut VecDeque<UnderWay>, it: UnderWay) {
    if list.len() >= UNDER_WAY_MAX {
        let _oldest = list.pop_front();
    }
    list.push_back(it);
}

/// What a claim is told as, if nothing bears it out.
pub(crate) fn unconfirmed(evidence: &Evidence) -> Option<Unconfirmed> {
    let claim = match evidence.proof {
        Proof::Login => Claim::Login,
        Proof::Logout => Claim::Logout,
        Proof::UserCreated => Claim::UserCreated,
        Proof::UserDeleted => Claim::UserDeleted,
        Proof::UsersDeleted => Claim::UsersDeleted,
        Proof::PasswordChanged | Proof::OwnPasswordChanged => Claim::PasswordChanged,
        Proof::RoleChanged => Claim::RoleChanged,
        // Who pays a visit is refused, too, and it is the other log that counts.
        Proof::LoginRefused | Proof::Client => return None,
    };
    Some(Unconfirmed {
        origin: evidence.origin,
        line: evidence.line,
        claim,
        claimed_at: evidence.at,
        out_of_order: evidence.out_of_order,
        in_sensitive_block: evidence.in_block,
    })
}
