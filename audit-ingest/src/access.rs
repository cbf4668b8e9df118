//! A line of the access log: what was requested, from where, and how it was answered.
//!
//! Of a line only these are kept: the address, the time, the method, the path, the status and how
//! long it took. The query, the fragment, a scheme with its user and host, the referer, the user agent and
//! the name that a client claimed (`$remote_user`) are looked at in passing at most.

use crate::action::{Address, Outcome};
use crate::device::{Device, pveproxy};
use crate::format::{Escape, Fields, Format, Var, unescape};
use crate::name::{Name, passing_hash};
use crate::rules::{Rules, parameter};
use audit_core::proxies::{Network, address, forwarded, forwarded_for};
use memchr::memchr;
use path::{decode, path_of, shown};
use times::{seconds, time_local};

mod path;
pub(crate) mod times;

/// What a line of the access log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Nothing that any rule speaks of.
    Ignored,
    /// Not a line of this format, or one that cannot be trusted.
    Unreadable,
    /// A request that meets a rule.
    Request(Request),
}

/// A request that meets a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) rule: u16,
    pub(crate) source: Address,
    /// In milliseconds since 1970; of a second when the line was written.
    pub(crate) at: i64,
    pub(crate) path: Option<String>,
    pub(crate) status: u16,
    pub(crate) outcome: Outcome,
    /// It claimed a name by HTTP's own authentication, which the device does not check.
    pub(crate) claims: bool,
    /// How long it took, in milliseconds, where the format has it.
    pub(crate) took: Option<i64>,
    /// The name of the connection that it is of, hashed, where it has one.
    pub(crate) poll: Option<u64>,
    /// Who did it, where the device itself says so.
    pub(crate) named: Option<Named>,
    /// There was no request: it has no method, path and status of its own.
    pub(crate) is_bare: bool,
}

impl Request {
    /// Whether it may have been done, or not, whatever the messages say.
    pub(crate) fn is_in_doubt(&self) -> bool {
        !matches!(self.outcome, Outcome::Success | Outcome::Denied)
    }
}

/// Who did something, as the device says: one, or one of several, or nobody that it knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named(pub(crate) Vec<Name>);

/// What a line says of a request, in whichever form.
pub(crate) struct Said<'a> {
    pub(crate) words: Words<'a>,
    pub(crate) source: Address,
    pub(crate) at: i64,
    pub(crate) status: u16,
    pub(crate) claims: bool,
    pub(crate) took: Option<i64>,
    pub(crate) named: Option<Named>,
    /// There was no request.
    pub(crate) is_bare: bool,
}

/// Reads lines of one format.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) device: Device,
    pub(crate) format: Format,
    pub(crate) rules: Rules,
    pub(crate) trusted: Vec<Network>,
}

impl Reader {
    pub(crate) fn read(&self, line: &[u8]) -> Reading {
        if line.is_empty() {
            return Reading::Ignored;
        }
        if self.device == Device::Proxmox {
            return pveproxy::said(line).map_or(Reading::Unreadable, |said| self.meaning_of(said));
        }
        let Some(fields) = self.format.split(line) else {
            return Reading::Unreadable;
        };
        let Some((rule, words)) =
            words(&fields, self.format.escape).and_then(|it| Some((self.rule_of(&it)?, it)))
        else {
            return Reading::Ignored;
        };
        self.said(&fields, words).map_or(Reading::Unreadable, |said| self.request(rule, said))
    }

    /// What a request means of which all is said.
    pub(crate) fn meaning_of(&self, said: Said<'_>) -> Reading {
        match self.rule_of(&said.words) {
            Some(rule) => self.request(rule, said),
            None => Reading::Ignored,
        }
    }

    /// When a line was written, if it is one.
    pub(crate) fn time_of(&self, line: &[u8]) -> Option<i64> {
        match self.device {
            Device::Proxmox => Some(pveproxy::said(line)?.at),
            _ => time(&self.format.split(line)?),
        }
    }

    /// The rule that a request meets. Most meet none, so this does little.
    fn rule_of(&self, words: &Words<'_>) -> Option<u16> {
        let plain = words.decoded || memchr::memchr2(b'%', b'\\', words.target).is_none();
        let path = path_of(words.target);
        match plain {
            true => self.rules.find(words.method, path, words.query()),
            false => self.rules.find(words.method, &decode(path, words.escape)?, words.query()),
        }
    }

    /// `None` when the line is not to be believed.
    fn said<'a>(&self, fields: &Fields<'a>, words: Words<'a>) -> Option<Said<'a>> {
        let status = times::number(fields.get(Var::Status)?, 3)?;
        let at = time(fields)?;
        let peer = Address::parse(fields.get(Var::Address)?)?;
        if glued(fields.get(Var::User).unwrap_or_default()) {
            return None;
        }
        let claims = fields.get(Var::User).is_some_and(|it| !it.is_empty() && it != b"-");
        let took = fields.get(Var::Duration).and_then(seconds);
        let source = self.source(peer, fields);
        Some(Said { words, source, at, status, claims, took, named: None, is_bare: false })
    }

    fn request(&self, rule: u16, said: Said<'_>) -> Reading {
        let Said { words, source, at, status, claims, took, named, is_bare } = said;
        let Some(means) = self.rules.get(rule) else { return Reading::Ignored };
        let Some(outcome) = self.rules.outcome(means, status, words.query()) else {
            return Reading::Ignored;
        };
        let connection = means.connection.as_ref();
        let poll = connection.and_then(|it| parameter(words.query(), it.as_bytes()));
        let poll = poll.map(passing_hash);
        let path = means.path.contains(['*', '{']).then(|| {
            let path = decode(path_of(words.target), words.escape).unwrap_or_default();
            shown(&self.rules.usual(&path), &means.path)
        });
        Reading::Request(Request {
            rule,
            source,
            at,
            path,
            status,
            outcome,
            claims,
            took,
            poll,
            named,
            is_bare,
        })
    }

    /// Where a request came from: what the proxies say, if the peer is one that is trusted, and nobody
    /// knows where from if they say nothing that can be read.
    fn source(&self, peer: Address, fields: &Fields<'_>) -> Address {
        let trusted = match peer {
            Address::Ip(ip) => self.trusted.iter().any(|it| it.contains(ip)),
            Address::Unix => !self.trusted.is_empty(),
            Address::Unknown => false,
        };
        if !trusted {
            return peer;
        }
        let told = |var: Var| {
            let value = fields.get(var).filter(|it| !matches!(*it, b"" | b"-"))?;
            unescape(value, self.format.escape)
        };
        let ip = if let Some(list) = told(Var::Forwarded) {
            forwarded_for([&list], &self.trusted)
        } else if let Some(header) = told(Var::Elements) {
            forwarded([&header], &self.trusted)
        } else {
            told(Var::ProxyProtocol).as_deref().and_then(address)
        };
        ip.map_or(Address::Unknown, Address::Ip)
    }
}

/// The words of a request that matter.
pub(crate) struct Words<'a> {
    pub(crate) method: &'a [u8],
    pub(crate) target: &'a [u8],
    pub(crate) decoded: bool,
    /// How the log writes what would break a line, if it does.
    pub(crate) escape: Option<Escape>,
}

impl Words<'_> {
    fn query(&self) -> &[u8] {
        let target = self.target;
        memchr(b'?', target).and_then(|at| target.get(at..)).unwrap_or_default()
    }
}

fn words<'a>(fields: &Fields<'a>, escape: Escape) -> Option<Words<'a>> {
    let escape = Some(escape);
    let Some(request) = fields.get(Var::Request) else {
        let method = fields.get(Var::Method)?;
        if let Some(target) = fields.get(Var::Target) {
            return Some(Words { method, target, decoded: false, escape });
        }
        return Some(Words { method, target: fields.get(Var::Path)?, decoded: true, escape });
    };
    // nginx takes several spaces between words for one.
    let at = memchr(b' ', request)?;
    let (method, rest) = request.split_at(at);
    let rest = rest.trim_ascii_start();
    let end = memchr(b' ', rest).unwrap_or(rest.len());
    let (target, version) = rest.split_at(end);
    let version = version.trim_ascii();
    let whole = match version {
        // HTTP/0.9 knows one method and no version.
        [] => method == b"GET",
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor] => {
            major.is_ascii_digit() && minor.is_ascii_digit()
        }
        _ => false,
    };
    let method_ok = !method.is_empty() && method.iter().all(u8::is_ascii_uppercase);
    (whole && method_ok).then_some(Words { method, target, decoded: false, escape })
}

/// Whether a claimed name looks like the begin of one line with that of another behind it.
fn glued(user: &[u8]) -> bool {
    let mut words = user.split(|it| *it == b' ').peekable();
    while let Some(word) = words.next() {
        if words.peek() != Some(&&b"-"[..]) {
            continue;
        }
        // The address may have something stuck to it.
        let tail = word.iter().rev().take_while(|it| it.is_ascii_hexdigit() || b".:".contains(it));
        let tail = word.get(word.len() - tail.count()..).unwrap_or_default();
        let found = (0..tail.len()).any(|at| tail.get(at..).and_then(Address::parse).is_some());
        if found || word == b"unix:" {
            return true;
        }
    }
    false
}

fn time(fields: &Fields<'_>) -> Option<i64> {
    if let Some(text) = fields.get(Var::Msec) {
        return seconds(text).filter(|it| *it < 253_402_207_200_000);
    }
    if let Some(text) = fields.get(Var::TimeIso) {
        let text = std::str::from_utf8(text).ok()?;
        return Some(text.parse::<jiff::Timestamp>().ok()?.as_millisecond());
    }
    time_local(fields.get(Var::TimeLocal)?)
}

#[cfg(test)]
mod tests;
