//! Tells of a request, and what follows from it for those that come after.

use super::consoles;
use super::sessions::{Ended, Session, Who};
use super::solve::Verdict;
use super::{Join, Told, Waiting};
use crate::action::{Action, Actor, Address, Confidence, Id, Kind, Origin, Outcome, When, Why};
use crate::name::Name;
use crate::rules::{Logged, Means, Proof};

/// Statuses that nginx answers with by itself, without asking the application.
const BY_NGINX: [u16; 11] = [408, 411, 413, 414, 421, 494, 495, 496, 497, 501, 505];
/// The second of a login says little about what happened within it, in milliseconds.
const SECOND: i64 = 1_000;

/// What is told of a request, before who did it is.
pub(super) struct Telling {
    pub(super) kind: Kind,
    pub(super) when: When,
    pub(super) part: u8,
    pub(super) who: Who,
    pub(super) target: Option<Name>,
    pub(super) proof: Option<Origin>,
}

impl Telling {
    pub(super) fn of(kind: Kind, when: When, part: u8, who: Who) -> Telling {
        Telling { kind, when, part, who, target: None, proof: None }
    }
}

/// What is told of the request itself.
pub(super) struct Tells {
    pub(super) source: Address,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: u16,
}

impl Tells {
    pub(super) fn told(&self, it: Telling, outcome: Outcome, origin: Origin, line: u64) -> Told {
        Told::Action(Action {
            id: Id { origin, part: it.part },
            line,
            kind: it.kind,
            outcome,
            occurred: it.when,
            source: self.source,
            method: self.method.clone(),
            path: self.path.clone(),
            status: self.status,
            actor: it.who.actor,
            confidence: it.who.confidence,
            why: it.who.why,
            target: it.target,
            proof: it.proof,
        })
    }
}

impl Join {
    pub(super) fn tell(&mut self, index: usize, out: &mut dyn FnMut(Told)) {
        let Some(waiting) = self.waiting.get_mut(index) else { return };
        waiting.told = true;
        let verdict = waiting.verdict.clone();
        let (request, origin, line) = (waiting.request.clone(), waiting.origin, waiting.line);
        let Some(rule) = self.rules.get(request.rule).cloned() else { return };
        let source = request.source.canonical();
        self.sessions.expire(request.at, self.idle, |it| out(Told::Session(it)));
        self.tell_polls(request.at, &[], out);
        let is_poll = matches!(rule.means, Means::Session { logged: Logged::Polls, .. });
        if is_poll && request.outcome == Outcome::Success {
            return self.polled(&request, &rule, origin, line);
        }
        let tells = match request.is_bare {
            true => Tells {
                source: request.source,
                method: String::new(),
                path: String::new(),
                status: 0,
            },
            false => Tells {
                source: request.source,
                method: rule.method.clone(),
                path: request.path.clone().unwrap_or_else(|| rule.path.clone()),
                status: request.status,
            },
        };
        let tellings = match rule.means {
            Means::Nothing => return,
            Means::Page => {
                if request.outcome == Outcome::Success {
                    self.consoles.mark(source, request.at, None);
                    self.sessions.heard(request.at, source, None);
                }
                return;
            }
            Means::Session { logged: Logged::AtBegin, .. } => {
                let who = self.by_address(source, &Seen::of(&request));
                let who = self.named(&request).unwrap_or(who);
                vec![Telling::of(Kind::SessionStart, When::At(request.at), 0, who)]
            }
            Means::Session { after, .. } => {
                let polled = request.poll.and_then(|it| self.polls.gone_over(source, it));
                let is_client = rule.proof == Some(Proof::Client);
                self.connection(index, is_client, after, polled)
            }
            Means::Action(kind) => {
                let is_proved = verdict.as_ref().is_some_and(|it| it.sure.is_some());
                if rule.must_prove && self.has_app && !is_proved && !request.is_in_doubt() {
                    return;
                }
                let named = self.named(&request);
                let everywhere = rule.everywhere;
                let proof = rule.proof;
                let found = Found { kind, proof, verdict, source, origin, named, everywhere };
                vec![self.action(found, &Seen::of(&request), out)]
            }
        };
        for it in tellings {
            let user = match &it.who.actor {
                Actor::Known(name) => Some(name),
                _ => None,
            };
            if user.is_some() {
                self.sessions.heard(request.at, source, user);
            }
            out(tells.told(it, request.outcome, origin, line));
        }
    }

    /// A connection that ended tells of its begin, too. `polled` is when its client began to poll.
    fn connection(
        &mut self,
        index: usize,
        is_client: bool,
        after: Option<Kind>,
        polled: Option<i64>,
    ) -> Vec<Telling> {
        let Some(Waiting { request, .. }) = self.waiting.get(index) else { return Vec::new() };
        let (source, at, rule) = (request.source.canonical(), request.at, request.rule);
        let seen = Seen::of(request);
        let telling = Telling::of;
        let named = self.named(request);
        if request.outcome != Outcome::Success {
            let who = named.unwrap_or_else(|| self.by_address(source, &seen));
            return vec![telling(Kind::SessionStart, When::At(at), 0, who)];
        }
        let notes: Vec<_> =
            self.claims.held.iter().filter(|it| it.proof == Proof::Client).collect();
        let since = self.sessions.since(source);
        let ended = consoles::Ended { source, at, rule, is_client, after, since, notes: &notes };
        let consoles::Began { when: mut began, mut first, client } = self.consoles.began(&ended);
        if let Some(known) = request.took.map(|took| at - took).or(polled) {
            first = known;
            began = Some(When::At(first));
        }
        if let Some(client) = client {
            self.consoles.forget(client);
            let held = self.claims.held.iter_mut();
            let same = held.filter(|it| it.proof == Proof::Client && it.client == client);
            same.for_each(|it| it.is_taken = true);
        }
        // Where the begin is known, whoever logged in later did not open it.
        let until = if matches!(began, Some(When::At(_))) { first + SECOND } else { at };
        let by_address = || self.sessions.who(source, Some(first - SECOND), until.max(first));
        let who = || named.clone().unwrap_or_else(by_address);
        let ended = telling(Kind::SessionEnd, When::At(at), 1, who());
        match began {
            Some(began) => vec![telling(Kind::SessionStart, began, 0, who()), ended],
            None => vec![ended],
        }
    }

    /// Who did it, by who had a session there.
    fn by_address(&self, source: Address, seen: &Seen) -> Who {
        let who = self.sessions.who(source, None, seen.at);
        let refused = seen.outcome == Outcome::Denied || seen.outcome == Outcome::Failure;
        if seen.claims && refused {
            return Who {
                actor: Actor::Claimed,
                confidence: Confidence::None,
                why: Why::NotChecked,
            };
        }
        match who.actor {
            Actor::Known(user) if BY_NGINX.contains(&seen.status) => Who {
                actor: Actor::Candidates { users: vec![user], others: true },
                confidence: Confidence::Ambiguous,
                why: Why::NotChecked,
            },
            actor => Who { actor, ..who },
        }
    }

    /// Who did it, where the device itself says so beside the request.
    fn named(&self, request: &crate::access::Request) -> Option<Who> {
        let users = &request.named.as_ref()?.0;
        let source = request.source.canonical();
        let is_login = self.rules.get(request.rule).is_some_and(|it| it.is_login());
        let user = match &users[..] {
            [user] => user,
            // By the messages of the other log, if there is one.
            [] if is_login => return None,
            // Whoever has a session there is not who the device says that it does not know.
            [] => {
                let actor = if request.claims { Actor::Claimed } else { Actor::Unknown };
                let (confidence, why) = (Confidence::None, Why::NotAuthenticated);
                return Some(Who { actor, confidence, why });
            }
            several => {
                let actor = Actor::Candidates { users: several.to_vec(), others: false };
                let (confidence, why) = (Confidence::Ambiguous, Why::OrderUnknown);
                return Some(Who { actor, confidence, why });
            }
        };
        // A login that is known bears it out that the user was there.
        let confidence = match is_login || self.sessions.has(user, source) {
            true => Confidence::Certain,
            false => Confidence::Likely,
        };
        Some(Who { actor: Actor::Known(user.clone()), confidence, why: Why::Named })
    }

    fn action(&mut self, found: Found, seen: &Seen, out: &mut dyn FnMut(Told)) -> Telling {
        let Found { kind, proof, verdict, source, origin, named, everywhere } = found;
        let success = seen.outcome == Outcome::Success;
        let mut who = match (kind, success) {
            (Kind::Login, false) => {
                let why = Why::NotAuthenticated;
                Who { actor: Actor::Claimed, confidence: Confidence::None, why }
            }
            (Kind::Login, true) => Who::nobody(Why::NothingInAppLog),
            _ => self.by_address(source, seen),
        };
        let told = verdict.as_ref().filter(|it| it.sure.is_some());
        let proved = told.and_then(|it| it.origin);
        let own = matches!(proof, Some(Proof::Login | Proof::Logout | Proof::OwnPasswordChanged));
        let mut target = None;
        if let Some(it) = told {
            if own && success {
                who = by_verdict(it);
            }
            target = match &it.names[..] {
                [name] if !it.others && proof != Some(Proof::Logout) => Some(name.clone()),
                _ => None,
            };
        }
        who = named.unwrap_or(who);
        if success {
            let follows = Follows { kind, proof, source, at: seen.at, origin, everywhere };
            self.follow(&follows, &who, target.as_ref(), out);
        }
        let target = target.filter(|_| kind != Kind::Login);
        Telling { kind, when: When::At(seen.at), part: 0, who, target, proof: proved }
    }

    /// What an action means for sessions.
    fn follow(
        &mut self,
        it: &Follows,
        who: &Who,
        target: Option<&Name>,
        out: &mut dyn FnMut(Told),
    ) {
        let Follows { kind, proof, source, at, origin, everywhere } = *it;
        let mut over = |it: Session| out(Told::Session(it));
        let user = match &who.actor {
            Actor::Known(name) => Some(name),
            _ => None,
        };
        match kind {
            Kind::Login => {
                let users = match &who.actor {
                    Actor::Known(name) => vec![name.clone()],
                    Actor::Candidates { users, others: false } => users.clone(),
                    _ => Vec::new(),
                };
                let session = Session {
                    login: origin,
                    users,
                    source,
                    from: at,
                    to: at,
                    ended: None,
                    actions: 0,
                    confidence: who.confidence,
                    why: who.why,
                };
                self.sessions.begin(session, over);
            }
            Kind::Logout if everywhere && user.is_some() => {
                let meant = |it: &Session| it.users.len() == 1 && it.users.first() == user;
                self.sessions.end((at, Ended::Logout), meant, over);
            }
            Kind::Logout => self.sessions.logout(at, source, user, over),
            Kind::UserDelete if proof == Some(Proof::UsersDeleted) => {
                self.sessions.end((at, Ended::Credentials), |_| true, over);
            }
            Kind::UserDelete | Kind::PasswordChange => {
                let Some(target) = target else { return };
                let own = proof == Some(Proof::OwnPasswordChanged);
                if own {
                    self.sessions.narrow(source, target);
                }
                let meant = |it: &Session| it.users == [target.clone()];
                let meant = |it: &Session| meant(it) && !(own && it.source == source);
                self.sessions.end((at, Ended::Credentials), meant, &mut over);
            }
            _ => {}
        }
        if self.rules.begins_with(kind) {
            self.consoles.mark(source, at, Some(kind));
        }
    }
}

/// What is known of a request whose meaning is an action.
struct Found {
    kind: Kind,
    proof: Option<Proof>,
    verdict: Option<Verdict>,
    source: Address,
    origin: Origin,
    named: Option<Who>,
    everywhere: bool,
}

/// What an action's consequences depend on.
struct Follows {
    kind: Kind,
    proof: Option<Proof>,
    source: Address,
    at: i64,
    origin: Origin,
    everywhere: bool,
}

/// How a request was answered.
struct Seen {
    at: i64,
    outcome: Outcome,
    status: u16,
    claims: bool,
}

impl Seen {
    fn of(request: &crate::access::Request) -> Seen {
        let crate::access::Request { at, outcome, status, claims, .. } = *request;
        Seen { at, outcome, status, claims }
    }
}

/// Who did it, by what the application log claims.
fn by_verdict(verdict: &Verdict) -> Who {
    let (confidence, why) = verdict.sure.unwrap_or((Confidence::None, Why::NothingInAppLog));
    let actor = match &verdict.names[..] {
        [] => return Who::nobody(Why::NothingInAppLog),
        [name] if !verdict.others => Actor::Known(name.clone()),
        names => Actor::Candidates { users: names.to_vec(), others: verdict.others },
    };
    Who { actor, confidence, why }
}
