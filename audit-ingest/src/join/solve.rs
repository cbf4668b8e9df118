//! Which claims are about which requests, of those that could be.

use crate::action::{Confidence, Origin, Why};
use crate::name::Name;
use serde::{Deserialize, Serialize};

/// A claim that could be about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Which one, by its place among the claims.
    pub(crate) claim: usize,
    pub(crate) at: i64,
    pub(crate) since: i64,
    /// `None` when it was cut or too long.
    pub(crate) name: Option<Name>,
}

/// What was found out about a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verdict {
    /// The claim that is about it; several where it could be any. Until they were taken.
    #[serde(skip)]
    pub(crate) claims: Vec<usize>,
    /// Whom it is about; several where it could be any.
    pub(crate) names: Vec<Name>,
    /// It could be somebody else too.
    pub(crate) others: bool,
    /// How sure that is, and why; `None` when no claim is about it.
    pub(crate) sure: Option<(Confidence, Why)>,
    /// The line of the one claim, once it was taken.
    pub(crate) origin: Option<Origin>,
}

/// Requests in the order of the access log, each with the claims that could be about it, in the
/// order of their times.
pub(crate) fn solve(requests: &[Vec<Candidate>]) -> Vec<Verdict> {
    let mut all: Vec<&Candidate> = requests.iter().flatten().collect();
    all.sort_unstable_by_key(|it| (it.at, it.claim));
    all.dedup_by_key(|it| it.claim);
    let in_order = all.len() == requests.len()
        && requests.iter().zip(&all).all(|(could, it)| could.contains(it));
    if in_order && !all.is_empty() {
        return one_each(&all);
    }
    requests.iter().map(|could| alone(could, requests)).collect()
}

/// As many claims as requests, and each could be about the one in its place.
fn one_each(all: &[&Candidate]) -> Vec<Verdict> {
    let names = names(all.iter().copied());
    let apart = all.windows(2).all(|pair| matches!(pair, [one, next] if next.since > one.at));
    let alike = names.len() <= 1 && all.iter().all(|it| it.name.is_some() != names.is_empty());
    let sure = match (alike, apart) {
        (true, _) => (Confidence::Certain, Why::BothLogs),
        (false, true) => (Confidence::Likely, Why::ByOrder),
        (false, false) => (Confidence::Ambiguous, Why::OrderUnknown),
    };
    let verdict = |it: &&Candidate| {
        let claims = vec![it.claim];
        if sure.0 == Confidence::Ambiguous {
            let others = all.iter().any(|it| it.name.is_none());
            let names = names.clone();
            return Verdict { claims, names, others, sure: Some(sure), origin: None };
        }
        let others = it.name.is_none();
        let names = it.name.iter().cloned().collect();
        Verdict { claims, names, others, sure: Some(sure), origin: None }
    };
    all.iter().map(verdict).collect()
}

/// More claims than requests (somebody may have forged one), or fewer (one was lost).
fn alone(could: &[Candidate], requests: &[Vec<Candidate>]) -> Verdict {
    if could.is_empty() {
        return Verdict::default();
    }
    let names = names(could.iter());
    let rivals = requests.iter().filter(|other| other.iter().any(|it| could.contains(it))).count();
    let others = could.iter().any(|it| it.name.is_none()) || could.len() < rivals;
    let sure = if names.len() == 1 && !others {
        (Confidence::Certain, Why::BothLogs)
    } else {
        (Confidence::Ambiguous, Why::OrderUnknown)
    };
    let claims = could.iter().map(|it| it.claim).collect();
    Verdict { claims, names, others, sure: Some(sure), origin: None }
}

fn names<'a>(of: impl Iterator<Item = &'a Candidate>) -> Vec<Name> {
    let mut names: Vec<Name> = of.filter_map(|it| it.name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(claim: usize, since: i64, at: i64, name: &str) -> Candidate {
        Candidate { claim, at, since, name: Name::new(name.as_bytes()) }
    }

    fn told(requests: &[Vec<Candidate>]) -> Vec<String> {
        let tell = |it: &Verdict| {
            let names: Vec<_> = it.names.iter().map(Name::as_str).collect();
            format!(
                "{} {}{:?}",
                names.join("|"),
                if it.others { "or others " } else { "" },
                it.sure
            )
        };
        solve(requests).iter().map(tell).collect()
    }

    #[test]
    fn one_claim_for_one_request_is_certain() {
        assert_eq!(told(&[vec![candidate(0, 0, 1, "a")]]), ["a Some((Certain, BothLogs))"]);
        assert_eq!(told(&[vec![]]), [" None"]);
    }

    #[test]
    fn order_counts_where_nothing_overlaps() {
        let both = vec![candidate(0, 0, 1, "a"), candidate(1, 2, 3, "b")];
        let apart = told(&[both.clone(), both]);
        assert_eq!(apart, ["a Some((Likely, ByOrder))", "b Some((Likely, ByOrder))"]);
        let both = vec![candidate(0, 0, 2, "a"), candidate(1, 1, 3, "b")];
        let mixed = told(&[both.clone(), both]);
        assert_eq!(mixed, ["a|b Some((Ambiguous, OrderUnknown))"; 2]);
    }

    #[test]
    fn a_claim_too_many_or_too_few_makes_it_ambiguous() {
        let both = vec![candidate(0, 0, 1, "a"), candidate(1, 2, 3, "b")];
        assert_eq!(told(&[both]), ["a|b Some((Ambiguous, OrderUnknown))"]);
        let one = vec![candidate(0, 0, 1, "a")];
        let few = told(&[one.clone(), one]);
        assert_eq!(few, ["a or others Some((Ambiguous, OrderUnknown))"; 2]);
        let same = vec![candidate(0, 0, 1, "a"), candidate(1, 0, 3, "a")];
        assert_eq!(told(&[same]), ["a Some((Certain, BothLogs))"]);
    }
}
