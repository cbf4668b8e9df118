//! TinyPilot's application log: which of its records tell who did something.
//!
//! A record is `YYYY-MM-DD HH:MM:SS.mmm LOGGER LEVEL message`, padded as Python's format pads it, or
//! `[YYYY-MM-DD HH:MM:SS,mmm] LEVEL in LOGGER: message`, as Flask has it; bare, or behind one [`prefix`]
//! of whoever kept it. What does not begin so belongs to the record before. Only the messages in [`form`] are
//! understood, with or without the markers of a sensitive block; of everything else, and of the
//! rest of those, nothing is kept. Names of logins that failed are not kept either: of those only a
//! keyed hash is, in memory, to see which lines belong together.
//!
//! Anybody who can send a user name can write lines that look like records. So nothing here is an
//! event: the join decides what the access log bears out.

use crate::name::{Name, passing_hash};
use crate::source::{End, Line};
use crate::zone::{Moments, Zone};
use audit_core::proxies::{Network, forwarded_for};
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::net::IpAddr;

pub(crate) mod form;
pub(crate) mod prefix;

use form::Form;
use prefix::Prefix;

/// Of a message this many bytes are looked at.
const MESSAGE_MAX: usize = 4 * 1024;
const OPEN: &[u8] = b"[SENSITIVE] ";
const CLOSE: &[u8] = b"[/SENSITIVE]";
/// How a marked message ends.
const END: &[u8] = b" [/SENSITIVE]";
/// At so many line ends a text may have ended.
const SHORTER_MAX: usize = 4;

/// A record that is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) moments: Moments,
    pub(crate) what: What,
    /// Where its first line begins, and the number of that line.
    pub(crate) offset: u64,
    pub(crate) line: u64,
    /// It stands where a sensitive block was open: a client may have written it.
    pub(crate) in_block: bool,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The address that is behind the proxies that are trusted.
    LoginRequest(Option<IpAddr>),
    /// A hash of the name.
    Checking(Text<u64>),
    /// A hash of the name.
    Refused(Text<u64>),
    /// The name, if it is whole and not too long, and its hash.
    Started(Text<(Option<Name>, u64)>),
    Ended(Option<Name>),
    /// A session is over, by a logout or otherwise.
    Over(Option<Name>),
    /// A login was refused that came from there.
    LoginRefused(Option<IpAddr>),
    /// One line has the whole login, and from where, if it says so.
    LoggedIn {
        name: Option<Name>,
        address: Option<IpAddr>,
    },
    Created(Option<Name>),
    PasswordChanged(Option<Name>),
    RoleChanged(Option<Name>),
    Deleted(Option<Name>),
    AllDeleted,
    /// A hash of the client's id.
    Connected(u64),
    Disconnected(u64),
}

/// What a text is, and what it is if the lines behind its first ones are not its own: a name may hold
/// newlines, and a damaged log lines that nobody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text<T> {
    pub(crate) whole: T,
    /// The longest first.
    pub(crate) shorter: Vec<T>,
}

impl<T> Text<T> {
    fn map<U>(self, each: impl FnMut(T) -> U) -> Text<U> {
        let mut each = each;
        let whole = each(self.whole);
        Text { whole, shorter: self.shorter.into_iter().map(each).collect() }
    }
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Became {
    /// The begin of a record that is understood, and its time.
    Understood(Moments),
    /// The begin of one that is not, with its time; or a line that goes on.
    Ignored(Option<Moments>),
    /// It is too long, or cut short.
    Unreadable,
}

/// Reads the lines of one file after another.
pub(crate) struct Records {
    zone: Zone,
    trusted: Vec<Network>,
    keys: RandomState,
    open: Option<Open>,
    in_block: bool,
}

/// The record that goes on until the next one begins.
struct Open {
    moments: Moments,
    form: Form,
    /// What stands before each of its lines.
    prefix: Prefix,
    /// The message behind what its form begins with.
    text: Vec<u8>,
    /// Whether it began with the marker.
    marked: bool,
    /// How much text there was at the last line that ended with the marker: the message ended there
    /// or at a later one, and what follows the last of them is not its own.
    closed_at: Option<usize>,
    /// Some of the text is not here.
    is_cut: bool,
    offset: u64,
    line: u64,
    in_block: bool,
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("zone", &self.zone).finish_non_exhaustive()
    }
}

impl Records {
    pub(crate) fn new(zone: Zone, trusted: Vec<Network>, in_block: bool) -> Records {
        Records { zone, trusted, keys: RandomState::new(), open: None, in_block }
    }

    /// Where the record begins that may go on.
    pub(crate) fn open_at(&self) -> Option<(u64, u64)> {
        self.open.as_ref().map(|it| (it.offset, it.line))
    }

    /// Whether a sensitive block was open before the record that may go on.
    pub(crate) fn in_block(&self) -> bool {
        self.open.as_ref().map_or(self.in_block, |it| it.in_block)
    }

    /// Takes a line, and hands on the record that it ends.
    pub(crate) fn read(&mut self, line: Line<'_>, note: &mut impl FnMut(Note)) -> Became {
        let closes = line.last.ends_with(CLOSE);
        let Some((prefix, moments, message)) = self.head(line.bytes) else {
            if let Some(open) = &mut self.open {
                open.go_on(line);
            }
            self.in_block &= !closes;
            return match line.end {
                End::Whole => Became::Ignored(None),
                End::Torn | End::TooLong => Became::Unreadable,
            };
        };
        self.flush(note);
        let in_block = self.in_block;
        let marked = message.strip_prefix(OPEN);
        self.in_block = (in_block || marked.is_some()) && !closes;
        if line.end != End::Whole {
            return Became::Unreadable;
        }
        let Some((form, rest)) = form::of(marked.unwrap_or(message)) else {
            // In a block it is what a client may have written.
            return Became::Ignored(Some(moments).filter(|_| !in_block));
        };
        let mut open = Open {
            moments,
            form,
            prefix,
            text: Vec::new(),
            marked: marked.is_some(),
            closed_at: None,
            is_cut: false,
            offset: line.offset,
            line: line.number,
            in_block,
        };
        open.keep(rest);
        self.open = Some(open);
        Became::Understood(moments)
    }

    /// When a record was written that begins with this line, in milliseconds since 1970; in a repeated hour
    /// the first time round.
    pub(crate) fn time_of(&self, line: &[u8]) -> Option<i64> {
        self.head(line).map(|(_, moments, _)| moments.first)
    }

    /// What a line begins with, if that is a record's begin.
    fn head<'a>(&self, line: &'a [u8]) -> Option<(Prefix, Moments, &'a [u8])> {
        prefix::ALL.into_iter().find_map(|prefix| {
            let record = prefix.strip(line)?;
            let (moments, message) =
                head(record, &self.zone).or_else(|| flask_head(record, &self.zone))?;
            Some((prefix, moments, message))
        })
    }

    /// The record that may go on does not: the file is over, or has been quiet.
    pub(crate) fn flush(&mut self, note: &mut impl FnMut(Note)) {
        let Some(open) = self.open.take() else { return };
        let text = open.texts();
        let Open { moments, offset, line, in_block, form, .. } = open;
        if let Some(what) = self.what(form, text) {
            note(Note { moments, what, offset, line, in_block });
        }
    }

    fn what(&self, form: Form, texts: Text<Option<&[u8]>>) -> Option<What> {
        let text = texts.whole;
        // A cut name is no name; nothing is as good as a name that no other line has.
        let hash = |text: Option<&[u8]>| text.map_or(0, |it| self.keys.hash_one(it));
        let name = || text.and_then(Name::new);
        Some(match form {
            Form::LoginRequest => {
                What::LoginRequest(text.and_then(|it| forwarded_for([it], &self.trusted)))
            }
            Form::Checking => What::Checking(texts.map(hash)),
            Form::Refused => What::Refused(texts.map(hash)),
            Form::Started => {
                What::Started(texts.map(|text| (text.and_then(Name::new), hash(text))))
            }
            Form::Ended => What::Ended(name()),
            Form::Created => What::Created(text.and_then(form::before_role).and_then(Name::new)),
            Form::PasswordChanged => What::PasswordChanged(name()),
            Form::RoleChanged => What::RoleChanged(name()),
            Form::Deleted => What::Deleted(name()),
            Form::AllDeleted => text.filter(|it| it.is_empty()).map(|_| What::AllDeleted)?,
            Form::Client => match form::client(text?)? {
                (id, true) => What::Connected(passing_hash(id)),
                (id, false) => What::Disconnected(passing_hash(id)),
            },
        })
    }
}

impl Open {
    fn go_on(&mut self, line: Line<'_>) {
        if line.end != End::Whole {
            self.is_cut = true;
            // Where it is torn, what is not there may have closed it.
            if line.end == End::Torn || line.last.ends_with(END) {
                self.closed_at = None;
            }
            return;
        }
        self.keep(b"\n");
        self.keep(self.prefix.strip(line.bytes).unwrap_or(line.bytes));
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.is_cut |= self.text.len() + bytes.len() > MESSAGE_MAX;
        if !self.is_cut {
            self.text.extend_from_slice(bytes);
        }
        if bytes.ends_with(END) {
            self.closed_at = (!self.is_cut).then_some(self.text.len());
        }
    }

    /// What the form is about, without the marker at its end.
    fn texts(&self) -> Text<Option<&[u8]>> {
        if self.marked {
            let text = self.closed_at.and_then(|end| self.text.get(..end));
            return Text { whole: text.and_then(|it| it.strip_suffix(END)), shorter: Vec::new() };
        }
        let ends = memchr::memchr_iter(b'\n', &self.text).take(SHORTER_MAX);
        let mut shorter: Vec<_> = ends.map(|end| self.text.get(..end)).collect();
        let whole = match self.is_cut {
            true => {
                shorter.push(Some(&self.text));
                None
            }
            false => Some(&*self.text),
        };
        shorter.reverse();
        Text { whole, shorter }
    }
}

/// The time and the message of a line that begins like a record, exactly as Python writes it.
fn head<'a>(line: &'a [u8], zone: &Zone) -> Option<(Moments, &'a [u8])> {
    let moments = moments(line.get(..23)?, zone)?;
    let rest = padded(line.get(23..)?.strip_prefix(b" ")?, 15)?;
    let (_, rest) = level(rest)?;
    Some((moments, rest.strip_prefix(b" ")?))
}

/// The same as Flask writes it where nobody says otherwise.
fn flask_head<'a>(line: &'a [u8], zone: &Zone) -> Option<(Moments, &'a [u8])> {
    let line = line.strip_prefix(b"[")?;
    let moments = moments(line.get(..23)?, zone)?;
    let (_, rest) = level(line.get(23..)?.strip_prefix(b"] ")?)?;
    let rest = rest.strip_prefix(b" in ")?;
    let end = memchr::memchr(b':', rest)?;
    let (logger, rest) = rest.split_at(end);
    let plain = |it: &u8| it.is_ascii_alphanumeric() || b"_.".contains(it);
    let message = rest.strip_prefix(b": ")?;
    (!logger.is_empty() && logger.iter().all(plain)).then_some((moments, message))
}

/// A level, and what follows it.
fn level(text: &[u8]) -> Option<(&[u8], &[u8])> {
    [&b"INFO"[..], b"ERROR", b"WARNING", b"DEBUG", b"CRITICAL"]
        .into_iter()
        .find_map(|it| Some((it, text.strip_prefix(it)?)))
}

/// When `YYYY-MM-DD HH:MM:SS.mmm` was; Python's own form has a comma.
fn moments(text: &[u8], zone: &Zone) -> Option<Moments> {
    const MARKS: [(usize, u8); 5] = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')];
    let is_marked = MARKS.iter().all(|(at, mark)| text.get(*at) == Some(mark));
    if !is_marked || !matches!(text.get(19), Some(b'.' | b',')) {
        return None;
    }
    let number = |from: usize, to: usize| {
        text.get(from..to)?
            .iter()
            .try_fold(0_i16, |sum, it| it.is_ascii_digit().then(|| sum * 10 + i16::from(it - b'0')))
    };
    let small = |from: usize, to: usize| number(from, to).and_then(|it| i8::try_from(it).ok());
    let time = jiff::civil::DateTime::new(
        number(0, 4)?,
        small(5, 7)?,
        small(8, 10)?,
        small(11, 13)?,
        small(14, 16)?,
        small(17, 19)?,
        i32::from(number(20, 23)?) * 1_000_000,
    );
    zone.moments(time.ok()?)
}

/// What follows a word that is padded to a width, and the space behind it.
fn padded(text: &[u8], width: usize) -> Option<&[u8]> {
    let word = memchr::memchr(b' ', text)?;
    let end = word.max(width);
    let padding = text.get(word..end)?;
    let whole = word > 0 && padding.iter().all(|it| *it == b' ');
    text.get(end..)?.strip_prefix(b" ").filter(|_| whole)
}

#[cfg(test)]
mod tests;
