//! What a request means: rules as data, TinyPilot's built in.

use crate::action::Kind;
use crate::error::Error;
use serde::Deserialize;

const TINYPILOT: &str = include_str!("../rules/tinypilot.toml");

/// Rules that a file may hold.
const RULES_MAX: usize = 1_000;

/// What requests mean. The whole path must be met, in its usual spelling: a slash at the end, two
/// in a row or another case make another path. A `*` stands for one segment, and `**` at the end for
/// all that follows. A rule with a `query` is met by requests that have exactly that parameter.
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
    /// A parameter that the request's query must have. A session is one without it, too, if it was
    /// opened.
    pub(crate) query: Option<String>,
    pub(crate) proof: Option<Proof>,
}

/// What a request is that meets a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    Action(Kind),
    /// A connection that lasts: which status opened it, and the action that it begins with.
    Session {
        open: u16,
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
        check_met(&rules)?;
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
    pub(crate) fn find(&self, method: &[u8], path: &[u8], query: &[u8]) -> Option<u16> {
        let exact = self.by_length.get(path.len()).map(Vec::as_slice).unwrap_or_default();
        let met = |index: &&u16| {
            self.get(**index)
                .is_some_and(|it| it.method.as_bytes() == method && meets(it.path.as_bytes(), path))
        };
        // What the query says goes before what any query may say.
        let wants = |index: &&u16| {
            let wanted = self.get(**index).and_then(|it| it.wanted());
            wanted.map(|wanted| has_parameter(query, wanted.as_bytes()))
        };
        let of = |some: &[u16]| {
            let by_query = some.iter().filter(met).find(|it| wants(it) == Some(true));
            by_query.or_else(|| some.iter().filter(met).find(|it| wants(it).is_none())).copied()
        };
        of(exact).or_else(|| of(&self.with_star))
    }
}

impl Rule {
    /// The parameter without which a request does not meet it.
    fn wanted(&self) -> Option<&str> {
        match self.means {
            Means::Session { .. } => None,
            Means::Action(_) | Means::Page => self.query.as_deref(),
        }
    }
}

/// Whether one of a query's parameters is exactly this one.
pub(crate) fn has_parameter(query: &[u8], wanted: &[u8]) -> bool {
    let query = query.strip_prefix(b"?").unwrap_or(query);
    query.split(|it| *it == b'&').any(|it| it == wanted)
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
    if !pattern.contains(&b'*') {
        return pattern == path;
    }
    if let Some(begin) = pattern.strip_suffix(b"**") {
        return path.starts_with(begin) && !path.split(|it| *it == b'/').any(|it| it == b"..");
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
        if self.path.strip_suffix("**").unwrap_or(&self.path).contains("**") {
            return Err(Error::rules(None, "two stars stand at the end of a path only"));
        }
        if self.query.as_ref().is_some_and(|it| it.is_empty() || it.contains(['?', '&', '#'])) {
            return Err(Error::rules(None, "a query is one parameter, such as `connected=1`"));
        }
        let is_session = matches!(self.kind, Word::Other(Other::Session));
        if self.after.is_some() && !is_session {
            return Err(Error::rules(None, "only a session comes after something"));
        }
        if self.proof.is_some() && matches!(self.kind, Word::Other(Other::Page)) {
            return Err(Error::rules(None, "nothing bears out that a page was loaded"));
        }
        let means = match (self.kind, self.open) {
            (Word::Other(Other::Session), Some(open)) => Means::Session { open, after: self.after },
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
        let Entry { method, path, query, proof, .. } = self;
        Ok(Rule { means, method, path, query, proof })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(method: &str, path: &str) -> Option<Kind> {
        let rules = Rules::tinypilot();
        match rules.get(rules.find(method.as_bytes(), path.as_bytes(), b"")?)?.means {
            Means::Action(kind) => Some(kind),
            _ => None,
        }
    }

    #[test]
    fn the_rules_that_are_built_in_are_read() {
        assert_eq!(Rules::tinypilot().rules.len(), 33);
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

    fn rule(kind: &str, path: &str, more: &str) -> String {
        format!("[[rule]]\nkind = \"{kind}\"\nmethod = \"POST\"\npath = \"{path}\"\n{more}\n")
    }

    #[test]
    fn the_query_decides_where_a_rule_says_so() {
        let text = rule("media_mount", "/m", "query = \"on=1\"")
            + &rule("media_unmount", "/m", "query = \"on=0\"")
            + &rule("setting_change", "/m", "")
            + &rule("paste", "/p", "query = \"x=1\"");
        let rules = Rules::from_toml(&text).unwrap();
        let found =
            |path: &str, query: &str| rules.find(b"POST", path.as_bytes(), query.as_bytes());
        assert_eq!(found("/m", "?on=1"), Some(0));
        assert_eq!(found("/m", "?a=b&on=0"), Some(1));
        assert_eq!(found("/m", "?on=10"), Some(2));
        assert_eq!(found("/m", ""), Some(2));
        assert_eq!((found("/p", "?x=1"), found("/p", "?x=2")), (Some(3), None));
    }

    #[test]
    fn two_stars_stand_for_all_that_follows() {
        let rules = Rules::from_toml(&rule("paste", "/a/**", "")).unwrap();
        let found = |path: &str| rules.find(b"POST", path.as_bytes(), b"").is_some();
        for path in ["/a/", "/a/b", "/a//", "/a/b/c/"] {
            assert!(found(path), "{path}");
        }
        for path in ["/a", "/b/", "/a/../b", "/A/b"] {
            assert!(!found(path), "{path}");
        }
    }

    #[test]
    fn a_rule_that_is_never_met_is_refused() {
        for text in [
            rule("paste", "/a", "") + &rule("login", "/a", ""),
            rule("paste", "/a", "query = \"x\"") + &rule("login", "/a", "query = \"x\""),
            rule("paste", "/a/**", "") + &rule("login", "/a/*/b", ""),
        ] {
            let refused = Rules::from_toml(&text).unwrap_err().to_string();
            assert!(refused.contains("rule 2: it is never met"), "{refused}");
        }
        let met = rule("paste", "/a/**", "") + &rule("login", "/a/b", "");
        assert!(Rules::from_toml(&met).is_ok());
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
            "[[rule]]\nkind = \"login\"\nmethod = \"GET\"\npath = \"/\"\nafter = \"login\"",
            "[[rule]]\nkind = \"page\"\nmethod = \"GET\"\npath = \"/\"\nproof = \"login\"",
            "[[rule]]\nkind = \"login\"\nmethod = \"GET\"\npath = \"/**/x\"",
            "[[rule]]\nkind = \"login\"\nmethod = \"GET\"\npath = \"/\"\nquery = \"a=1&b=2\"",
        ] {
            assert!(Rules::from_toml(text).unwrap_err().is_rules(), "{text}");
        }
    }
}
