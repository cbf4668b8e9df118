//! The sessions that are open, found by what belongs to them without looking at the others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::join::{IDLE, Session};

/// So many are open at most; with more the one that was not heard of for longest is over.
pub(crate) const OPEN_MAX: usize = 65_536;

/// Whose, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    user: Option<Arc<str>>,
    candidates: Vec<Arc<str>>,
    source: Option<Arc<str>>,
}

impl Key {
    pub(crate) fn of(
        user: &Option<Arc<str>>,
        candidates: &[Arc<str>],
        source: &Option<Arc<str>>,
    ) -> Key {
        Key { user: user.clone(), candidates: candidates.to_vec(), source: source.clone() }
    }

    fn of_session(session: &Session) -> Key {
        Key::of(&session.user, &session.candidates, &session.source)
    }
}

/// How many sessions each user has somewhere.
type Users = BTreeMap<Option<Arc<str>>, usize>;

/// The sessions that are open, each with a number; the older is the smaller.
pub(crate) struct Open {
    sessions: HashMap<u64, Session>,
    next: u64,
    /// By key and whether they have a reference.
    by_key: HashMap<(Key, bool), BTreeSet<u64>>,
    by_reference: HashMap<Arc<str>, BTreeSet<u64>>,
    by_source: HashMap<Option<Arc<str>>, Users>,
    /// When they were last heard of.
    by_time: BTreeSet<(i64, u64)>,
    most: usize,
    evicted: u64,
}

impl Open {
    pub(crate) fn new(most: usize) -> Open {
        Open {
            sessions: HashMap::new(),
            next: 0,
            by_key: HashMap::new(),
            by_reference: HashMap::new(),
            by_source: HashMap::new(),
            by_time: BTreeSet::new(),
            most,
            evicted: 0,
        }
    }

    /// How many were taken to be over because there were too many.
    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Those that were not heard of for too long are over.
    pub(crate) fn expire(&mut self, now: i64, over: &mut Vec<Session>) {
        while let Some((to, number)) = self.by_time.first().copied()
            && now.saturating_sub(to) > IDLE
        {
            over.extend(self.remove(number));
        }
    }

    /// All are over.
    pub(crate) fn close(mut self, over: &mut Vec<Session>) {
        while let Some((_, number)) = self.by_time.first().copied() {
            over.extend(self.remove(number));
        }
    }

    /// The oldest that something of this reference and key belongs to: one with the same reference, or
    /// the same key where one of both has no reference.
    pub(crate) fn fitting(&self, reference: Option<&Arc<str>>, key: &Key) -> Option<u64> {
        let of_key = |has| self.by_key.get(&(key.clone(), has)).and_then(|it| it.first());
        let same = match reference {
            Some(reference) => self.by_reference.get(reference).and_then(|it| it.first()),
            None => of_key(true),
        };
        same.into_iter().chain(of_key(false)).min().copied()
    }

    /// The oldest with this reference.
    pub(crate) fn of_reference(&self, reference: &Arc<str>) -> Option<&Session> {
        self.sessions.get(self.by_reference.get(reference)?.first()?)
    }

    /// The users who have sessions there, in alphabetical order, and whether others have, too.
    pub(crate) fn users_at(&self, source: &Option<Arc<str>>) -> (Vec<Arc<str>>, bool) {
        let Some(users) = self.by_source.get(source) else { return (Vec::new(), false) };
        (users.keys().flatten().cloned().collect(), users.contains_key(&None))
    }

    /// Puts one there, under the number that it had or a new one; the one that has to go for it.
    pub(crate) fn put(&mut self, number: Option<u64>, session: Session) -> Option<Session> {
        let number = number.unwrap_or_else(|| {
            self.next += 1;
            self.next
        });
        let key = (Key::of_session(&session), session.reference.is_some());
        self.by_key.entry(key).or_default().insert(number);
        if let Some(reference) = &session.reference {
            self.by_reference.entry(Arc::clone(reference)).or_default().insert(number);
        }
        let users = self.by_source.entry(session.source.clone()).or_default();
        *users.entry(session.user.clone()).or_default() += 1;
        self.by_time.insert((session.to, number));
        self.sessions.insert(number, session);
        if self.sessions.len() <= self.most {
            return None;
        }
        self.evicted += 1;
        let (_, oldest) = self.by_time.first().copied()?;
        self.remove(oldest)
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<Session> {
        let session = self.sessions.remove(&number)?;
        self.by_time.remove(&(session.to, number));
        let key = (Key::of_session(&session), session.reference.is_some());
        if let Some(of_key) = self.by_key.get_mut(&key) {
            of_key.remove(&number);
            if of_key.is_empty() {
                self.by_key.remove(&key);
            }
        }
        if let Some(reference) = &session.reference
            && let Some(same) = self.by_reference.get_mut(reference)
        {
            same.remove(&number);
            if same.is_empty() {
                self.by_reference.remove(reference);
            }
        }
        self.leave(&session);
        Some(session)
    }

    fn leave(&mut self, session: &Session) {
        let Some(users) = self.by_source.get_mut(&session.source) else { return };
        if let Some(count) = users.get_mut(&session.user) {
            *count -= 1;
            if *count == 0 {
                users.remove(&session.user);
            }
        }
        if users.is_empty() {
            self.by_source.remove(&session.source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::facts::Fact;
    use crate::sessions::join::sessions;

    fn paste(at: i64, source: usize) -> Fact {
        Fact {
            at,
            action: "paste".into(),
            outcome: "success".into(),
            user: None,
            session: None,
            source: Some(source.to_string().into()),
            joined: None,
        }
    }

    /// With a look at each that is open for each line these are ten thousand million looks: it would not end.
    #[test]
    fn a_flood_of_sources_costs_no_more_than_its_lines() {
        let sources = OPEN_MAX + 1_000;
        let facts = (0..3 * sources).map(|it| paste(i64::try_from(it).unwrap(), it % sources));
        let found = sessions(facts.collect());
        // Each comes again when it was taken to be over.
        assert_eq!(found.sessions.len(), 3 * sources);
        assert_eq!(found.evicted, 3 * sources as u64 - OPEN_MAX as u64);
        let found = sessions(
            (0..200_000).map(|it| paste(it, usize::try_from(it).unwrap() % OPEN_MAX)).collect(),
        );
        assert_eq!((found.sessions.len(), found.evicted), (OPEN_MAX, 0));
    }
}
