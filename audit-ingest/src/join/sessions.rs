//! Who is logged in, and from where.

use crate::action::{Actor, Address, Confidence, Origin, Why};
use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Sessions that are open at a time; those that were quiet the longest go first.
const OPEN_MAX: usize = 4_096;
/// How often quiet sessions are looked for, in milliseconds.
const LOOK_EVERY: i64 = 60_000;
/// Sessions that are over and still tell who opened a connection.
const OVER_MAX: usize = 256;

/// From a login to its end, as far as the logs tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The line of its login.
    pub login: Origin,
    /// Who logged in: one, or several of whom it was one, or nobody when that is not known.
    pub users: Vec<Name>,
    /// From where.
    pub source: Address,
    /// The second of the login, in milliseconds since 1970.
    pub from: i64,
    /// The last that was heard of it, in milliseconds since 1970.
    pub to: i64,
    /// What ended it; `None` while it is open.
    pub ended: Option<Ended>,
    /// How many actions are put down to it; where several could have done one, to none.
    pub actions: u64,
    /// How sure it is who logged in.
    pub confidence: Confidence,
    /// Why it is as sure as that.
    pub why: Why,
}

/// What ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The user logged out.
    Logout,
    /// The same user logged in at the same address again.
    Replaced,
    /// The user's password was changed, or the account deleted.
    Credentials,
    /// Nothing was heard of it for too long.
    Idle,
    /// There were too many.
    TooMany,
}

/// The sessions that are open, and those that were so a moment ago.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sessions {
    open: BTreeMap<Address, Vec<Session>>,
    count: usize,
    over: VecDeque<Session>,
    /// When to look for quiet ones again.
    look_at: Option<i64>,
}

/// Who could have done something.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) actor: Actor,
    pub(crate) confidence: Confidence,
    pub(crate) why: Why,
}

impl Who {
    pub(crate) fn nobody(why: Why) -> Who {
        Who { actor: Actor::Unknown, confidence: Confidence::None, why }
    }
}

impl Sessions {
    pub(crate) fn open(&self) -> impl Iterator<Item = &Session> + Clone {
        self.open.values().flatten()
    }

    fn here(&self, source: Address) -> &[Session] {
        self.open.get(&source).map(Vec::as_slice).unwrap_or_default()
    }

    /// Somebody logged in.
    pub(crate) fn begin(&mut self, session: Session, mut over: impl FnMut(Session)) {
        let (source, at) = (session.source, session.from);
        if source == Address::Unknown {
            return; // Nobody is there whom another request from there could be of.
        }
        if session.users.len() == 1 {
            let same = |it: &Session| it.users == session.users;
            self.end_here(source, (at, Ended::Replaced), same, &mut over);
        }
        if self.count >= OPEN_MAX {
            // Many at once, so that not every login has to look for one.
            let mut quiet: Vec<_> = self.open().map(|it| (it.to, it.login)).collect();
            quiet.sort_unstable();
            let last = quiet.get(OPEN_MAX / 16).copied();
            let meant = |it: &Session| last.is_none_or(|last| (it.to, it.login) <= last);
            self.end((at, Ended::TooMany), meant, &mut over);
        }
        self.count += 1;
        self.open.entry(source).or_default().push(session);
    }

    /// Ends those sessions that are meant, wherever they are.
    pub(crate) fn end(
        &mut self,
        how: (i64, Ended),
        meant: impl Fn(&Session) -> bool,
        mut over: impl FnMut(Session),
    ) {
        let has = |it: &&Address| self.here(**it).iter().any(&meant);
        let sources: Vec<Address> = self.open.keys().filter(has).copied().collect();
        for source in sources {
            self.end_here(source, how, &meant, &mut over);
        }
    }

    fn end_here(
        &mut self,
        source: Address,
        (at, ended): (i64, Ended),
        meant: impl Fn(&Session) -> bool,
        mut over: impl FnMut(Session),
    ) {
        let Some(here) = self.open.get_mut(&source) else { return };
        for mut session in here.extract_if(.., |it| meant(it)) {
            session.ended = Some(ended);
            if !matches!(ended, Ended::Idle | Ended::TooMany) {
                session.to = at;
            }
            self.count = self.count.saturating_sub(1);
            over(session.clone());
            if self.over.len() >= OVER_MAX {
                let _oldest = self.over.pop_front();
            }
            self.over.push_back(session);
        }
        if here.is_empty() {
            let _none = self.open.remove(&source);
        }
    }

    /// A user logged out at an address; `None` when it is not known who.
    pub(crate) fn logout(
        &mut self,
        at: i64,
        source: Address,
        user: Option<&Name>,
        over: impl FnMut(Session),
    ) {
        let here = self.here(source);
        let found = match user {
            Some(user) => {
                let could = here.iter().filter(|it| it.users.contains(user));
                could.min_by_key(|it| (it.users.len(), it.login))
            }
            // With several it is not known whose it was.
            None => here.first().filter(|_| here.len() == 1),
        };
        let Some(found) = found else { return };
        let (login, uncertain) = (found.login, found.users.len() > 1);
        self.end_here(source, (at, Ended::Logout), |it| it.login == login, over);
        let Some(user) = user.filter(|_| uncertain) else { return };
        // The others of whom it could have been one are the ones that are left.
        let here = self.open.get_mut(&source).into_iter().flatten();
        here.filter(|it| it.users.len() > 1).for_each(|it| it.users.retain(|it| it != user));
    }

    /// A user turned out to be the one of a session that could have been another's.
    pub(crate) fn narrow(&mut self, source: Address, user: &Name) {
        let here = self.open.get_mut(&source).into_iter().flatten();
        let mut could: Vec<_> = here.filter(|it| it.users.contains(user)).collect();
        if let [session] = &mut could[..] {
            session.users = vec![user.clone()];
        }
    }

    /// Ends what was quiet for too long. Looks now and then.
    pub(crate) fn expire(&mut self, now: i64, idle: i64, over: impl FnMut(Session)) {
        if self.look_at.is_some_and(|at| now < at) {
            return;
        }
        self.look_at = Some(now.saturating_add(LOOK_EVERY));
        self.end((now, Ended::Idle), |it| it.to.saturating_add(idle) < now, over);
    }

    pub(crate) fn has(&self, user: &Name, source: Address) -> bool {
        self.here(source).iter().any(|it| it.users.contains(user))
    }

    /// When the longest session at an address began.
    pub(crate) fn since(&self, source: Address) -> Option<i64> {
        let over = self.over.iter().filter(|it| it.source == source);
        self.here(source).iter().chain(over).map(|it| it.from).min()
    }

    /// Who had a session at an address, open at the moment or, if `from` is given, since then.
    pub(crate) fn who(&self, source: Address, from: Option<i64>, to: i64) -> Who {
        let still = |it: &&Session| from.is_some_and(|from| it.to >= from);
        let over = self.over.iter().filter(|it| it.source == source && still(it));
        let sessions: Vec<_> =
            self.here(source).iter().chain(over).filter(|it| it.from <= to).collect();
        let mut users: Vec<_> = sessions.iter().flat_map(|it| it.users.iter().cloned()).collect();
        users.sort_unstable();
        users.dedup();
        let others = sessions.iter().any(|it| it.users.is_empty());
        if users.is_empty() {
            return Who::nobody(if others { Why::NothingInAppLog } else { Why::NobodyHere });
        }
        if !others
            && users.len() == 1
            && let Some(user) = users.pop()
        {
            let confidence = Confidence::Likely;
            return Who { actor: Actor::Known(user), confidence, why: Why::OneUserHere };
        }
        let actor = Actor::Candidates { users, others };
        Who { actor, confidence: Confidence::Ambiguous, why: Why::SharedAddress }
    }

    /// Something was done at an address, by this user if it is known.
    pub(crate) fn heard(&mut self, at: i64, source: Address, user: Option<&Name>) {
        let here = self.open.get_mut(&source).into_iter().flatten();
        for session in here.filter(|it| user.is_none_or(|user| it.users.contains(user))) {
            session.to = session.to.max(at);
            if user.is_some() && session.users.len() == 1 {
                session.actions += 1;
            }
        }
    }
}
