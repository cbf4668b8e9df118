//! Guacamole's messages, as its servlet container writes them: `12:00:00.000 [thread] INFO  LOGGER - message`
//! behind the time that the journal or the container's keeper puts before it.
//!
//! Names stand in quotes and are not escaped, and a name that was refused may hold whole lines: they are
//! claims like all others, and count where a request bears them out.

use crate::app::What;
use crate::app::prefix::{Stamped, container};
use crate::name::{Name, passing_hash};
use audit_core::proxies::{Network, address, forwarded_for};
use memchr::memmem;
use std::net::IpAddr;

/// When a line was written, in milliseconds since 1970, and what it says. `None` when it is none of
/// Guacamole's.
pub(crate) fn read(line: &[u8], trusted: &[Network]) -> Option<(i64, Option<What>)> {
    let stamped = Stamped::of(line).map(|it| (it.at, it.message));
    let both = stamped.into_iter().chain(container(line));
    let (at, message) = both.filter_map(|(at, it)| Some((at, head(it)?))).next()?;
    Some((at, what(message, trusted)))
}

/// The message of a line.
fn head(line: &[u8]) -> Option<&[u8]> {
    let (time, rest) = split(line, b" [")?;
    let is_time =
        time.len() == 12 && time.iter().all(|it| it.is_ascii_digit() || b":.".contains(it));
    let (_thread, rest) = split(rest, b"] ")?;
    let level = [&b"INFO  "[..], b"WARN  ", b"ERROR ", b"DEBUG "];
    let rest = level.iter().find_map(|it| rest.strip_prefix(*it))?;
    let (logger, message) = split(rest, b" - ")?;
    let is_own = logger.starts_with(b"o.a.g.") || logger.starts_with(b"org.apache.guacamole.");
    (is_time && is_own).then_some(message)
}

fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(text, mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

fn what(message: &[u8], trusted: &[Network]) -> Option<What> {
    if let Some(rest) = message.strip_prefix(b"Authentication attempt from ") {
        let (from, rest) = split(rest, b" for user \"")?;
        let is_whole = memmem::find(rest, b"\" failed").is_some();
        return is_whole.then(|| What::LoginRefused(from_where(from, trusted)));
    }
    let rest = message.strip_prefix(b"User \"")?;
    for (mark, end) in [(&b" successfully authenticated from "[..], &b"."[..]), (ENDED, b"")] {
        if let Some(at) = memmem::rfind(rest, mark) {
            let (user, tail) = (rest.get(..at)?, rest.get(at + mark.len()..)?);
            let name = Name::new(user_of(user)?);
            return match mark == ENDED {
                true => tail.is_empty().then_some(What::Over(name)),
                false => {
                    let from = tail.strip_suffix(end).unwrap_or(tail);
                    Some(What::LoggedIn { name, address: from_where(from, trusted) })
                }
            };
        }
    }
    connection(rest).or_else(|| account(rest))
}

/// `… connected to connection "7".`, and `… disconnected from connection "7". Duration: …`
fn connection(rest: &[u8]) -> Option<What> {
    let find = |mark: &[u8]| {
        let at = memmem::rfind(rest, mark)?;
        let user = user_of(rest.get(..at)?)?;
        let id = rest.get(at + mark.len()..)?;
        let id = id.get(..memmem::find(id, b"\".")?)?;
        Some(passing_hash(&[user, id].join(&b"\" "[..])))
    };
    find(b" disconnected from connection \"")
        .map(What::Disconnected)
        .or_else(|| find(b" connected to connection \"").map(What::Connected))
}

const ENDED: &[u8] = b" has logged out, or their session has expired or been terminated.";

/// The name in `NAME" (authenticated by "…")`, or in `NAME"` as versions before 1.6 write it.
fn user_of(text: &[u8]) -> Option<&[u8]> {
    const BY: &[u8] = b"\" (authenticated by \"";
    match memmem::rfind(text, BY) {
        Some(at) if text.ends_with(b"\")") => text.get(..at),
        _ => text.strip_suffix(b"\""),
    }
    .filter(|it| !it.is_empty())
}

/// `… successfully created user "NAME"`, and what else is done to accounts.
fn account(rest: &[u8]) -> Option<What> {
    let (rest, sets_password) = match rest.strip_suffix(b", setting their password") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let name = |mark: &[u8]| {
        let at = memmem::rfind(rest, mark)?;
        let _by = user_of(rest.get(..at)?)?;
        Some(Name::new(rest.get(at + mark.len()..)?.strip_suffix(b"\"")?))
    };
    if let Some(name) = name(b" successfully created user \"") {
        return Some(What::Created(name));
    }
    if let Some(name) = name(b" successfully deleted user \"") {
        return Some(What::Deleted(name));
    }
    let changed = name(b" successfully updated user \"")?;
    sets_password.then_some(What::PasswordChanged(changed))
}

/// `192.0.2.7`, or `[203.0.113.5, 192.0.2.7, 127.0.0.1]`: what the client said, what each proxy saw, and
/// the proxy that asked.
fn from_where(text: &[u8], trusted: &[Network]) -> Option<IpAddr> {
    let Some(list) = text.strip_prefix(b"[").and_then(|it| it.strip_suffix(b"]")) else {
        return address(text);
    };
    let proxy = memmem::rfind(list, b", ")?;
    forwarded_for([list.get(..proxy)?], trusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_message(message: &str) -> Option<What> {
        let before = "2026-11-30T11:00:00.123456789Z 12:00:00.120 [http-nio-8080-exec-1] ";
        let line = format!("{before}INFO  o.a.g.event.EventLoggingListener - {message}");
        let (at, what) = read(line.as_bytes(), &[]).unwrap();
        assert_eq!(at, 1_796_036_400_123);
        what
    }

    fn name(name: &str) -> Option<Name> {
        Name::new(name.as_bytes())
    }

    #[test]
    fn each_message_is_understood() {
        let by = "(authenticated by \"mysql\")";
        let from = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        for (message, what) in [
            (
                format!("User \"alice\" {by} successfully authenticated from 192.0.2.7"),
                What::LoggedIn { name: name("alice"), address: from("192.0.2.7") },
            ),
            (
                "User \"a\" b\" successfully authenticated from [203.0.113.5, 192.0.2.7, 127.0.0.1]."
                    .to_owned(),
                What::LoggedIn { name: name("a\" b"), address: from("192.0.2.7") },
            ),
            (
                "Authentication attempt from 192.0.2.7 for user \"x\" failed: Invalid login".to_owned(),
                What::LoginRefused(from("192.0.2.7")),
            ),
            (
                format!(
                    "User \"alice\" {by} has logged out, or their session has expired or been terminated."
                ),
                What::Over(name("alice")),
            ),
            (
                format!("User \"alice\" {by} successfully created user \"bob\""),
                What::Created(name("bob")),
            ),
            (
                format!(
                    "User \"alice\" {by} successfully updated user \"bob\", setting their password"
                ),
                What::PasswordChanged(name("bob")),
            ),
        ] {
            assert_eq!(read_message(&message), Some(what), "{message}");
        }
        for message in [
            format!("User \"alice\" {by} successfully updated user \"bob\""),
            "Authentication attempt from 192.0.2.7 for user \"x".to_owned(),
        ] {
            assert_eq!(read_message(&message), None, "{message}");
        }
        let connected = read_message(&format!("User \"a\" {by} connected to connection \"7\"."));
        let left = format!("User \"a\" {by} disconnected from connection \"7\". Duration: 9 x");
        match (connected, read_message(&left)) {
            (Some(What::Connected(one)), Some(What::Disconnected(other))) => assert_eq!(one, other),
            other => panic!("{other:?}"),
        }
        assert_eq!(read(b"12:00:00.120 [x] INFO  o.a.g.x - y", &[]), None, "without its day");
    }
}
