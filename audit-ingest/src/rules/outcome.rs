//! What the status of an answer says of how a request ended.

use super::{Logged, Means, Rule, Rules, has_parameter, parameter};
use crate::action::Outcome;

/// A connection cannot be made another one.
const BAD_REQUEST: u16 = 400;

impl Rules {
    /// How a request ended; `None` when nothing was done, and the client was sent elsewhere or only
    /// asked whether there was anything new.
    pub(crate) fn outcome(&self, rule: &Rule, status: u16, query: &[u8]) -> Option<Outcome> {
        if rule.means == Means::Nothing {
            return None;
        }
        if let Means::Session { open, logged, .. } = &rule.means {
            let connection = rule.connection.as_ref();
            let is_named = connection.is_some_and(|it| parameter(query, it.as_bytes()).is_some());
            if status == *open {
                // The first poll asks what the connection is called.
                return (*logged != Logged::Polls || is_named).then_some(Outcome::Success);
            }
            let asked = match &rule.query {
                Some(wanted) => has_parameter(query, wanted.as_bytes()),
                None => !(200..300).contains(&status),
            };
            // What is open already goes on in the way that it did, and who polls asks again soon.
            let goes_on = match logged {
                Logged::Polls => is_named || !matches!(status, 401 | 403 | 429),
                Logged::AtEnd | Logged::AtBegin => is_named && status == BAD_REQUEST,
            };
            if !asked || status < 400 || goes_on {
                return None;
            }
        }
        let mut said = rule.statuses.iter().chain(&self.statuses);
        if let Some((_, answer)) = said.find(|(it, _)| *it == status) {
            return answer.outcome();
        }
        match status {
            200..=299 => Some(Outcome::Success),
            300..=399 => None,
            401 | 403 | 429 => Some(Outcome::Denied),
            444 | 499 | 0..=199 => Some(Outcome::Unknown),
            _ => Some(Outcome::Failure),
        }
    }
}
