//! Values of a record, as a line shows them.

use std::net::{IpAddr, SocketAddr};

use audit_core::{Ending, PartValue, PartValues, Pseudonym, Sink, Values};
use data_encoding::HEXLOWER;

use super::fragment::Fragment;
use super::json::{display, key, number, object, separate, signed, string, text};

/// What stands around a value.
#[derive(Debug)]
pub(super) struct Frame {
    /// Whether an address is to be the entries `ip` and `port` of an object that is open.
    pub(super) takes_entries: bool,
    pub(super) open: Fragment,
    pub(super) close: Fragment,
    /// What stands there instead where the value is absent.
    pub(super) absent: Fragment,
}

/// Appends a value as it is read.
pub(super) struct Shown<'f, 'o> {
    /// None inside a group.
    pub(super) frame: Option<&'f Frame>,
    pub(super) out: &'o mut Vec<u8>,
}

impl Shown<'_, '_> {
    #[inline]
    fn framed(self, spell: impl FnOnce(&mut Vec<u8>)) -> Option<()> {
        self.try_framed(|out| {
            spell(out);
            Some(())
        })
    }

    #[inline]
    fn try_framed(self, spell: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> Option<()> {
        match self.frame {
            None => spell(self.out),
            Some(frame) => {
                frame.open.put(self.out);
                spell(self.out)?;
                frame.close.put(self.out);
                Some(())
            }
        }
    }
}

impl<'a> Sink<'a> for Shown<'_, '_> {
    type Taken = ();

    fn absent(self) -> Option<()> {
        match self.frame {
            Some(frame) => frame.absent.put(self.out),
            None => self.out.extend_from_slice(b"null"),
        }
        Some(())
    }

    fn withheld(self) -> Option<()> {
        self.framed(withheld)
    }

    fn bool(self, value: bool) -> Option<()> {
        let name: &[u8] = if value { b"true" } else { b"false" };
        self.framed(|out| out.extend_from_slice(name))
    }

    fn small(self, small: i64) -> Option<()> {
        self.framed(|out| signed(small, out))
    }

    fn unsigned(self, large: u64) -> Option<()> {
        self.framed(|out| quoted(out, |out| number(large, out)))
    }

    fn signed(self, large: i64) -> Option<()> {
        self.framed(|out| quoted(out, |out| signed(large, out)))
    }

    fn text(self, utf8: &'a [u8], cut: u32) -> Option<()> {
        self.try_framed(|out| match cut {
            0 => text(utf8, out),
            cut => cut_text(utf8, cut, out),
        })
    }

    fn label(self, label: &'static str) -> Option<()> {
        self.framed(|out| string(label, out))
    }

    fn ip(self, ip: IpAddr) -> Option<()> {
        match self.frame {
            Some(Frame { takes_entries: true, .. }) => self.framed(|out| address(ip, None, out)),
            _ => self.framed(|out| quoted(out, |out| display_ip(ip, out))),
        }
    }

    fn address(self, of: SocketAddr) -> Option<()> {
        match self.frame {
            Some(Frame { takes_entries: true, .. }) => {
                self.framed(|out| address(of.ip(), Some(of.port()), out))
            }
            _ => self.framed(|out| {
                out.push(b'{');
                address(of.ip(), Some(of.port()), out);
                out.push(b'}');
            }),
        }
    }

    fn pseudonym(self, pseudonym: Pseudonym) -> Option<()> {
        self.framed(|out| pseudonymous(pseudonym, out))
    }

    fn group(self, values: Values<'a>) -> Option<()> {
        self.try_framed(|out| group(values, out))
    }

    /// As data it is not the event's: an object, like all that is more than one thing.
    fn outcome(self, ending: Ending) -> Option<()> {
        let reason = ending.reason.map(|reason| ("reason", reason));
        let entries = [("outcome", ending.outcome.name())].into_iter().chain(reason);
        self.framed(|out| object(entries, out))
    }

    fn part(self, part: PartValues<'a>) -> Option<()> {
        self.try_framed(|out| entries(part, out))
    }
}

fn group(mut values: Values<'_>, out: &mut Vec<u8>) -> Option<()> {
    out.push(b'{');
    let mut first = true;
    loop {
        let out = &mut *out;
        let next = values.next_into(|field| {
            separate(&mut first, out);
            key(field.name, out);
            Shown { frame: None, out }
        });
        match next {
            Some(taken) => taken.ok()?,
            None => break,
        }
    }
    out.push(b'}');
    Some(())
}

fn entries(part: PartValues<'_>, out: &mut Vec<u8>) -> Option<()> {
    out.push(b'{');
    let mut first = true;
    for (name, inner) in part.entries() {
        separate(&mut first, out);
        key(name, out);
        match inner {
            PartValue::Text(text) => string(text, out),
            PartValue::Pseudonym(pseudonym) => pseudonymous(pseudonym, out),
            PartValue::Withheld => withheld(out),
            PartValue::Ip(ip) => quoted(out, |out| display_ip(ip, out)),
            PartValue::Port(port) => number(u64::from(port), out),
            // It may grow, together with the encoder, and must not become a guess.
            _ => return None,
        }
    }
    out.push(b'}');
    Some(())
}

/// Appends the entries of an address, without braces.
fn address(ip: IpAddr, port: Option<u16>, out: &mut Vec<u8>) {
    out.extend_from_slice(br#""ip":"#);
    quoted(out, |out| display_ip(ip, out));
    if let Some(port) = port {
        out.extend_from_slice(br#","port":"#);
        number(u64::from(port), out);
    }
}

/// Appends why something is not there.
pub(super) fn absent(why: &str, out: &mut Vec<u8>) {
    object([("none", why)].into_iter(), out);
}

fn withheld(out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"withheld":true}"#);
}

fn cut_text(utf8: &[u8], cut: u32, out: &mut Vec<u8>) -> Option<()> {
    out.extend_from_slice(br#"{"text":"#);
    text(utf8, out)?;
    out.extend_from_slice(br#","cut":"#);
    number(u64::from(cut), out);
    out.push(b'}');
    Some(())
}

fn pseudonymous(pseudonym: Pseudonym, out: &mut Vec<u8>) {
    let mut hex = [0; 16];
    HEXLOWER.encode_mut(&pseudonym.0, &mut hex);
    out.extend_from_slice(br#"{"pseudonym":""#);
    out.extend_from_slice(&hex);
    out.extend_from_slice(br#""}"#);
}

fn quoted(out: &mut Vec<u8>, inner: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    inner(out);
    out.push(b'"');
}

/// An address of the usual kind is put together from its octets, because formatting it takes as long
/// as the rest of its line.
fn display_ip(ip: IpAddr, out: &mut Vec<u8>) {
    match ip {
        IpAddr::V6(v6) => display(&v6, out),
        IpAddr::V4(v4) => {
            for octet in v4.octets() {
                let (text, len) = OCTETS.get(usize::from(octet)).copied().unwrap_or_default();
                let end = out.len() + len;
                out.extend_from_slice(&text);
                out.truncate(end);
            }
            out.pop(); // The dot after the last.
        }
    }
}

/// Every octet with a dot behind it, and how long that is.
const OCTETS: [([u8; 4], usize); 256] = octets();

#[expect(clippy::indexing_slicing, reason = "at compile time, where it is checked")]
const fn octets() -> [([u8; 4], usize); 256] {
    let mut octets = [([b'.'; 4], 0); 256];
    let mut octet: u8 = 255;
    loop {
        let (text, len) = &mut octets[octet as usize];
        let digits = [b'0' + octet / 100, b'0' + octet / 10 % 10, b'0' + octet % 10];
        let mut digit = if octet >= 100 {
            0
        } else if octet >= 10 {
            1
        } else {
            2
        };
        while digit < digits.len() {
            text[*len] = digits[digit];
            *len += 1;
            digit += 1;
        }
        *len += 1;
        match octet.checked_sub(1) {
            Some(next) => octet = next,
            None => return octets,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_spelled_as_the_library_does() {
        for octet in 0..=255 {
            for ip in [[octet, 0, 255, octet], [9, 10, octet, 99]].map(IpAddr::from) {
                let mut out = Vec::new();
                display_ip(ip, &mut out);
                assert_eq!(String::from_utf8(out).unwrap(), ip.to_string());
            }
        }
    }
}
