//! What a line of a log says of somebody: who, from where, what, when.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use audit_log::reader::{Json, Line};
use jiff::Timestamp;

/// What one line tells.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    /// When it happened, in nanoseconds since 1970 in UTC.
    pub(crate) at: i64,
    pub(crate) action: Arc<str>,
    pub(crate) outcome: Arc<str>,
    /// Who, if the line says so.
    pub(crate) user: Option<Arc<str>>,
    /// A reference to the session, which is the same in all of its lines.
    pub(crate) session: Option<Arc<str>>,
    /// From where.
    pub(crate) source: Option<Arc<str>>,
    /// What an importer concluded of who it was.
    pub(crate) joined: Option<Arc<Joined>>,
}

/// What an importer concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) confidence: Arc<str>,
    pub(crate) why: Arc<str>,
    pub(crate) candidates: Vec<Arc<str>>,
}

/// Makes facts of lines; of texts that are alike one is kept.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    texts: HashSet<Arc<str>>,
    last: Option<Arc<Joined>>,
}

impl Facts {
    /// What a line tells of somebody; nothing if it is no event, or one of the system's own.
    pub(crate) fn of(&mut self, line: &Line) -> Option<Fact> {
        if line.kind != "event" {
            return None;
        }
        let text = |key: &str| line.get(key).and_then(Json::as_str);
        let at = moment(text("occurred").unwrap_or(&line.time))?;
        let actor = |key: &str| line.get("actor")?.get(key)?.as_str();
        if actor("service").is_some() {
            return None;
        }
        let cut = || line.get("actor")?.get("user_cut");
        // A pseudonym stands for what was typed, and is no account's name.
        let user = actor("user").map(|name| match cut() {
            None => name.to_owned(),
            Some(_) => format!("{name}…"),
        });
        // Pseudonyms of sessions are of one run.
        let run = line.run.as_deref().unwrap_or_default();
        let session = actor("session_pseudonym").map(|session| format!("{run}/{session}"));
        let source = line.get("source").and_then(place);
        if user.is_none() && session.is_none() && source.is_none() {
            return None;
        }
        let joined = line.get("origin").and_then(|it| self.joined(it)).map(|it| self.shared(it));
        Some(Fact {
            at,
            action: self.kept(text("action")?),
            outcome: self.kept(text("outcome").unwrap_or("unknown")),
            user: user.map(|it| self.kept(&it)),
            session: session.map(|it| self.kept(&it)),
            source: source.map(|it| self.kept(&it)),
            joined,
        })
    }

    fn joined(&mut self, origin: &Json) -> Option<Joined> {
        let candidates = origin.get("candidates").and_then(Json::as_list).unwrap_or_default();
        Some(Joined {
            confidence: self.kept(origin.get("joined")?.as_str()?),
            why: self.kept(origin.get("why")?.as_str()?),
            candidates: candidates
                .iter()
                .filter_map(Json::as_str)
                .map(|it| self.kept(it))
                .collect(),
        })
    }

    /// The same as the one before, if it is.
    fn shared(&mut self, joined: Joined) -> Arc<Joined> {
        if let Some(last) = self.last.as_ref().filter(|it| ***it == joined) {
            return Arc::clone(last);
        }
        let shared = Arc::new(joined);
        self.last = Some(Arc::clone(&shared));
        shared
    }

    fn kept(&mut self, text: &str) -> Arc<str> {
        if let Some(kept) = self.texts.get(text) {
            return Arc::clone(kept);
        }
        let kept: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&kept));
        kept
    }
}

/// In nanoseconds since 1970.
pub(crate) fn moment(text: &str) -> Option<i64> {
    i64::try_from(text.parse::<Timestamp>().ok()?.as_nanosecond()).ok()
}

/// An address in its usual spelling, or a place on the device.
fn place(source: &Json) -> Option<String> {
    if let Some(ip) = source.get("ip").and_then(Json::as_str) {
        let parsed = ip.parse::<IpAddr>();
        return Some(parsed.map_or_else(|_| ip.to_owned(), |it| it.to_canonical().to_string()));
    }
    source.get("local").and_then(Json::as_str).map(str::to_owned)
}
