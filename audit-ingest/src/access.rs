//! A line of the access log: what was requested, from where, and how it was answered.
//!
//! Of a line only these are kept: the address, the time, the method, the path, the status and how
//! long it took. The query, the fragment, a scheme with its user and host, the referer, the user agent and
//! the name that a client claimed (`$remote_user`) are looked at in passing at most.

use crate::action::{Address, Outcome};
use crate::error::{Error, ErrorKind};
use crate::format::{Escape, Fields, Format, Var, hex, unescape};
use crate::forwarded::{address, behind_elements, behind_proxies};
use crate::name::passing_hash;
use crate::rules::{Logged, Means, Rule, Rules, has_parameter, parameter};
use memchr::{memchr, memmem};
use std::net::IpAddr;

/// A connection cannot be made another one.
const BAD_REQUEST: u16 = 400;

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
}

/// Addresses of proxies that are believed about where a request came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl std::str::FromStr for Network {
    type Err = Error;

    /// Reads `192.0.2.1` or `2001:db8::/32`.
    fn from_str(text: &str) -> Result<Network, Error> {
        let bad = || Error(ErrorKind::Network);
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok().ok_or_else(bad)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|it| *it <= bits).ok_or_else(bad)?,
            None => bits,
        };
        Ok(Network { address, prefix })
    }
}

impl Network {
    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let same = |one: u128, other: u128, bits: u32| {
            let ignored = bits - self.prefix;
            ignored == bits || (one ^ other) >> ignored == 0
        };
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(one), IpAddr::V4(other)) => {
                same(u128::from(one.to_bits()), u128::from(other.to_bits()), 32)
            }
            (IpAddr::V6(one), IpAddr::V6(other)) => same(one.to_bits(), other.to_bits(), 128),
            _ => false,
        }
    }
}

/// Reads lines of one format.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) format: Format,
    pub(crate) rules: Rules,
    pub(crate) trusted: Vec<Network>,
}

impl Reader {
    pub(crate) fn read(&self, line: &[u8]) -> Reading {
        if line.is_empty() {
            return Reading::Ignored;
        }
        let Some(fields) = self.format.split(line) else {
            return Reading::Unreadable;
        };
        let Some((rule, words)) = self.meaning(&fields) else {
            return Reading::Ignored;
        };
        self.request(&fields, rule, &words)
            .map_or(Reading::Unreadable, |it| it.map_or(Reading::Ignored, Reading::Request))
    }

    /// When a line was written, if it is one.
    pub(crate) fn time_of(&self, line: &[u8]) -> Option<i64> {
        time(&self.format.split(line)?)
    }

    /// The rule that a line meets. Most meet none, so this does little.
    fn meaning<'a>(&self, fields: &Fields<'a>) -> Option<(u16, Words<'a>)> {
        let words = words(fields)?;
        let plain = words.decoded || memchr::memchr2(b'%', b'\\', words.target).is_none();
        let path = path_of(words.target);
        let rule = if plain {
            self.rules.find(words.method, path, words.query())
        } else {
            self.rules.find(words.method, &decode(path, self.format.escape)?, words.query())
        };
        Some((rule?, words))
    }

    /// `None` when the line is not to be believed; then `None` when the request means nothing.
    fn request(
        &self,
        fields: &Fields<'_>,
        rule: u16,
        words: &Words<'_>,
    ) -> Option<Option<Request>> {
        let status = number(fields.get(Var::Status)?, 3)?;
        let at = time(fields)?;
        let peer = Address::parse(fields.get(Var::Address)?)?;
        if glued(fields.get(Var::User).unwrap_or_default()) {
            return None;
        }
        let claims = fields.get(Var::User).is_some_and(|it| !it.is_empty() && it != b"-");
        let took = fields.get(Var::Duration).and_then(seconds);
        let means = self.rules.get(rule)?;
        let Some(outcome) = outcome(means, status, words.query()) else {
            return Some(None);
        };
        let connection = means.connection.as_ref();
        let poll = connection.and_then(|it| parameter(words.query(), it.as_bytes()));
        let poll = poll.map(passing_hash);
        let path = self.rules.get(rule)?.path.contains('*').then(|| {
            let path = path_of(words.target);
            let path = decode(path, self.format.escape).unwrap_or_default();
            shown(&path)
        });
        let source = self.source(peer, fields);
        Some(Some(Request { rule, source, at, path, status, outcome, claims, took, poll }))
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
            behind_proxies(&list, &self.trusted)
        } else if let Some(header) = told(Var::Elements) {
            behind_elements(&header, &self.trusted)
        } else {
            told(Var::ProxyProtocol).as_deref().and_then(address)
        };
        ip.map_or(Address::Unknown, Address::Ip)
    }
}

/// The words of a request that matter.
struct Words<'a> {
    method: &'a [u8],
    target: &'a [u8],
    decoded: bool,
}

impl Words<'_> {
    fn query(&self) -> &[u8] {
        let target = self.target;
        memchr(b'?', target).and_then(|at| target.get(at..)).unwrap_or_default()
    }
}

fn words<'a>(fields: &Fields<'a>) -> Option<Words<'a>> {
    let Some(request) = fields.get(Var::Request) else {
        let method = fields.get(Var::Method)?;
        if let Some(target) = fields.get(Var::Target) {
            return Some(Words { method, target, decoded: false });
        }
        return Some(Words { method, target: fields.get(Var::Path)?, decoded: true });
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
    (whole && method_ok).then_some(Words { method, target, decoded: false })
}

/// The path of a target: without query, fragment, and what an absolute one has before.
fn path_of(target: &[u8]) -> &[u8] {
    let path =
        memchr::memchr2(b'?', b'#', target).and_then(|at| target.get(..at)).unwrap_or(target);
    if path.starts_with(b"/") {
        return path;
    }
    let Some(at) = memmem::find(path, b"://") else { return b"" };
    let (scheme, rest) = path.split_at(at);
    if scheme.is_empty() || !scheme.iter().all(u8::is_ascii_alphabetic) {
        return b"";
    }
    let rest = rest.get(3..).unwrap_or_default();
    memchr(b'/', rest).and_then(|at| rest.get(at..)).unwrap_or(b"/")
}

/// Undoes the log's escapes, then percent-encoding, once.
fn decode(path: &[u8], escape: Escape) -> Option<Vec<u8>> {
    let path = unescape(path, escape)?;
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path.as_slice();
    while let Some(at) = memchr(b'%', rest) {
        out.extend_from_slice(rest.get(..at)?);
        out.push(hex(rest.get(at + 1..at + 3)?)?);
        rest = rest.get(at + 3..)?;
    }
    out.extend_from_slice(rest);
    // What was encoded may be what ends a path when it is not.
    Some(out)
}

/// A path whose segments look like names, or have a star in their place.
fn shown(path: &[u8]) -> String {
    let name = |it: &[u8]| {
        let plain = |it: &u8| it.is_ascii_alphanumeric() || b"._-".contains(it);
        it.len() <= 64 && it.iter().all(plain)
    };
    let segments = path
        .split(|it| *it == b'/')
        .map(|it| if name(it) { String::from_utf8_lossy(it).into_owned() } else { "*".to_owned() });
    segments.collect::<Vec<_>>().join("/")
}

/// How a request ended; `None` when nothing was done, and the client was sent elsewhere or only
/// asked whether there was anything new.
fn outcome(rule: &Rule, status: u16, query: &[u8]) -> Option<Outcome> {
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
    if let Some((_, answer)) = rule.statuses.iter().find(|(it, _)| *it == status) {
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

fn number(digits: &[u8], length: usize) -> Option<u16> {
    if digits.len() != length || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |sum, it| sum * 10 + u16::from(it - b'0')))
}

/// Seconds with a fraction, as milliseconds.
fn seconds(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 12 {
        return None;
    }
    let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 1000 + millis)
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

/// `21/Nov/2026:02:09:47 +0100`
fn time_local(text: &[u8]) -> Option<i64> {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let marks = [(2, b'/'), (6, b'/'), (11, b':'), (14, b':'), (17, b':'), (20, b' ')];
    if text.len() != 26 || !marks.iter().all(|(at, mark)| text.get(*at) == Some(mark)) {
        return None;
    }
    let part = |from: usize, length: usize| number(text.get(from..from + length)?, length);
    let month = text.get(3..6)?;
    let month = MONTHS.chunks(3).position(|it| it == month)? + 1;
    let small = |it: u16| i8::try_from(it).ok();
    let date = jiff::civil::DateTime::new(
        i16::try_from(part(7, 4)?).ok()?,
        i8::try_from(month).ok()?,
        small(part(0, 2)?)?,
        small(part(12, 2)?)?,
        small(part(15, 2)?)?,
        small(part(18, 2)?)?,
        0,
    );
    let sign = match text.get(21)? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let offset = sign * (i32::from(part(22, 2)?) * 3600 + i32::from(part(24, 2)?) * 60);
    let offset = jiff::tz::Offset::from_seconds(offset).ok()?;
    Some(offset.to_timestamp(date.ok()?).ok()?.as_millisecond())
}

#[cfg(test)]
mod tests;
