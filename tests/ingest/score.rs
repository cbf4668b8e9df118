//! Compares what came out with what really happened.

use crate::kit::Result;
use crate::leaks::leaked;
use audit_ingest::{Action, Actor, Claim, Confidence, Kind, Outcome};
use serde::Deserialize;
use std::fmt;

/// The log may be this much off, in milliseconds.
const OFF_MAX: i64 = 2_000;

/// Something that really happened.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Truth {
    pub(crate) time: String,
    pub(crate) source_ip: String,
    pub(crate) user: Option<String>,
    pub(crate) action: String,
    pub(crate) outcome: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) target_user: Option<String>,
}

impl Truth {
    pub(crate) fn millis(&self) -> i64 {
        self.time.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    fn kind(&self) -> Kind {
        let word = if self.action == "login_denied" { "login" } else { &self.action };
        serde_json::from_value(word.into()).unwrap()
    }

    fn outcome(&self) -> Outcome {
        match self.outcome.as_str() {
            "success" => Outcome::Success,
            "denied" => Outcome::Denied,
            "failure" => Outcome::Failure,
            "aborted" => Outcome::Unknown,
            other => panic!("{other}"),
        }
    }

    fn is(&self, action: &Action) -> bool {
        self.is_but_for_time(action) && self.off(action) <= OFF_MAX
    }

    fn is_but_for_time(&self, action: &Action) -> bool {
        self.kind() == action.kind
            && self.outcome() == action.outcome
            && self.source_ip == action.source.to_string()
            && self.path == action.path
    }

    fn off(&self, action: &Action) -> i64 {
        (self.millis() - action.occurred.millis()).abs()
    }
}

/// How well it did.
#[derive(Debug, Default)]
pub(crate) struct Score {
    pub(crate) truths: usize,
    pub(crate) found: usize,
    pub(crate) missed: Vec<String>,
    pub(crate) invented: Vec<String>,
    /// Told with another time than within the bound; each is among the missed, too.
    pub(crate) misdated: usize,
    pub(crate) leaked: Vec<String>,
    pub(crate) right: usize,
    pub(crate) wrong: Vec<String>,
    pub(crate) ambiguous: usize,
    pub(crate) untold: Vec<String>,
    pub(crate) targets_right: usize,
    pub(crate) targets_wrong: Vec<String>,
    pub(crate) certain: usize,
    pub(crate) certain_wrong: usize,
    pub(crate) unconfirmed_logins: usize,
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = 100.0 * self.found as f64 / self.truths.max(1) as f64;
        writeln!(f, "  found {} of {} ({share:.2} %)", self.found, self.truths)?;
        let (missed, invented) = (self.missed.len(), self.invented.len());
        writeln!(f, "  missed {missed}, invented {invented}, misdated {}", self.misdated)?;
        writeln!(f, "  leaked {}", self.leaked.len())?;
        writeln!(
            f,
            "  attributed: {} rightly ({} certain), {} wrongly ({} certain), {} ambiguous, {} not",
            self.right,
            self.certain,
            self.wrong.len(),
            self.certain_wrong,
            self.ambiguous,
            self.untold.len()
        )?;
        writeln!(f, "  targets: {} right, {} not", self.targets_right, self.targets_wrong.len())?;
        writeln!(f, "  unconfirmed logins: {}", self.unconfirmed_logins)
    }
}

/// Compares.
pub(crate) fn score(truths: &[Truth], secrets: &[String], result: &Result) -> Score {
    let mut left: Vec<Option<&Action>> = result.actions.iter().map(Some).collect();
    let mut missed = Vec::new();
    let mut score = Score { truths: truths.len(), ..Score::default() };
    for truth in truths {
        let fits = left.iter().enumerate().filter_map(|(at, it)| Some((at, (*it)?)));
        // The first that fits: what comes later may be all that is left for the next.
        let best = fits.filter(|it| truth.is(it.1)).min_by_key(|it| it.1.occurred.millis());
        let Some((at, action)) = best else {
            missed.push(truth);
            continue;
        };
        score.found += 1;
        left[at] = None;
        who(truth, action, &mut score);
    }
    score.missed = missed.iter().map(|truth| format!("{truth:?}")).collect();
    // Something that happened, but not at that moment: the begin of a connection is no line. What was
    // missed stays missed, and each is what one action tells of at most.
    for action in left.into_iter().flatten() {
        let is = |truth: &&Truth| truth.is_but_for_time(action);
        match missed.iter().position(is).filter(|_| action.kind == Kind::SessionStart) {
            Some(at) => {
                missed.swap_remove(at);
                score.misdated += 1;
            }
            None => score.invented.push(format!("{action:?}")),
        }
    }
    score.leaked = leaked(&result.shown, secrets);
    score.unconfirmed_logins =
        result.unconfirmed.iter().filter(|it| it.claim == Claim::Login).count();
    score
}

fn who(truth: &Truth, action: &Action, score: &mut Score) {
    let certain = action.confidence == Confidence::Certain;
    let authenticated = action.kind != Kind::Login || action.outcome == Outcome::Success;
    let user = truth.user.as_deref().filter(|_| authenticated);
    let wrong = format!("{truth:?}\n    told as {action:?}");
    match (&action.actor, user) {
        (Actor::Known(name), Some(user)) if name.as_str() == user => {
            score.right += 1;
            score.certain += usize::from(certain);
        }
        (Actor::Known(_), _) => {
            score.certain_wrong += usize::from(certain);
            score.wrong.push(wrong);
        }
        (Actor::Candidates { users, others }, user) => {
            let may = user.map_or(*others, |user| users.iter().any(|it| it.as_str() == user));
            if may || *others {
                score.ambiguous += 1;
            } else {
                score.wrong.push(wrong);
            }
        }
        (Actor::Claimed | Actor::Unknown, None) => score.right += 1,
        (Actor::Claimed | Actor::Unknown, Some(_)) => score.untold.push(wrong),
    }
    if let Some(target) = &truth.target_user {
        if action.target.as_ref().is_some_and(|it| it.as_str() == target) {
            score.targets_right += 1;
        } else {
            score.targets_wrong.push(format!("{truth:?}\n    told as {action:?}"));
        }
    }
}
