//! One line of kvmd's, behind what the journal puts before it.

use crate::access::times::number;
use crate::access::{Named, Said as Request, Words};
use crate::action::Address;
use crate::name::Name;
use memchr::{memchr, memmem};

/// The logger is as long as this, and cut or padded if it is not.
const LOGGER: usize = 30;
const LEVELS: [&[u8]; 5] = [b"   INFO", b"  ERROR", b"WARNING", b"  DEBUG", b"CRITICAL"];

/// What it says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said<'a> {
    Access(Access<'a>),
    LoggedIn(&'a [u8]),
    LoggedOut,
    /// A console, by its name, begins or ends.
    Console(&'a [u8], bool),
    /// Something that means nothing here.
    Other,
    /// A request that is not whole: what follows it is the rest.
    Torn,
    /// Not a line of kvmd's.
    Foreign,
}

/// `[USER / ADDRESS] 'METHOD TARGET HTTP/1.0' => STATUS; size=…`
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Access<'a> {
    /// Whoever it is or claims to be, and by which means: `token`, `basic`, `xhdr` or `unix`.
    pub(super) user: Option<(&'a [u8], &'a [u8])>,
    address: Address,
    method: &'a [u8],
    target: &'a [u8],
    status: u16,
}

pub(super) fn said(line: &[u8]) -> Said<'_> {
    let Some((logger, message)) = head(line) else { return Said::Foreign };
    match logger {
        b"aiohttp.access" => access(message).map_or(Said::Torn, Said::Access),
        b"kvmd.apps.kvmd.auth" => auth(message),
        _ if logger.starts_with(b"kvmd.") => console(message).unwrap_or(Said::Other),
        _ => Said::Other,
    }
}

/// The logger and the message of a line.
fn head(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let logger = line.get(..LOGGER)?;
    let rest = line.get(LOGGER..)?.strip_prefix(b" ")?;
    let rest = LEVELS.iter().find_map(|level| rest.strip_prefix(*level))?;
    let message = rest.strip_prefix(b" --- ")?;
    let name = logger.trim_ascii_end();
    let is_plain = |it: &u8| it.is_ascii_alphanumeric() || b"._".contains(it);
    (!name.is_empty() && name.iter().all(is_plain)).then_some((name, message))
}

fn auth(message: &[u8]) -> Said<'_> {
    let named = |begin: &[u8]| name(message.strip_prefix(begin)?);
    match named(b"Logged in user ") {
        Some(name) => Said::LoggedIn(name),
        None if named(b"Logged out user ").is_some() => Said::LoggedOut,
        None => Said::Other,
    }
}

/// The name in `'NAME'; …`. One that Python must escape is none: a client wrote what is odd about it.
fn name(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"'")?;
    let (name, rest) = text.split_at(memchr(b'\'', text)?);
    let is_whole = rest == b"'" || rest.starts_with(b"'; ") || rest.starts_with(b"' (");
    (is_whole && is_name(name)).then_some(name)
}

fn is_name(name: &[u8]) -> bool {
    let is_plain = |it: &u8| it.is_ascii_alphanumeric() || b"@._-".contains(it);
    !name.is_empty() && name.iter().all(is_plain)
}

/// `Registered new client session: WsSession(id=1, {…}); …` or `Removed client socket: …`
fn console(message: &[u8]) -> Option<Said<'_>> {
    let (rest, begins) = match message.strip_prefix(b"Registered new client session: ") {
        Some(rest) => (rest, true),
        None => (message.strip_prefix(b"Removed client socket: ")?, false),
    };
    let rest = rest.strip_prefix(b"WsSession(id=")?;
    let id = rest.get(..memchr(b',', rest)?)?;
    (!id.is_empty() && id.iter().all(u8::is_ascii_digit)).then_some(Said::Console(id, begins))
}

/// Read from the left, since what clients write has no escapes. `None` when it is not whole.
fn access(message: &[u8]) -> Option<Access<'_>> {
    let (who, rest) = split(message.strip_prefix(b"[")?, b" / ")?;
    let (address, rest) = split(rest, b"] '")?;
    let (method, rest) = split(rest, b" ")?;
    let (target, rest) = split(rest, b" ")?;
    let rest = rest.strip_prefix(b"HTTP/1.")?;
    let (_minor, rest) = rest.split_first().filter(|(it, _)| it.is_ascii_digit())?;
    let rest = rest.strip_prefix(b"' => ")?;
    let (status, rest) = split(rest, b"; size=")?;
    let (size, rest) = split(rest, b" --- referer='")?;
    // Whatever the referer and the agent hold, they are there, and to their ends.
    let is_whole = size.iter().all(u8::is_ascii_digit)
        && memmem::find(rest, b"'; user_agent='").is_some()
        && rest.ends_with(b"'");
    let address = match address {
        b"-" => Address::Unix,
        address => Address::parse(address)?,
    };
    let status = number(status, 3).filter(|_| is_whole)?;
    let is_method = !method.is_empty() && method.iter().all(u8::is_ascii_uppercase);
    let user = user(who)?;
    is_method.then_some(Access { user, address, method, target, status })
}

fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(text, mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

/// `None` when it is none of the forms that kvmd writes: a client wrote some of it.
fn user(who: &[u8]) -> Option<Option<(&[u8], &[u8])>> {
    if matches!(who, b"-" | b"- (token)") {
        return Some(None);
    }
    let (name, means) = split(who.strip_suffix(b")")?, b" (")?;
    let name = match means {
        b"token" | b"basic" | b"xhdr" => name,
        b"unix" => {
            let (name, uid) = split(name.strip_suffix(b"]")?, b"[")?;
            uid.iter().all(u8::is_ascii_digit).then_some(name)?
        }
        _ => return None,
    };
    is_name(name).then_some(Some((name, means)))
}

impl<'a> Access<'a> {
    /// A name by HTTP's own authentication is told before it is checked: it is a claim where the answer
    /// may come from the check.
    pub(super) fn said(&self, at: i64) -> Request<'a> {
        let is_refused = self.status >= 400 && self.status != 409;
        let claims = |means: &[u8]| matches!(means, b"basic" | b"xhdr") && is_refused;
        let checked = self.user.filter(|(_, means)| !claims(means));
        let named = checked.and_then(|(name, _)| Name::new(name));
        let (method, target) = (self.method, self.target);
        Request {
            words: Words { method, target, decoded: false, escape: None },
            source: self.address,
            at,
            status: self.status,
            claims: self.user.is_some() && named.is_none(),
            took: None,
            named: Some(Named(named.into_iter().collect())),
            is_bare: false,
        }
    }
}
