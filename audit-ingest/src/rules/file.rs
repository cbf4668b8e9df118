//! A file of rules, and what in it makes no sense.

use super::spelling::Spelling;
use super::{Answer, Logged, Means, Proof, Rule, SECRET};
use crate::action::Kind;
use crate::error::Error;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What stands in place of a method where there are no requests.
const NONE: &str = "NONE";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    spelling: Spelling,
    #[serde(default)]
    status: BTreeMap<String, Answer>,
    rule: Vec<Entry>,
}

/// What a file says.
#[derive(Default)]
pub(super) struct Read {
    pub(super) rules: Vec<Rule>,
    pub(super) spelling: Spelling,
    pub(super) statuses: Vec<(u16, Answer)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: Word,
    method: String,
    path: String,
    open: Option<u16>,
    query: Option<String>,
    after: Option<Kind>,
    logged: Option<Logged>,
    connection: Option<String>,
    proof: Option<Proof>,
    refusal: Option<Proof>,
    #[serde(default)]
    must_prove: bool,
    #[serde(default)]
    status: BTreeMap<String, Answer>,
    #[serde(default)]
    everywhere: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Other(Other),
    Action(Kind),
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Other {
    Session,
    Page,
    Nothing,
}

/// The rules in a file, and what it says for all of them.
///
/// # Errors
///
/// As [`super::Rules::from_toml`].
pub(super) fn read(text: &str) -> Result<Read, Error> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map(|it| text.as_bytes().iter().take(it.start).filter(|it| **it == b'\n').count() + 1);
        Error::rules(line, "it is no TOML, or has a key or a kind that there is not")
    })?;
    let numbered = file.rule.into_iter().enumerate();
    let rule =
        |(at, entry): (usize, Entry)| entry.rule().map_err(|why| Error::rule_number(at + 1, why));
    let statuses = statuses(&file.status).map_err(|why| Error::rules(None, why))?;
    let rules = numbered.map(rule).collect::<Result<_, _>>()?;
    Ok(Read { rules, spelling: file.spelling, statuses })
}

impl Entry {
    /// # Errors
    ///
    /// Says what about it makes no sense.
    fn rule(self) -> Result<Rule, &'static str> {
        self.check_request()?;
        self.check_session()?;
        let statuses = self.statuses()?;
        let logged = self.logged.unwrap_or(Logged::AtEnd);
        let means = match (self.kind, self.open) {
            (Word::Other(Other::Session), Some(open)) => {
                Means::Session { open, after: self.after, logged }
            }
            (Word::Other(Other::Session), None) => {
                return Err("a session needs the status that opens it");
            }
            (_, Some(_)) => return Err("only a session has a status that opens it"),
            (Word::Other(Other::Page), None) => Means::Page,
            (Word::Other(Other::Nothing), None) => Means::Nothing,
            (Word::Action(Kind::SessionStart | Kind::SessionEnd), None) if self.method != NONE => {
                return Err("a connection that lasts is a session");
            }
            (Word::Action(kind), None) => Means::Action(kind),
        };
        if self.everywhere && means != Means::Action(Kind::Logout) {
            return Err("only a logout ends sessions everywhere");
        }
        if self.must_prove && (self.proof.is_none() || !matches!(means, Means::Action(_))) {
            return Err("an action that must be proved has a proof");
        }
        let Entry {
            method, path, query, proof, refusal, must_prove, connection, everywhere, ..
        } = self;
        Ok(Rule {
            means,
            method,
            path,
            query,
            proof,
            refusal,
            must_prove,
            statuses,
            connection,
            everywhere,
        })
    }

    fn check_request(&self) -> Result<(), &'static str> {
        if self.method.is_empty() || !self.method.bytes().all(|it| it.is_ascii_uppercase()) {
            return Err("its method is not in capital letters");
        }
        if !self.path.starts_with('/') || self.path.contains(['?', '#', '%']) {
            return Err("its path must begin with a slash and hold no ?, # or %");
        }
        if self.refusal.is_some_and(|it| it != Proof::LoginRefused) {
            return Err("what bears out a refusal is `login_refused`");
        }
        if self.path.split('/').any(|it| it.contains(['{', '}']) && it.as_bytes() != SECRET) {
            return Err("braces stand in a path as `{secret}` only");
        }
        if self.path.strip_suffix("**").unwrap_or(&self.path).contains("**") {
            return Err("two stars stand at the end of a path only");
        }
        if self.query.as_ref().is_some_and(|it| it.is_empty() || it.contains(['?', '&', '#'])) {
            return Err("a query is one parameter, such as `connected=1`");
        }
        let is_bare = matches!(self.kind, Word::Other(Other::Page | Other::Nothing));
        if (self.proof.is_some() || self.refusal.is_some()) && is_bare {
            return Err("nothing bears out that a page was loaded, or what means nothing");
        }
        Ok(())
    }

    fn check_session(&self) -> Result<(), &'static str> {
        let is_session = matches!(self.kind, Word::Other(Other::Session));
        if !is_session && (self.after.is_some() || self.logged.is_some()) {
            return Err("only a session comes after something, and is logged at its begin or end");
        }
        if !is_session && self.connection.is_some() {
            return Err("only a session has a name that its requests have in common");
        }
        let plain = |it: &String| it.is_empty() || it.contains(['?', '&', '#', '=']);
        if self.connection.as_ref().is_some_and(plain) {
            return Err("a connection is named by one parameter, such as `sid`");
        }
        match self.logged {
            Some(Logged::Polls) if self.connection.is_none() => Err(
                "polls are of one connection where a parameter says so: `connection` is missing",
            ),
            _ => Ok(()),
        }
    }

    fn statuses(&self) -> Result<Vec<(u16, Answer)>, &'static str> {
        let is_bare = matches!(self.kind, Word::Other(Other::Page | Other::Nothing));
        let statuses = statuses(&self.status)?;
        let is_said = |(it, _): &(u16, Answer)| is_bare || self.open == Some(*it);
        match statuses.iter().any(is_said) {
            true => Err("what this status means is said by the rule already"),
            false => Ok(statuses),
        }
    }
}

fn statuses(written: &BTreeMap<String, Answer>) -> Result<Vec<(u16, Answer)>, &'static str> {
    let status = |(status, answer): (&String, &Answer)| {
        let number = status.parse().ok().filter(|it| (100..=599).contains(it));
        Ok((number.ok_or("a status is a number of three digits")?, *answer))
    };
    written.iter().map(status).collect()
}
