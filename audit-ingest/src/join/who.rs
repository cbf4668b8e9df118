//! Decides which claims are about which requests.

use super::evidence::Evidence;
use super::solve::{Candidate, Verdict, solve};
use super::{AFTER, BEFORE, Join, Waiting};
use crate::action::{Address, Confidence, Why};
use crate::rules::Proof;

/// Requests that are decided together.
const GROUP_MAX: usize = 32;

impl Waiting {
    fn wants_proof(&self, proof: Proof) -> bool {
        self.proof == Some(proof)
    }

    fn source(&self) -> Address {
        self.request.source.canonical()
    }
}

impl Join {
    /// Decides about a request, together with those that could claim the same. Not if one of them
    /// is not ready, unless it must.
    pub(super) fn decide(&mut self, index: usize, must: bool) -> bool {
        let Some(it) = self.waiting.get(index).filter(|it| it.verdict.is_none()) else {
            return true;
        };
        let Some(proof) = it.proof.filter(|proof| *proof != Proof::Client) else { return true };
        let at_one_address = matches!(
            proof,
            Proof::Login | Proof::LoginRefused | Proof::Logout | Proof::OwnPasswordChanged
        );
        let source = at_one_address.then(|| it.source());
        let group = self.group(index, proof, source);
        if !must && group.last().is_some_and(|last| !self.is_ready(*last)) {
            return false;
        }
        let verdicts = match proof {
            Proof::Login => self.logins(&group),
            Proof::LoginRefused => {
                let from_here =
                    |it: &Evidence| it.hints.iter().any(|hint| Some(Address::Ip(*hint)) == source);
                solve(&self.could(&group, |it| it.proof == proof && from_here(it)))
            }
            Proof::Logout | Proof::OwnPasswordChanged => self.by_session(&group, proof),
            _ => solve(&self.could(&group, |it| it.proof == proof && !it.own)),
        };
        for (at, mut verdict) in group.into_iter().zip(verdicts) {
            let Some(it) = self.waiting.get_mut(at) else { continue };
            let claims = std::mem::take(&mut verdict.claims);
            let alone = claims.len() == 1;
            let clear = !matches!(verdict.sure, Some((Confidence::Ambiguous, _)));
            for claim in claims {
                let Some(evidence) = self.claims.held.get_mut(claim) else { continue };
                evidence.explained = true;
                // What could be about several is taken from none of them.
                evidence.is_taken |= alone;
                verdict.origin = (alone && clear).then_some(evidence.origin);
            }
            it.verdict = Some(verdict);
        }
        true
    }

    /// The requests that could claim the same as one does, by their places.
    fn group(&self, index: usize, proof: Proof, source: Option<Address>) -> Vec<usize> {
        let mut group = Vec::new();
        let mut last = i64::MIN;
        let here = |it: &&(usize, &Waiting)| source.is_none_or(|source| it.1.source() == source);
        for (at, it) in self.waiting.iter().enumerate().filter(|it| here(&it)) {
            let apart = it.request.at.saturating_sub(last) > BEFORE + AFTER;
            if at > index && (apart || group.len() >= GROUP_MAX) {
                break;
            }
            // Who logs in in between may be the one who logs out after that.
            if at > index
                && proof != Proof::Login
                && it.wants_proof(Proof::Login)
                && source.is_some()
            {
                break;
            }
            if it.wants_proof(proof) && it.verdict.is_none() && !it.told {
                if apart && at <= index {
                    group.clear();
                }
                group.push(at);
                last = it.request.at;
            }
        }
        group
    }

    /// For each request the claims that could be about it.
    fn could(&self, group: &[usize], may: impl Fn(&Evidence) -> bool) -> Vec<Vec<Candidate>> {
        let mut requests = Vec::new();
        for it in group.iter().filter_map(|it| self.waiting.get(*it)) {
            let (from, to) = (it.request.at - BEFORE, it.request.at + AFTER);
            let held = self.claims.held.iter().enumerate();
            let fits = held.filter(|(_, it)| it.is_free() && it.within(from, to) && may(it));
            let candidate = |(claim, it): (usize, &Evidence)| Candidate {
                claim,
                at: it.at,
                since: it.since,
                name: it.name.clone(),
            };
            let mut could: Vec<_> = fits.map(candidate).collect();
            could.sort_unstable_by_key(|it| (it.at, it.claim));
            requests.push(could);
        }
        requests
    }

    /// A login says where it came from; the last address is the proxy's word.
    fn logins(&self, group: &[usize]) -> Vec<Verdict> {
        let Some(source) = group.first().and_then(|it| self.waiting.get(*it)).map(Waiting::source)
        else {
            return Vec::new();
        };
        let from_here = |it: &Evidence| it.hints.iter().any(|hint| Address::Ip(*hint) == source);
        let login = |it: &Evidence| it.proof == Proof::Login;
        let chained = |it: &Evidence| login(it) && it.chained && from_here(it);
        let could = self.could(group, chained);
        if could.iter().any(|it| !it.is_empty()) {
            return solve(&could);
        }
        // A login that lacks a message is a forged one, unless this log has no such messages.
        let whole = |it: &Evidence| it.chained || !self.claims.tells_checks;
        let may = |it: &Evidence| login(it) && whole(it);
        let mut verdicts = solve(&self.could(group, |it| may(it) && from_here(it)));
        if verdicts.iter().all(|it| it.sure.is_none()) {
            verdicts = solve(&self.could(group, |it| may(it) && self.is_from_nowhere(it)));
        }
        verdicts.iter_mut().for_each(weaken);
        verdicts
    }

    /// Decides by the first choice of claims that leaves nothing open; by the first one if none does.
    fn clearest(&self, group: &[usize], choices: &[&dyn Fn(&Evidence) -> bool]) -> Vec<Verdict> {
        let mut first = None;
        for choice in choices {
            let verdicts = solve(&self.could(group, choice));
            let clear = |it: &Verdict| !matches!(it.sure, None | Some((Confidence::Ambiguous, _)));
            if verdicts.iter().all(clear) {
                return verdicts;
            }
            first.get_or_insert(verdicts);
        }
        first.unwrap_or_default()
    }

    /// Whether a login came from no address that logged in at that moment: the device's proxy does
    /// not append the address, or the log says nothing of it.
    fn is_from_nowhere(&self, login: &Evidence) -> bool {
        let asked = |it: &Waiting| {
            it.proof == Some(Proof::Login)
                && login.within(it.request.at - BEFORE, it.request.at + AFTER)
                && login.hints.iter().any(|hint| Address::Ip(*hint) == it.source())
        };
        // Requests wait in the order of time.
        !self.waiting.iter().take_while(|it| it.request.at <= login.at + 2 * BEFORE).any(asked)
    }

    /// Who logs out, or changes the own password, has a session at that address.
    fn by_session(&self, group: &[usize], proof: Proof) -> Vec<Verdict> {
        let Some(source) = group.first().and_then(|it| self.waiting.get(*it)).map(Waiting::source)
        else {
            return Vec::new();
        };
        let is = |it: &Evidence| match proof {
            Proof::OwnPasswordChanged => it.proof == Proof::PasswordChanged && it.own,
            other => it.proof == other,
        };
        let has = |it: &Evidence| it.name.as_ref().is_some_and(|it| self.sessions.has(it, source));
        if self.could(group, |it| is(it) && has(it)).iter().all(Vec::is_empty) {
            // Whoever was logged in before the logs begin.
            let stranger = |it: &Evidence| {
                let mut open = self.sessions.open();
                it.name.as_ref().is_some_and(|name| !open.any(|it| it.users.contains(name)))
            };
            let mut verdicts = solve(&self.could(group, |it| is(it) && stranger(it)));
            verdicts.iter_mut().for_each(weaken);
            return verdicts;
        }
        // A claim may be about a request from another address, where that user has a session too.
        let elsewhere = |claim: &Evidence| {
            self.waiting.iter().any(|it| {
                it.wants_proof(proof)
                    && it.source() != source
                    && claim.within(it.request.at - BEFORE, it.request.at + AFTER)
                    && claim.name.as_ref().is_some_and(|name| self.sessions.has(name, it.source()))
            })
        };
        self.clearest(group, &[&|it| is(it) && has(it), &|it| is(it) && has(it) && !elsewhere(it)])
    }
}

/// What is certain by more than time is likely by time alone.
fn weaken(verdict: &mut Verdict) {
    if let Some((Confidence::Certain | Confidence::Likely, _)) = verdict.sure {
        verdict.sure = Some((Confidence::Likely, Why::ByTimeAlone));
    }
}
