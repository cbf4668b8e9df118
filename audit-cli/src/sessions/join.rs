//! Sessions out of what lines tell: a pure function.
//!
//! A session goes from a login, or the first that is heard of somebody, to the logout, the end of the
//! connection where there was no login, or the last that is heard. Lines are joined by user, session
//! and source; nobody is guessed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::facts::Fact;
use super::open::{Key, OPEN_MAX, Open};

/// Whoever is not heard of for so long is not there any more, in nanoseconds: half a day.
pub(crate) const IDLE: i64 = 12 * 3_600 * 1_000_000_000;

/// How sure it is who it was; the less sure is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Confidence {
    Certain,
    Likely,
    Ambiguous,
    Unknown,
}

impl Confidence {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
            Confidence::Ambiguous => "ambiguous",
            Confidence::Unknown => "unknown",
        }
    }

    fn of(word: &str) -> Confidence {
        match word {
            "certain" => Confidence::Certain,
            "likely" => Confidence::Likely,
            "ambiguous" => Confidence::Ambiguous,
            _ => Confidence::Unknown,
        }
    }
}

/// What ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Logout,
    SessionEnd,
    /// The same user logged in there again.
    Replaced,
    /// Nothing says so; it is not heard of any more.
    Silence,
}

/// How often something was done, and how often it was tried and not done, or nobody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) done: u64,
    pub(crate) not_done: u64,
    pub(crate) unknown: u64,
}

/// What was done, by name, in alphabetical order: few names most often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Actions(Vec<(Arc<str>, Count)>);

impl Actions {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Count)> {
        self.0.iter().map(|(action, count)| (action, count))
    }

    fn add(&mut self, action: &Arc<str>, one: Count) {
        match self.0.binary_search_by(|(it, _)| it.cmp(action)) {
            Ok(at) => {
                let Some((_, count)) = self.0.get_mut(at) else { return };
                count.done += one.done;
                count.not_done += one.not_done;
                count.unknown += one.unknown;
            }
            Err(at) => {
                self.0.reserve_exact(1);
                self.0.insert(at, (Arc::clone(action), one));
            }
        }
    }
}

/// Somebody's use of the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// Who, if that is known.
    pub(crate) user: Option<Arc<str>>,
    /// Who it may have been, where it is ambiguous.
    pub(crate) candidates: Vec<Arc<str>>,
    pub(crate) source: Option<Arc<str>>,
    /// In nanoseconds since 1970.
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) ended: Ended,
    /// Of the least sure of what is put down to it.
    pub(crate) confidence: Confidence,
    pub(crate) why: Arc<str>,
    pub(crate) actions: Actions,
    pub(crate) reference: Option<Arc<str>>,
    began_with_login: bool,
}

/// Logins from one place that were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) count: u64,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In order of time.
    pub(crate) sessions: Vec<Session>,
    /// By source; those of an unknown one have none.
    pub(crate) refused: BTreeMap<Option<Arc<str>>, Refused>,
    /// Sessions that were taken to be over because too many were open.
    pub(crate) evicted: u64,
}

/// Who did something, and why that is concluded.
struct Who {
    user: Option<Arc<str>>,
    candidates: Vec<Arc<str>>,
    confidence: Confidence,
    why: Arc<str>,
}

/// Joins what the lines tell, in any order. What one costs does not depend on how many are open.
pub(crate) fn sessions(mut facts: Vec<Fact>) -> Found {
    facts.sort_by_key(|it| it.at);
    let mut open = Open::new(OPEN_MAX);
    let mut found = Found::default();
    for fact in facts {
        if &*fact.action == "login" && &*fact.outcome != "success" {
            let new = Refused { count: 0, from: fact.at, to: fact.at };
            let refused = found.refused.entry(fact.source.clone()).or_insert(new);
            refused.count += 1;
            refused.to = fact.at;
            continue;
        }
        open.expire(fact.at, &mut found.sessions);
        take(&mut open, &fact, &mut found.sessions);
    }
    found.evicted = open.evicted();
    open.close(&mut found.sessions);
    found.sessions.sort_by_key(|it| it.from);
    found
}

/// What a fact changes.
fn take(open: &mut Open, fact: &Fact, over: &mut Vec<Session>) {
    let who = who(open, fact);
    let key = Key::of(&who.user, &who.candidates, &fact.source);
    let mut at = open.fitting(fact.session.as_ref(), &key);
    let is_login = &*fact.action == "login";
    if let Some(mut replaced) = at.take_if(|_| is_login).and_then(|it| open.remove(it)) {
        replaced.ended = Ended::Replaced;
        over.push(replaced);
    }
    let mut session = match at.and_then(|it| open.remove(it)) {
        Some(session) => session,
        None => Session::begin(fact, &who),
    };
    session.add(fact, &who);
    let done = &*fact.outcome == "success";
    let ended = match &*fact.action {
        "logout" if done => Some(Ended::Logout),
        "session_end" if done && !session.began_with_login => Some(Ended::SessionEnd),
        _ => None,
    };
    // Those who are not known are not told apart: one may go, and others stay.
    match ended.filter(|_| session.user.is_some()) {
        Some(ended) => {
            session.ended = ended;
            over.push(session);
        }
        None => over.extend(open.put(at, session)),
    }
}

/// Who did something, by what is open.
fn who(open: &Open, fact: &Fact) -> Who {
    if let Some(joined) = &fact.joined {
        let mut confidence = Confidence::of(&joined.confidence);
        if fact.user.is_none() {
            confidence = confidence.max(Confidence::Ambiguous);
        }
        let (user, why) = (fact.user.clone(), Arc::clone(&joined.why));
        return Who { user, candidates: joined.candidates.clone(), confidence, why };
    }
    let known = |user: Arc<str>, confidence, why: &str| Who {
        user: Some(user),
        candidates: Vec::new(),
        confidence,
        why: why.into(),
    };
    if let Some(user) = &fact.user {
        return known(Arc::clone(user), Confidence::Certain, "named");
    }
    if let Some(user) = fact.session.as_ref().and_then(|it| open.of_reference(it)?.user.clone()) {
        return known(user, Confidence::Certain, "same_session");
    }
    let (users, others) = match &fact.source {
        Some(_) => open.users_at(&fact.source),
        None => (Vec::new(), false),
    };
    match &users[..] {
        [] => nobody("nobody_here"),
        [user] if !others => known(Arc::clone(user), Confidence::Likely, "one_user_here"),
        _ => Who {
            user: None,
            candidates: users,
            confidence: Confidence::Ambiguous,
            why: "shared_address".into(),
        },
    }
}

fn nobody(why: &str) -> Who {
    let (user, candidates) = (None, Vec::new());
    Who { user, candidates, confidence: Confidence::Unknown, why: why.into() }
}

impl Session {
    fn begin(fact: &Fact, who: &Who) -> Session {
        Session {
            user: who.user.clone(),
            candidates: who.candidates.clone(),
            source: fact.source.clone(),
            from: fact.at,
            to: fact.at,
            ended: Ended::Silence,
            confidence: who.confidence,
            why: Arc::clone(&who.why),
            actions: Actions::default(),
            reference: fact.session.clone(),
            began_with_login: &*fact.action == "login",
        }
    }

    fn add(&mut self, fact: &Fact, who: &Who) {
        self.to = self.to.max(fact.at);
        if who.confidence > self.confidence {
            self.confidence = who.confidence;
            self.why = Arc::clone(&who.why);
        }
        let mut one = Count::default();
        match &*fact.outcome {
            "success" => one.done = 1,
            "unknown" => one.unknown = 1,
            _ => one.not_done = 1,
        }
        self.actions.add(&fact.action, one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::facts::Joined;

    const MINUTE: i64 = 60_000_000_000;

    /// `minute action user source`, with `-` for what is not known.
    fn facts(text: &str) -> Vec<Fact> {
        let known = |it: &str| (it != "-").then(|| Arc::from(it));
        text.lines()
            .map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                let [at, action, user, source] = words[..] else { panic!("{line}") };
                Fact {
                    at: at.parse::<i64>().unwrap() * MINUTE,
                    action: action.into(),
                    outcome: "success".into(),
                    user: known(user),
                    session: None,
                    source: known(source),
                    joined: None,
                }
            })
            .collect()
    }

    /// Each session as `user source from-to sure why ended`.
    fn told(found: &Found) -> Vec<String> {
        let told = found.sessions.iter().map(|it| {
            let names = it.candidates.join("|");
            let user = it.user.as_deref().unwrap_or(&names);
            let source = it.source.as_deref().unwrap_or("-");
            let (from, to) = (it.from / MINUTE, it.to / MINUTE);
            let (sure, why, ended) = (it.confidence.name(), &it.why, it.ended);
            format!("{user} {source} {from}-{to} {sure} {why} {ended:?}")
        });
        told.collect()
    }

    #[test]
    fn a_session_goes_from_login_to_logout() {
        let found = sessions(facts("1 login alice a\n3 logout alice a\n2 paste alice a"));
        assert_eq!(told(&found), ["alice a 1-3 certain named Logout"]);
        let mut actions = found.sessions[0].actions.iter();
        let (_, &pasted) = actions.find(|(action, _)| &***action == "paste").unwrap();
        assert_eq!(pasted, Count { done: 1, ..Count::default() });
    }

    #[test]
    fn without_a_login_it_begins_with_the_first_and_ends_with_the_last_that_is_heard() {
        let found = sessions(facts("1 paste alice a\n9 paste alice a\n5 paste alice b"));
        let silence = ["alice a 1-9 certain named Silence", "alice b 5-5 certain named Silence"];
        assert_eq!(told(&found), silence);
        let found = sessions(facts("1 session_start bob a\n4 session_end bob a\n6 paste bob a"));
        let ended = ["bob a 1-4 certain named SessionEnd", "bob a 6-6 certain named Silence"];
        assert_eq!(told(&found), ended);
        // A console's end is no logout.
        let found = sessions(facts("1 login bob a\n4 session_end bob a\n6 paste bob a"));
        assert_eq!(told(&found), ["bob a 1-6 certain named Silence"]);
    }

    #[test]
    fn who_is_not_named_is_the_one_user_there_or_one_of_several_or_nobody() {
        let found = sessions(facts("1 login alice a\n2 paste - a"));
        assert_eq!(told(&found), ["alice a 1-2 likely one_user_here Silence"]);
        let found = sessions(facts("1 login alice a\n2 login bob a\n3 paste - a\n4 paste - b"));
        assert_eq!(
            told(&found),
            [
                "alice a 1-1 certain named Silence",
                "bob a 2-2 certain named Silence",
                "alice|bob a 3-3 ambiguous shared_address Silence",
                " b 4-4 unknown nobody_here Silence",
            ]
        );
        // Who has gone did not do it, nor who is silent for half a day.
        let found = sessions(facts("1 login alice a\n2 logout alice a\n3 paste - a"));
        assert_eq!(told(&found)[1], " a 3-3 unknown nobody_here Silence");
        let found = sessions(facts("1 login alice a\n722 paste - a"));
        assert_eq!(told(&found)[1], " a 722-722 unknown nobody_here Silence");
    }

    #[test]
    fn lines_of_one_session_are_joined_wherever_they_come_from() {
        let mut all = facts("1 login alice a\n2 paste - b\n3 login alice a\n4 paste - a");
        for (fact, session) in all.iter_mut().zip(["s1", "s1", "s2", "s1"]) {
            fact.session = Some(session.into());
        }
        let found = sessions(all);
        let both = ["alice a 1-4 certain named Silence", "alice a 3-3 certain named Silence"];
        assert_eq!(told(&found), both);
    }

    #[test]
    fn an_importers_conclusion_is_kept() {
        let mut all = facts("1 login alice a\n2 paste - a");
        let joined = |confidence: &str, why: &str, candidates: &[&str]| Joined {
            confidence: confidence.into(),
            why: why.into(),
            candidates: candidates.iter().map(|it| Arc::from(*it)).collect(),
        };
        all[0].joined = Some(joined("likely", "by_order", &[]).into());
        all[1].joined = Some(joined("ambiguous", "shared_address", &["alice", "carol"]).into());
        assert_eq!(
            told(&sessions(all)),
            [
                "alice a 1-1 likely by_order Silence",
                "alice|carol a 2-2 ambiguous shared_address Silence",
            ]
        );
    }

    #[test]
    fn refused_logins_are_no_sessions() {
        let mut all = facts("1 login - a\n2 login - a");
        all.iter_mut().for_each(|it| it.outcome = "denied".into());
        let found = sessions(all);
        assert!(found.sessions.is_empty());
        let refused = found.refused[&Some(Arc::from("a"))];
        assert_eq!(refused, Refused { count: 2, from: MINUTE, to: 2 * MINUTE });
    }
}
