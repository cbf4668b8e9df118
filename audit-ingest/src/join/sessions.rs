//! Who is logged in, and from where.

use crate::action::{Actor, Address, Confidence, Origin, Why};
use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Sessions that are open at a time; the one that was quiet the longest goes first.
const OPEN_MAX: usize = 4_096;
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
    open: Vec<Session>,
    over: VecDeque<Session>,
}

/// Who could have done something.
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
    pub(crate) fn open(&self) -> &[Session] {
        &self.open
    }

    /// Somebody logged in.
    pub(crate) fn begin(&mut self, session: Session, mut over: impl FnMut(Session)) {
        let here = |it: &Session| it.source == session.source && it.users == session.users;
        if session.users.len() == 1 {
            self.end(session.from, Ended::Replaced, here, &mut over);
        }
        if self.open.len() >= OPEN_MAX
            && let Some(quiet) = self.open.iter().min_by_key(|it| (it.to, it.login)).cloned()
        {
            self.end(session.from, Ended::TooMany, |it| it.login == quiet.login, &mut over);
        }
        self.open.push(session);
    }

    /// Ends those sessions that are meant.
    pub(crate) fn end(
        &mut self,
        at: i64,
        ended: Ended,
        meant: impl Fn(&Session) -> bool,
        mut over: impl FnMut(Session),
    ) {
        for mut session in self.open.extract_if(.., |it| meant(it)) {
            session.ended = Some(ended);
            if !matches!(ended, Ended::Idle | Ended::TooMany) {
                session.to = at;
            }
            over(session.clone());
            if self.over.len() >= OVER_MAX {
                let _oldest = self.over.pop_front();
            }
            self.over.push_back(session);
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
        let here: Vec<_> = self.open.iter().filter(|it| it.source == source).collect();
        let found = match user {
            Some(user) => {
                let could = here.iter().filter(|it| it.users.contains(user));
                could.min_by_key(|it| (it.users.len(), it.login)).map(|it| it.login)
            }
            // With several it is not known whose it was.
            None => here.first().filter(|_| here.len() == 1).map(|it| it.login),
        };
        let Some(login) = found else { return };
        let uncertain = here.iter().any(|it| it.login == login && it.users.len() > 1);
        self.end(at, Ended::Logout, |it| it.login == login, over);
        let Some(user) = user.filter(|_| uncertain) else { return };
        // The others of whom it could have been one are the ones that are left.
        let alike = self.open.iter_mut().filter(|it| it.source == source && it.users.len() > 1);
        alike.for_each(|it| it.users.retain(|it| it != user));
    }

    /// Ends what was quiet for too long.
    pub(crate) fn expire(&mut self, now: i64, idle: i64, over: impl FnMut(Session)) {
        self.end(now, Ended::Idle, |it| it.to.saturating_add(idle) < now, over);
    }

    pub(crate) fn has(&self, user: &Name, source: Address) -> bool {
        self.open.iter().any(|it| it.source == source && it.users.contains(user))
    }

    /// When the longest session at an address began.
    pub(crate) fn since(&self, source: Address) -> Option<i64> {
        let here = self.open.iter().chain(&self.over).filter(|it| it.source == source);
        here.map(|it| it.from).min()
    }

    /// Who had a session at an address, open at the moment or, if `from` is given, since then.
    pub(crate) fn who(&self, source: Address, from: Option<i64>, to: i64) -> Who {
        let over = self.over.iter().filter(|it| from.is_some_and(|from| it.to >= from));
        let here = |it: &&Session| it.source == source && it.from <= to;
        let sessions: Vec<_> = self.open.iter().chain(over).filter(here).collect();
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
        let here = self.open.iter_mut().filter(|it| it.source == source);
        for session in here.filter(|it| user.is_none_or(|user| it.users.contains(user))) {
            session.to = session.to.max(at);
            if user.is_some() && session.users.len() == 1 {
                session.actions += 1;
            }
        }
    }
}
