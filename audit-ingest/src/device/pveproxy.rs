//! The access log of pveproxy: `ADDRESS - USER [30/11/2026:12:00:00 +0100] "REQUEST" STATUS LENGTH`.
//!
//! Nothing in a request is escaped, and it may hold quotes: so a line is read from both its ends, where
//! only pveproxy writes. Which words of it are the request is looked for as pveproxy does. The user is
//! one that it has checked, or `-`.

use crate::access::times::{number, time_local};
use crate::access::{Named, Said, Words};
use crate::action::Address;
use crate::name::Name;
use memchr::{memchr, memmem};

/// `None` when the line is none of this log.
pub(crate) fn said(line: &[u8]) -> Option<Said<'_>> {
    let (address, rest) = until(line, b" - ")?;
    let (user, rest) = until(rest, b" [")?;
    let (time, rest) = until(rest, b"] \"")?;
    let is_word = |it: &[u8]| !it.is_empty() && it.iter().all(u8::is_ascii_graphic);
    if !is_word(user) {
        return None;
    }
    // From the right: whatever the client wrote, this comes after it.
    let mut ends = rest.rsplitn(3, |it| *it == b' ');
    let (length, status, request) = (ends.next()?, ends.next()?, ends.next()?);
    let is_length = length == b"-" || (!length.is_empty() && length.iter().all(u8::is_ascii_digit));
    let request = request.strip_suffix(b"\"").filter(|_| is_length)?;
    let named = (user != b"-").then(|| Name::new(user)).flatten();
    Some(Said {
        words: words(request),
        source: match address {
            b"-" => Address::Unknown,
            address => Address::parse(address)?,
        },
        at: moment(time)?,
        status: number(status, 3)?,
        claims: false,
        took: None,
        named: Some(Named(named.into_iter().collect())),
        is_bare: false,
    })
}

fn until<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(text, mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

/// `30/11/2026:12:00:00 +0100`, where everybody else has the month's name.
fn moment(time: &[u8]) -> Option<i64> {
    const MONTHS: [&[u8]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    let month = usize::from(number(time.get(3..5)?, 2)?).checked_sub(1)?;
    time_local(&[time.get(..3)?, MONTHS.get(month)?, time.get(5..)?].concat())
}

/// The first two words that have a third behind them which is a version, wherever they stand in the
/// line: pveproxy looks for `(\S+) (\S+) HTTP/(\d+)\.(\d+)` and does not mind what is around it. None
/// are no words.
fn words(request: &[u8]) -> Words<'_> {
    let none = Words { method: b"", target: b"", decoded: false, escape: None };
    let mut parts = request.split(|it| *it == b' ');
    let (Some(mut method), Some(mut target)) = (parts.next(), parts.next()) else { return none };
    for version in parts {
        let is_bare = |it: &[u8]| !it.iter().any(u8::is_ascii_whitespace);
        let method_end = method.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
        if !method_end.is_empty() && !target.is_empty() && is_bare(target) && is_version(version) {
            return Words { method: method_end, target: path(target), ..none };
        }
        (method, target) = (target, version);
    }
    none
}

fn is_version(word: &[u8]) -> bool {
    let digits = |it: &[u8]| it.iter().take_while(|it| it.is_ascii_digit()).count();
    let Some(rest) = word.strip_prefix(b"HTTP/") else { return false };
    let major = digits(rest);
    let minor = rest.get(major..).and_then(|it| it.strip_prefix(b"."));
    major > 0 && minor.is_some_and(|it| digits(it) > 0)
}

/// What of a target begins with its path: Perl's URI takes a scheme and a host off, with or without
/// slashes between them.
fn path(target: &[u8]) -> &[u8] {
    let end = target.iter().position(|it| b"/?#".contains(it)).unwrap_or(target.len());
    let scheme = memchr(b':', target.get(..end).unwrap_or_default()).filter(|at| *at > 0);
    let mut rest = scheme.and_then(|at| target.get(at + 1..)).unwrap_or(target);
    if let Some(host) = rest.strip_prefix(b"//") {
        let end = host.iter().position(|it| b"/?#".contains(it)).unwrap_or(host.len());
        rest = host.get(end..).unwrap_or_default();
    }
    // What has two slashes before it is no path of the interface, and not the one that has one.
    if rest.starts_with(b"//") { b"" } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "::ffff:192.0.2.7 - alice@pve [30/11/2026:12:00:00 +0100] ";

    fn read(request: &str) -> Option<(String, String)> {
        let line = format!("{BEFORE}\"{request}\" 200 104");
        let said = said(line.as_bytes())?;
        assert_eq!((said.at, said.status), (1_796_036_400_000, 200));
        assert_eq!(said.named.unwrap().0[0].as_str(), "alice@pve");
        let text = |it: &[u8]| String::from_utf8(it.to_vec()).unwrap();
        Some((text(said.words.method), text(said.words.target)))
    }

    #[test]
    fn whatever_a_client_writes_is_the_request() {
        for (request, method, target) in [
            ("POST /api2/x HTTP/1.1", "POST", "/api2/x"),
            ("POST /x?a=\"_401_- HTTP/1.1", "POST", "/x?a=\"_401_-"),
            ("POST /x\" 401 - HTTP/1.1", "401", "-"),
            ("a b POST /x HTTP/1.1 c \" 500 0", "POST", "/x"),
            ("GET\tPOST /x HTTP/1.1", "POST", "/x"),
            ("POST //h:80/api2/x HTTP/1.1", "POST", "/api2/x"),
            ("POST http://h/api2/x HTTP/1.1", "POST", "/api2/x"),
            ("POST a:/api2/x HTTP/1.1", "POST", "/api2/x"),
            ("POST //h//api2/x HTTP/1.1", "POST", ""),
            ("POST /x http/1.1", "", ""),
            ("", "", ""),
        ] {
            let found = read(request);
            assert_eq!(found, Some((method.to_owned(), target.to_owned())), "{request}");
        }
    }

    #[test]
    fn what_is_no_line_is_none() {
        for line in [
            "192.0.2.7 - alice@pve [30/Nov/2026:12:00:00 +0100] \"GET / HTTP/1.1\" 200 104",
            "192.0.2.7 - alice@pve [30/13/2026:12:00:00 +0100] \"GET / HTTP/1.1\" 200 104",
            "192.0.2.7 - alice@pve [30/11/2026:12:00:00 +0100] \"GET / HTTP/1.1\" 200",
            "192.0.2.7 - alice@pve [30/11/2026:12:00:00 +0100] \"GET / HTTP/1.1 200 104",
            "192.0.2.7 - a b [30/11/2026:12:00:00 +0100] \"GET / HTTP/1.1\" 200 104",
            "",
        ] {
            assert!(said(line.as_bytes()).is_none(), "{line}");
        }
    }
}
