//! What a request means: rules as data, TinyPilot's built in.

use crate::action::Kind;
use crate::error::Error;
use serde::Deserialize;

const TINYPILOT: &str = include_str!("../rules/tinypilot.toml");

/// Rules that a file may hold.
const RULES_MAX: usize = 1_000;

/// What requests mean. The whole path must be met, in its usual spelling: a slash at the end, two
/// in a row or another case make another path.
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
    rules: Vec<Rule>,
    /// By the length of the path, which rules could be met: most lines end here.
    by_length: Vec<Vec<u16>>,
    with_star: Vec<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) means: Means,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) proof: Option<Proof>,
}

/// What a request is that meets a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    Action(Kind),
    /// A connection that lasts: which status opened it, what its query holds, and the action that
    /// it begins with.
    Session {
        open: u16,
        query: Option<String>,
        after: Option<Kind>,
    },
    /// The page was loaded.
    Page,
}

/// The message of the application log that bears an action out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proof {
    Login,
    Logout,
    UserCreated,
    UserDeleted,
    UsersDeleted,
    PasswordChanged,
    OwnPasswordChanged,
    RoleChanged,
    Client,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
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
    proof: Option<Proof>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Other(Other),
    Action(Kind),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Other {
    Session,
    Page,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::tinypilot()
    }
}

impl Rules {
    /// The rules for TinyPilot.
    pub fn tinypilot() -> Rules {
        Rules::from_toml(TINYPILOT).unwrap_or_else(|_| Rules::of(Vec::new()))
    }

    /// Rules from a TOML file; `docs/ingest.md` describes it, and `rules/tinypilot.toml` is one.
    ///
    /// # Errors
    ///
    /// When the text is no TOML, or a rule has an unknown key or kind, a method that is not in
    /// capitals, or a path that does not begin with a slash. Says the line, and quotes nothing.
    pub fn from_toml(text: &str) -> Result<Rules, Error> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|it| {
                text.as_bytes().iter().take(it.start).filter(|it| **it == b'\n').count() + 1
            });
            Error::rules(line, "it is no TOML, or has a key or a kind that there is not")
        })?;
        if file.rule.len() > RULES_MAX {
            return Err(Error::rules(None, "there are too many of them"));
        }
        let rules = file.rule.into_iter().map(Entry::rule).collect::<Result<Vec<_>, _>>()?;
        Ok(Rules::of(rules))
    }

    fn of(rules: Vec<Rule>) -> Rules {
        let (mut by_length, mut with_star) = (Vec::<Vec<u16>>::new(), Vec::new());
        for (rule, index) in rules.iter().zip(0..) {
            if rule.path.contains('*') {
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
        Rules { rules, by_length, with_star }
    }

    /// The kinds that connections begin with.
    pub(crate) fn begins_with(&self, kind: Kind) -> bool {
        let after =
            |it: &Rule| matches!(it.means, Means::Session { after: Some(it), .. } if it == kind);
        self.rules.iter().any(after)
    }

    pub(crate) fn get(&self, index: u16) -> Option<&Rule> {
        self.rules.get(usize::from(index))
    }

    /// The rule that a request meets.
    pub(crate) fn find(&self, method: &[u8], path: &[u8]) -> Option<u16> {
        let exact = self.by_length.get(path.len()).map(Vec::as_slice).unwrap_or_default();
        let met = |index: &&u16| {
            self.get(**index)
                .is_some_and(|it| it.method.as_bytes() == method && meets(it.path.as_bytes(), path))
        };
        exact.iter().find(met).or_else(|| self.with_star.iter().find(met)).copied()
    }
}

fn meets(pattern: &[u8], path: &[u8]) -> bool {
    if !pattern.contains(&b'*') {
        return pattern == path;
    }
    let (mut pattern, mut path) = (pattern.split(|it| *it == b'/'), path.split(|it| *it == b'/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(b"*"), Some(segment)) if !segment.is_empty() && segment != b".." => {}
            (Some(wanted), Some(segment)) if wanted == segment => {}
            _ => return false,
        }
    }
}

impl Entry {
    fn rule(self) -> Result<Rule, Error> {
        if self.method.is_empty() || !self.method.bytes().all(|it| it.is_ascii_uppercase()) {
            return Err(Error::rules(None, "a method is not in capital letters"));
        }
        if !self.path.starts_with('/') || self.path.contains(['?', '#', '%']) {
            return Err(Error::rules(None, "a path must begin with a slash and hold no ?, # or %"));
        }
        let means = match (self.kind, self.open) {
            (Word::Other(Other::Session), Some(open)) => {
                Means::Session { open, query: self.query, after: self.after }
            }
            (Word::Other(Other::Session), None) => {
                return Err(Error::rules(None, "a session needs the status that opens it"));
            }
            (_, Some(_)) => return Err(Error::rules(None, "only a session has a status")),
            (Word::Other(Other::Page), None) => Means::Page,
            (Word::Action(Kind::SessionStart | Kind::SessionEnd), None) => {
                return Err(Error::rules(None, "a connection that lasts is a session"));
            }
            (Word::Action(kind), None) => Means::Action(kind),
        };
        Ok(Rule { means, method: self.method, path: self.path, proof: self.proof })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(method: &str, path: &str) -> Option<Kind> {
        let rules = Rules::tinypilot();
        match rules.get(rules.find(method.as_bytes(), path.as_bytes())?)?.means {
            Means::Action(kind) => Some(kind),
            _ => None,
        }
    }

    #[test]
    fn the_rules_that_are_built_in_are_read() {
        assert_eq!(Rules::tinypilot().rules.len(), 30);
        assert_eq!(kind("POST", "/api/auth"), Some(Kind::Login));
        assert_eq!(kind("POST", "/api/scripts/collect/run"), Some(Kind::ScriptRun));
        assert_eq!(kind("GET", "/api/debugLogs"), Some(Kind::DebugLogExport));
    }

    #[test]
    fn lookalikes_are_none() {
        for (method, path) in [
            ("GET", "/api/auth"),
            ("POST", "/api/auth/"),
            ("POST", "//api/auth"),
            ("POST", "/api//auth"),
            ("POST", "/API/auth"),
            ("POST", "/api/x/../auth"),
            ("POST", "/api/scripts//run"),
            ("POST", "/api/scripts/../run"),
            ("POST", "/api/scripts/a/b/run"),
            ("HEAD", "/api/debugLogs"),
            ("post", "/api/auth"),
        ] {
            assert_eq!(kind(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn faulty_rules_are_refused() {
        for text in [
            "rule",
            "[[rule]]\nkind = \"login\"\nmethod = \"post\"\npath = \"/\"",
            "[[rule]]\nkind = \"login\"\nmethod = \"POST\"\npath = \"x\"",
            "[[rule]]\nkind = \"session\"\nmethod = \"GET\"\npath = \"/\"",
            "[[rule]]\nkind = \"session_end\"\nmethod = \"GET\"\npath = \"/\"",
            "[[rule]]\nkind = \"login\"\nmethod = \"GET\"\npath = \"/\"\nopen = 101",
            "[[rule]]\nkind = \"login\"\nmethod = \"GET\"\npath = \"/\"\nproff = \"login\"",
        ] {
            assert!(Rules::from_toml(text).unwrap_err().is_rules(), "{text}");
        }
    }
}
