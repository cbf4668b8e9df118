//! A file of rules, and what in it makes no sense.

use super::spelling::Spelling;
use super::{Answer, Logged, Means, Proof, Rule};
use crate::action::Kind;
use crate::error::Error;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    spelling: Spelling,
    rule: Vec<Entry>,
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
    #[serde(default)]
    status: BTreeMap<String, Answer>,
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
}

/// The rules in a file, and how the device takes the spellings of a path.
///
/// # Errors
///
/// As [`super::Rules::from_toml`].
pub(super) fn read(text: &str) -> Result<(Vec<Rule>, Spelling), Error> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map(|it| text.as_bytes().iter().take(it.start).filter(|it| **it == b'\n').count() + 1);
        Error::rules(line, "it is no TOML, or has a key or a kind that there is not")
    })?;
    let numbered = file.rule.into_iter().enumerate();
    let rule =
        |(at, entry): (usize, Entry)| entry.rule().map_err(|why| Error::rule_number(at + 1, why));
    Ok((numbered.map(rule).collect::<Result<_, _>>()?, file.spelling))
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
            (Word::Action(Kind::SessionStart | Kind::SessionEnd), None) => {
                return Err("a connection that lasts is a session");
            }
            (Word::Action(kind), None) => Means::Action(kind),
        };
        let Entry { method, path, query, proof, connection, .. } = self;
        Ok(Rule { means, method, path, query, proof, statuses, connection })
    }

    fn check_request(&self) -> Result<(), &'static str> {
        if self.method.is_empty() || !self.method.bytes().all(|it| it.is_ascii_uppercase()) {
            return Err("its method is not in capital letters");
        }
        if !self.path.starts_with('/') || self.path.contains(['?', '#', '%']) {
            return Err("its path must begin with a slash and hold no ?, # or %");
        }
        if self.path.strip_suffix("**").unwrap_or(&self.path).contains("**") {
            return Err("two stars stand at the end of a path only");
        }
        if self.query.as_ref().is_some_and(|it| it.is_empty() || it.contains(['?', '&', '#'])) {
            return Err("a query is one parameter, such as `connected=1`");
        }
        if self.proof.is_some() && matches!(self.kind, Word::Other(Other::Page)) {
            return Err("nothing bears out that a page was loaded");
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
        let is_page = matches!(self.kind, Word::Other(Other::Page));
        let mut statuses = Vec::new();
        for (status, answer) in &self.status {
            let number = status.parse().ok().filter(|it| (100..=599).contains(it));
            let number = number.ok_or("a status is a number of three digits")?;
            if is_page || self.open == Some(number) {
                return Err("what this status means is said by the rule already");
            }
            statuses.push((number, *answer));
        }
        Ok(statuses)
    }
}
