//! The work that every logger does: an event of seven fields, in one line of JSON.
//!
//! Texts come as `&str`, the address and the numbers as what a server has them in: each logger
//! brings them into its own form inside the measured time.

use std::cell::RefCell;
use std::fmt::{self, Display, Write as _};
use std::net::{IpAddr, Ipv4Addr};

/// One event.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) action: &'static str,
    pub(crate) user: String,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) attempt: u32,
    pub(crate) reason: Reason,
    pub(crate) session: String,
}

/// Why a login was refused. An enumeration in the program, a word in the line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    UnknownUser,
    BadPassword,
}

impl Reason {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Reason::UnknownUser => "unknown_user",
            Reason::BadPassword => "bad_password",
        }
    }
}

/// So many different events, emitted in turn: more than a branch predictor learns by heart, few
/// enough to stay in the cache.
const EVENTS: u32 = 251;

/// The events that are emitted in turn; the same in each run.
pub(crate) fn events() -> Vec<Work> {
    (0..EVENTS).map(event).collect()
}

fn event(number: u32) -> Work {
    let scattered = u64::from(number).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let [_, _, _, _, low @ ..] = scattered.to_be_bytes();
    let [a, b, c, d] = low;
    Work {
        action: "login",
        user: format!("operator-{}", u32::from(a) * 37),
        address: IpAddr::V4(Ipv4Addr::new(192, 168, b, c)),
        port: 1024 + u16::from(d) * 200,
        attempt: 1 + number % 9,
        reason: if number.is_multiple_of(2) { Reason::BadPassword } else { Reason::UnknownUser },
        session: format!("{scattered:016x}{:016x}", scattered.rotate_left(17)),
    }
}

/// The members of the event's JSON object, without its braces: for loggers that take text only.
/// Each of them puts the time before it where it makes its line.
///
/// They are put together in a buffer that the thread keeps, and shown in one piece: a logger that
/// makes a `String` of them allocates once, and not each time that it has grown too small.
pub(crate) struct Members<'a>(pub(crate) &'a Work);

thread_local! {
    static BUFFER: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Display for Members<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        BUFFER.with_borrow_mut(|buffer| {
            buffer.clear();
            self.write_to(buffer)?;
            f.write_str(buffer)
        })
    }
}

impl Members<'_> {
    fn write_to(&self, out: &mut String) -> fmt::Result {
        let Work { action, user, address, port, attempt, reason, session } = self.0;
        out.push_str("\"action\":\"");
        escape(out, action)?;
        out.push_str("\",\"user\":\"");
        escape(out, user)?;
        // Digits, letters, dots and colons only.
        write!(out, "\",\"address\":\"{address}\",\"port\":{port},\"attempt\":{attempt}")?;
        out.push_str(",\"reason\":\"");
        escape(out, reason.as_str())?;
        out.push_str("\",\"session\":\"");
        escape(out, session)?;
        out.push('"');
        Ok(())
    }
}

/// Writes a text as it stands between the quotes of a JSON string.
fn escape(out: &mut String, text: &str) -> fmt::Result {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        out.push_str(text);
        return Ok(());
    }
    let quoted = serde_json::to_string(text).map_err(|_cannot_fail| fmt::Error)?;
    let quoted = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    out.push_str(quoted.unwrap_or_default());
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn parsed(work: &Work) -> Value {
        serde_json::from_str(&format!("{{{}}}", Members(work))).unwrap()
    }

    #[test]
    fn the_line_is_json_with_the_seven_fields() {
        let work = event(1);
        let line = parsed(&work);
        assert_eq!(line.as_object().unwrap().len(), 7);
        assert_eq!(line["action"], "login");
        assert_eq!(line["user"], work.user.as_str());
        assert_eq!(line["address"], work.address.to_string().as_str());
        assert_eq!(line["port"], work.port);
        assert_eq!(line["attempt"], work.attempt);
        assert_eq!(line["reason"], "unknown_user");
        assert_eq!(line["session"], work.session.as_str());
    }

    #[test]
    fn texts_that_would_break_the_line_are_escaped() {
        for text in ["\"", "a\"b", "\"\"", "back\\slash", "two\nlines", "\u{1}", "ü"] {
            let work = Work { user: text.to_owned(), ..event(0) };
            let line = Members(&work).to_string();
            assert!(!line.contains('\n'), "{line}");
            assert_eq!(parsed(&work)["user"], text, "{line}");
        }
    }

    #[test]
    fn events_differ() {
        let users: std::collections::BTreeSet<_> =
            events().into_iter().map(|work| work.session).collect();
        assert_eq!(users.len(), usize::try_from(EVENTS).unwrap());
    }
}
