//! nginx's `log_format`, compiled once into what splits a line.
//!
//! A whole line has to fit, to its last byte: half a line glued to another one does not. In a value
//! nginx escapes `"`, so a quote in a line is always one of the format's own; and what is not in
//! quotes is anchored by its grammar (an address, a time, digits). Only `$remote_user` and the like
//! are free, and they are as long as the rest of the line lets them be.

mod enclosed;
mod json;
mod pasted;
mod usual;

use crate::error::Error;
use memchr::{memchr, memmem};

/// nginx's default.
pub const COMBINED: &str = "$remote_addr - $remote_user [$time_local] \"$request\" $status \
    $body_bytes_sent \"$http_referer\" \"$http_user_agent\"";

/// Steps that fitting one line may take; more need a line made for it.
const STEPS_MAX: usize = 2_000;

/// What a value is, as far as ingestion cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Var {
    Address,
    User,
    TimeLocal,
    TimeIso,
    Msec,
    Request,
    Method,
    /// What nginx makes, without spaces and quotes.
    Word,
    /// `$request_uri`: as it was sent.
    Target,
    /// `$uri`: nginx has decoded it.
    Path,
    Status,
    /// `X-Forwarded-For`.
    Forwarded,
    /// `Forwarded`, of RFC 7239.
    Elements,
    ProxyProtocol,
    Duration,
    Upgrade,
    Number,
    Other,
}

const VARS: usize = Var::Other as usize + 1;

#[derive(Clone, Debug)]
enum Piece {
    Literal(Vec<u8>),
    Value(Var),
    /// A value between quotes: reaches to the next quote.
    Quoted(Var),
}

/// How nginx writes what would break a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// `\xNN`.
    Default,
    /// As in JSON.
    Json,
}

/// A `log_format`, compiled.
///
/// ```
/// use audit_ingest::Format;
///
/// let format = Format::new("$remote_addr [$time_iso8601] \"$request\" $status $request_time")?;
/// assert!(Format::new("$remote_addr $request").unwrap_err().is_format(), "no time, no status");
/// # Ok::<(), audit_ingest::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Format {
    pieces: Vec<Piece>,
    pub(crate) escape: Escape,
}

impl Default for Format {
    fn default() -> Format {
        Format::combined()
    }
}

/// What stands in a line, by what it is.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>([Option<&'a [u8]>; VARS]);

/// A line that is being taken apart.
struct Fit<'a> {
    fields: Fields<'a>,
    /// That are left.
    steps: usize,
}

impl<'a> Fit<'a> {
    fn keep(&mut self, var: Var, value: &'a [u8]) {
        if let Some(field) = self.fields.0.get_mut(var as usize) {
            *field = Some(value);
        }
    }
}

impl<'a> Fields<'a> {
    pub(crate) fn get(&self, var: Var) -> Option<&'a [u8]> {
        self.0.get(var as usize).copied().flatten()
    }
}

impl Format {
    /// nginx's default, `combined`.
    pub fn combined() -> Format {
        Format::new(COMBINED).unwrap_or(Format { pieces: Vec::new(), escape: Escape::Default })
    }

    /// A format as it stands in nginx's configuration, with or without `log_format`, its name and the
    /// quotes around it; may begin with `escape=json` or `escape=default`.
    ///
    /// # Errors
    ///
    /// When an event could not be made from it: it needs the address, a time with its offset, the
    /// request and the status. And when a line could not be taken apart: values side by side,
    /// `escape=none`, or a value that clients write and could end themselves.
    pub fn new(text: &str) -> Result<Format, Error> {
        let text = pasted::bare(text);
        let (escape, text) = match text.trim().split_once(char::is_whitespace) {
            Some(("escape=json", rest)) => (Escape::Json, rest.trim_start()),
            Some(("escape=default", rest)) => (Escape::Default, rest.trim_start()),
            Some(("escape=none", _)) => {
                return Err(Error::format("with escape=none a client can write lines of its own"));
            }
            _ => (Escape::Default, text.trim()),
        };
        let (pieces, names) = pieces(text)?;
        enclosed::check(&pieces, &names, escape)?;
        let format = Format { pieces, escape };
        let has = |wanted: &[Var]| {
            wanted.iter().any(|var| {
                format.pieces.iter().any(|it| match it {
                    Piece::Value(has) | Piece::Quoted(has) => has == var,
                    Piece::Literal(_) => false,
                })
            })
        };
        if !has(&[Var::Address]) {
            return Err(Error::format("it has no $remote_addr"));
        }
        if !has(&[Var::TimeLocal, Var::TimeIso, Var::Msec]) {
            return Err(Error::format("it has no $time_local, $time_iso8601 or $msec"));
        }
        let words = has(&[Var::Method]) && has(&[Var::Target, Var::Path]);
        if !words && !has(&[Var::Request]) {
            return Err(Error::format("it has no $request, nor $request_method with $request_uri"));
        }
        if !has(&[Var::Status]) {
            return Err(Error::format("it has no $status"));
        }
        Ok(format)
    }

    /// Whether a line says what a proxy said of where the request came from.
    pub(crate) fn has_forwarded(&self) -> bool {
        self.pieces.iter().any(|it| match it {
            Piece::Value(var) | Piece::Quoted(var) => {
                matches!(var, Var::Forwarded | Var::Elements | Var::ProxyProtocol)
            }
            Piece::Literal(_) => false,
        })
    }

    /// Takes a line apart; `None` when it does not fit to its last byte.
    pub(crate) fn split<'a>(&self, line: &'a [u8]) -> Option<Fields<'a>> {
        let mut fit = Fit { fields: Fields([None; VARS]), steps: STEPS_MAX };
        self.fit(&self.pieces, line, &mut fit).then_some(fit.fields)
    }

    fn fit<'a>(&self, mut pieces: &[Piece], mut line: &'a [u8], fit: &mut Fit<'a>) -> bool {
        loop {
            let Some((piece, rest)) = pieces.split_first() else {
                return line.is_empty();
            };
            let Some(left) = fit.steps.checked_sub(1) else {
                return false;
            };
            fit.steps = left;
            let (value, var) = match piece {
                Piece::Literal(text) => {
                    let Some(after) = line.strip_prefix(text.as_slice()) else {
                        return false;
                    };
                    (line, pieces) = (after, rest);
                    continue;
                }
                Piece::Quoted(var) => (self.quoted(line), *var),
                Piece::Value(var) => match fixed(*var, line) {
                    Some(length) => (line.get(..before_port(*var, rest, line, length)), *var),
                    None => return self.fit_free(*var, rest, line, fit),
                },
            };
            let Some(value) = value else { return false };
            fit.keep(var, value);
            (line, pieces) = (line.get(value.len()..).unwrap_or_default(), rest);
        }
    }

    /// A value that may hold anything but a quote: as long as the rest of the line lets it be.
    fn fit_free<'a>(&self, var: Var, rest: &[Piece], line: &'a [u8], fit: &mut Fit<'a>) -> bool {
        let reach = memchr(b'"', line).map_or(line.len(), |at| at);
        let Some(Piece::Literal(next)) = rest.first() else {
            fit.keep(var, line);
            return rest.is_empty() && reach == line.len();
        };
        // The literal may hold the quote that ends the reach.
        let within = line.get(..line.len().min(reach + next.len())).unwrap_or_default();
        for at in memmem::rfind_iter(within, next) {
            if at > reach {
                continue;
            }
            let (value, after) = line.split_at(at);
            if self.fit(rest, after, fit) {
                fit.keep(var, value);
                return true;
            }
            if fit.steps == 0 {
                return false;
            }
        }
        false
    }

    /// The value before the next quote that is the format's own.
    fn quoted<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        let mut from = 0;
        loop {
            let at = from + memchr(b'"', line.get(from..)?)?;
            let value = line.get(..at)?;
            let slashes = value.iter().rev().take_while(|it| **it == b'\\').count();
            if self.escape == Escape::Default || slashes % 2 == 0 {
                return Some(value);
            }
            from = at + 1;
        }
    }
}

/// The length of an address without the port that follows it behind a colon, which its grammar allows.
fn before_port(var: Var, rest: &[Piece], line: &[u8], length: usize) -> usize {
    match (var, rest.first()) {
        (Var::Address, Some(Piece::Literal(next))) if next.first() == Some(&b':') => {
            let taken = line.get(..length).unwrap_or_default();
            taken.iter().rposition(|it| *it == b':').unwrap_or(length)
        }
        _ => length,
    }
}

/// The length of a value whose end its own grammar tells; `None` for those that are free. A value
/// that breaks its grammar has length 0, and then the literal behind it does not fit.
fn fixed(var: Var, line: &[u8]) -> Option<usize> {
    let while_ = |may: fn(&u8) -> bool| line.iter().take_while(|it| may(it)).count();
    match var {
        Var::Address if line.starts_with(b"unix:") => Some(5),
        Var::Address => Some(while_(|it| it.is_ascii_hexdigit() || matches!(it, b':' | b'.'))),
        Var::TimeLocal => Some(26.min(line.len())),
        Var::TimeIso => Some(25.min(line.len())),
        Var::Status => Some(while_(u8::is_ascii_digit)),
        // What there is nothing of is a dash.
        Var::Msec | Var::Number | Var::Duration if line.starts_with(b"-") => Some(1),
        Var::Msec | Var::Number | Var::Duration => {
            Some(while_(|it| it.is_ascii_digit() || *it == b'.'))
        }
        // Of others nginx makes no request: it answers 400.
        Var::Method => Some(while_(|it| it.is_ascii_uppercase() || matches!(it, b'_' | b'-'))),
        Var::Word => Some(while_(|it| it.is_ascii_graphic() && *it != b'"')),
        Var::User
        | Var::Request
        | Var::Target
        | Var::Path
        | Var::Forwarded
        | Var::Elements
        | Var::ProxyProtocol
        | Var::Upgrade
        | Var::Other => None,
    }
}

fn var(name: &str) -> Var {
    match name {
        "remote_addr" => Var::Address,
        "remote_user" => Var::User,
        "time_local" => Var::TimeLocal,
        "time_iso8601" => Var::TimeIso,
        "msec" => Var::Msec,
        "request" => Var::Request,
        "request_method" => Var::Method,
        "host" | "scheme" | "server_protocol" => Var::Word,
        "request_uri" => Var::Target,
        "uri" | "document_uri" => Var::Path,
        "status" => Var::Status,
        "http_x_forwarded_for" => Var::Forwarded,
        "http_forwarded" => Var::Elements,
        "proxy_protocol_addr" => Var::ProxyProtocol,
        "request_time" => Var::Duration,
        "http_upgrade" => Var::Upgrade,
        "body_bytes_sent"
        | "bytes_sent"
        | "request_length"
        | "connection"
        | "connection_requests"
        | "pid"
        | "remote_port"
        | "server_port" => Var::Number,
        _ => Var::Other,
    }
}

/// What a format is made of, and the names of its variables with their places in it.
type Pieces = (Vec<Piece>, Vec<(usize, String)>);

fn pieces(text: &str) -> Result<Pieces, Error> {
    let (mut pieces, mut names): Pieces = (Vec::new(), Vec::new());
    let mut rest = text;
    while !rest.is_empty() {
        let literal = rest.find('$').unwrap_or(rest.len());
        let (before, after) = rest.split_at(literal);
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.as_bytes().to_vec()));
        }
        let Some(after) = after.strip_prefix('$') else { break };
        let name;
        (name, rest) = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}').ok_or(Error::format("a brace is not closed"))?,
            None => after.split_at(
                after
                    .find(|it: char| !it.is_ascii_alphanumeric() && it != '_')
                    .unwrap_or(after.len()),
            ),
        };
        if name.is_empty() {
            return Err(Error::format("a dollar sign without a name"));
        }
        let var = var(name);
        names.push((pieces.len(), name.to_owned()));
        let quoted = match pieces.last() {
            Some(Piece::Literal(before)) => before.ends_with(b"\"") && rest.starts_with('"'),
            Some(_) => return Err(Error::format("two variables stand side by side")),
            None => false,
        };
        pieces.push(if quoted { Piece::Quoted(var) } else { Piece::Value(var) });
    }
    Ok((pieces, names))
}

/// Undoes nginx's escapes. `None` where they are not nginx's.
pub(crate) fn unescape(value: &[u8], escape: Escape) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = memchr(b'\\', rest) {
        out.extend_from_slice(rest.get(..at)?);
        let code = *rest.get(at + 1)?;
        let (byte, used) = match (escape, code) {
            (Escape::Default, b'x') => (hex(rest.get(at + 2..at + 4)?)?, 4),
            (Escape::Json, b'"' | b'\\' | b'/') => (code, 2),
            (Escape::Json, b'n') => (b'\n', 2),
            (Escape::Json, b'r') => (b'\r', 2),
            (Escape::Json, b't') => (b'\t', 2),
            (Escape::Json, b'b') => (8, 2),
            (Escape::Json, b'f') => (12, 2),
            (Escape::Json, b'u') => (hex(rest.get(at + 2..at + 6)?.strip_prefix(b"00")?)?, 6),
            _ => return None,
        };
        out.push(byte);
        rest = rest.get(at + used..)?;
    }
    out.extend_from_slice(rest);
    Some(out)
}

/// A byte from its two hex digits.
pub(crate) fn hex(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits else { return None };
    let digit = |it: &u8| char::from(*it).to_digit(16).and_then(|it| u8::try_from(it).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests;
