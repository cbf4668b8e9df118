//! What a request means: rules as data, TinyPilot's built in.

mod file;
mod outcome;
mod spelling;

use crate::action::{Kind, Outcome};
use crate::device::Device;
use crate::error::Error;
use crate::format::hex;
use serde::Deserialize;
use spelling::Spelling;
use std::borrow::Cow;
use std::sync::Arc;

/// A segment of a path that is never shown.
pub(crate) const SECRET: &[u8] = b"{secret}";
/// Rules that a file may hold.
const RULES_MAX: usize = 1_000;

/// What requests mean. The whole path must be met, in its usual spelling: a slash at the end, two
/// in a row or another case make another path, unless the rules say that the device takes them for one. A `*` stands for one segment, `{secret}` for one that is never shown, and `**`
/// at the end for all that follows. A rule with a `query` is met by requests that have exactly that parameter.
///
/// ```
/// use audit_ingest::Rules;
///
/// let rules = Rules::from_toml(
///     "[[rule]]\nkind = \"power_restart\"\nmethod = \"POST\"\npath = \"/api/v2/reboot\"\n",
/// )?;
/// let wrong = Rules::from_toml("[[rule]]\nkind = \"teleport\"\nmethod = \"POST\"\npath = \"/\"\n");
/// assert!(wrong.unwrap_err().is_rules());
/// # Ok::<(), audit_ingest::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rules {
    rules: Vec<Arc<Rule>>,
    spelling: Spelling,
    /// What statuses mean for every rule that does not say it itself.
    statuses: Vec<(u16, Answer)>,
    /// By the length of the path, which rules could be met: most lines end here.
    by_length: Vec<Vec<u16>>,
    with_star: Vec<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) means: Means,
    pub(crate) method: String,
    pub(crate) path: String,
    /// A parameter that the request's query must have. A session is one without it, too, if it was
    /// opened.
    pub(crate) query: Option<String>,
    pub(crate) proof: Option<Proof>,
    /// What statuses mean here, where that is not what they mean elsewhere.
    pub(crate) statuses: Vec<(u16, Answer)>,
    /// The parameter that names the connection that a request is of.
    pub(crate) connection: Option<String>,
    /// The message that bears a refusal out.
    pub(crate) refusal: Option<Proof>,
    /// Where there is an application log, it is what it means only if a message bears it out.
    pub(crate) must_prove: bool,
    /// It ends the user's sessions everywhere, and not one of them.
    pub(crate) everywhere: bool,
}

/// What a status of an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Success,
    Denied,
    Failure,
    Unknown,
    /// Nothing was done, and the client was sent elsewhere or asked for more.
    Nothing,
}

impl Answer {
    pub(crate) fn outcome(self) -> Option<Outcome> {
        match self {
            Answer::Success => Some(Outcome::Success),
            Answer::Denied => Some(Outcome::Denied),
            Answer::Failure => Some(Outcome::Failure),
            Answer::Unknown => Some(Outcome::Unknown),
            Answer::Nothing => None,
        }
    }
}

/// What a request is that meets a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    Action(Kind),
    /// A connection that lasts: which status opened it, the action that it begins with, and when its line
    /// is written.
    Session {
        open: u16,
        after: Option<Kind>,
        logged: Logged,
    },
    /// The page was loaded.
    Page,
    /// Nothing, although a rule with less to it would have it mean something.
    Nothing,
}

/// When the line of a connection is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Logged {
    AtEnd,
    /// Its end is told nowhere.
    AtBegin,
    /// There is no connection: the client asks again and again, and each time there is a line.
    Polls,
}

/// The message of the application log that bears an action out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proof {
    Login,
    LoginRefused,
    Logout,
    UserCreated,
    UserDeleted,
    UsersDeleted,
    PasswordChanged,
    OwnPasswordChanged,
    RoleChanged,
    Client,
}

impl Default for Rules {
    fn default() -> Rules {
        Device::default().rules()
    }
}

impl Rules {
    /// Rules that are built in.
    pub(crate) fn built_in(text: &str) -> Rules {
        Rules::from_toml(text).unwrap_or_else(|_| Rules::of(file::Read::default()))
    }

    /// Rules from a TOML file; `docs/ingest-rules.md` describes it, and `rules/tinypilot.toml` is one.
    ///
    /// # Errors
    ///
    /// When the text is no TOML, or a rule has an unknown key or kind, a method that is not in
    /// capitals, or a path that does not begin with a slash. Says the line, and quotes nothing.
    pub fn from_toml(text: &str) -> Result<Rules, Error> {
        let read = file::read(text)?;
        if read.rules.len() > RULES_MAX {
            return Err(Error::rules(None, "there are too many of them"));
        }
        check_met(&read.rules)?;
        Ok(Rules::of(read))
    }

    fn of(read: file::Read) -> Rules {
        let file::Read { mut rules, spelling, statuses } = read;
        rules.iter_mut().for_each(|it| spelling.of_rule(&mut it.path));
        let (mut by_length, mut with_star) = (Vec::<Vec<u16>>::new(), Vec::new());
        for (rule, index) in rules.iter().zip(0..) {
            if rule.path.contains(['*', '{']) {
                with_star.push(index);
                continue;
            }
            let length = rule.path.len();
            if by_length.len() <= length {
                by_length.resize(length + 1, Vec::new());
            }
            if let Some(slot) = by_length.get_mut(length) {
                slot.push(index);
            }
        }
        let rules = rules.into_iter().map(Arc::new).collect();
        Rules { rules, spelling, statuses, by_length, with_star }
    }

    /// The kinds that connections begin with.
    pub(crate) fn begins_with(&self, kind: Kind) -> bool {
        let after = |it: &Arc<Rule>| matches!(it.means, Means::Session { after: Some(it), .. } if it == kind);
        self.rules.iter().any(after)
    }

    pub(crate) fn get(&self, index: u16) -> Option<&Arc<Rule>> {
        self.rules.get(usize::from(index))
    }

    /// A path as those of the rules are spelled.
    pub(crate) fn usual<'a>(&self, path: &'a [u8]) -> Cow<'a, [u8]> {
        self.spelling.of_request(path)
    }

    /// The rule that a request meets.
    pub(crate) fn find(&self, method: &[u8], path: &[u8], query: &[u8]) -> Option<u16> {
        let path = &*self.usual(path);
        let exact = self.by_length.get(path.len()).map(Vec::as_slice).unwrap_or_default();
        let of = |some: &[u16]| {
            let mut found = None;
            for index in some {
                let Some(rule) = self.get(*index) else { continue };
                if rule.method.as_bytes() != method || !meets(rule.path.as_bytes(), path) {
                    continue;
                }
                // What the query says goes before what any query may say.
                match rule.wanted() {
                    None => found = found.or(Some(*index)),
                    Some(wanted) if has_parameter(query, wanted.as_bytes()) => return Some(*index),
                    Some(_) => {}
                }
            }
            found
        };
        of(exact).or_else(|| of(&self.with_star))
    }
}

impl Rule {
    pub(crate) fn is_login(&self) -> bool {
        self.means == Means::Action(Kind::Login)
    }

    /// The message that bears out a request that ended so.
    pub(crate) fn proof_of(&self, outcome: Outcome) -> Option<Proof> {
        match outcome {
            Outcome::Success => self.proof,
            Outcome::Denied => self.refusal,
            _ => None,
        }
    }

    pub(crate) fn is_session(&self) -> bool {
        matches!(self.means, Means::Session { .. })
    }

    /// The parameter without which a request does not meet it.
    fn wanted(&self) -> Option<&str> {
        match self.means {
            Means::Session { logged: Logged::AtEnd | Logged::AtBegin, .. } => None,
            _ => self.query.as_deref(),
        }
    }
}

/// Whether a query has exactly this parameter, and none of its name with another value: which of two
/// counts is the server's secret.
pub(crate) fn has_parameter(query: &[u8], wanted: &[u8]) -> bool {
    let query = query.strip_prefix(b"?").unwrap_or(query);
    let name = |it: &[u8]| it.iter().position(|it| *it == b'=').unwrap_or(it.len());
    let mut found = false;
    for it in query.split(|it| *it == b'&').map(decoded) {
        if it.get(..name(&it)) == wanted.get(..name(wanted)) {
            if it != wanted {
                return false;
            }
            found = true;
        }
    }
    found
}

/// A parameter without its percent-encoding.
fn decoded(parameter: &[u8]) -> Cow<'_, [u8]> {
    if !parameter.contains(&b'%') {
        return Cow::Borrowed(parameter);
    }
    let (mut out, mut rest) = (Vec::new(), parameter);
    while let Some((byte, after)) = rest.split_first() {
        let code = rest.get(1..3).filter(|_| *byte == b'%').and_then(hex);
        out.push(code.unwrap_or(*byte));
        rest = if code.is_some() { rest.get(3..).unwrap_or_default() } else { after };
    }
    Cow::Owned(out)
}

/// The value of a query's parameter.
pub(crate) fn parameter<'a>(query: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let query = query.strip_prefix(b"?").unwrap_or(query);
    let value = |it: &'a [u8]| it.strip_prefix(name)?.strip_prefix(b"=");
    query.split(|it| *it == b'&').find_map(value)
}

/// # Errors
///
/// A rule is never met, because all that would meet it meets one before.
fn check_met(rules: &[Rule]) -> Result<(), Error> {
    for (at, rule) in rules.iter().enumerate() {
        let hides = |before: &&Rule| {
            let is_same = before.path == rule.path && before.wanted() == rule.wanted();
            let is_within = before.path.strip_suffix("**").is_some_and(|begin| {
                rule.path.contains('*') && rule.path.starts_with(begin) && before.wanted().is_none()
            });
            before.method == rule.method && (is_same || (is_within && rule.wanted().is_none()))
        };
        if rules.iter().take(at).any(|before| hides(&before)) {
            return Err(Error::rule_number(
                at + 1,
                "it is never met: one before it has all its requests",
            ));
        }
    }
    Ok(())
}

fn meets(pattern: &[u8], path: &[u8]) -> bool {
    let Some(free) = memchr::memchr2(b'*', b'{', pattern) else {
        return pattern == path;
    };
    // Most paths are others from the begin.
    if !path.starts_with(pattern.get(..free).unwrap_or_default()) {
        return false;
    }
    let (mut pattern, mut path) = (pattern.split(|it| *it == b'/'), path.split(|it| *it == b'/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(b"**"), Some(first)) => {
                return std::iter::once(first).chain(path).all(|it| it != b"..");
            }
            (Some(b"*" | SECRET), Some(segment)) if !segment.is_empty() && segment != b".." => {}
            (Some(wanted), Some(segment)) if wanted == segment => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests;
