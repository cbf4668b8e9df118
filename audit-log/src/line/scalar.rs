//! Single values, spelled.

use std::net::{IpAddr, SocketAddr};

use audit_core::{record::Ending, recorder::Pseudonym};
use data_encoding::HEXLOWER;

use super::json::{display, key, number, object, string, text};

/// JSON readers keep integers up to here exactly (RFC 8259, section 6).
const EXACT_MAX: u64 = (1 << 53) - 1;

/// Appends a measure: a number that is exact for every reader, or the largest of these, which means
/// "or more".
pub(super) fn measure(measure: u64, out: &mut Vec<u8>) {
    number(measure.min(EXACT_MAX), out);
}

/// Appends the entries of an address, without braces.
pub(super) fn address(ip: IpAddr, port: Option<u16>, out: &mut Vec<u8>) {
    out.extend_from_slice(br#""ip":"#);
    quoted(out, |out| display_ip(ip, out));
    if let Some(port) = port {
        out.extend_from_slice(br#","port":"#);
        number(u64::from(port), out);
    }
}

pub(super) fn address_object(of: SocketAddr, out: &mut Vec<u8>) {
    out.push(b'{');
    address(of.ip(), Some(of.port()), out);
    out.push(b'}');
}

pub(super) fn ending_object(ending: Ending, out: &mut Vec<u8>) {
    let reason = ending.reason.map(|reason| ("reason", reason));
    object([("outcome", ending.outcome.name())].into_iter().chain(reason), out);
}

pub(super) fn boolean(value: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// Appends a text that was cut, and behind it how many bytes are left out.
#[cold]
pub(super) fn cut_text(utf8: &[u8], cut: u32, name: &str, out: &mut Vec<u8>) -> Option<()> {
    text(utf8, out)?;
    out.push(b',');
    key(&format!("{name}_cut"), out);
    number(u64::from(cut), out);
    Some(())
}

pub(super) fn pseudonymous(name: &str, pseudonym: Pseudonym, out: &mut Vec<u8>) {
    key(&format!("{name}_pseudonym"), out);
    out.push(b'"');
    digits(pseudonym, out);
}

/// Appends a pseudonym's digits and a quotation mark.
pub(super) fn digits(pseudonym: Pseudonym, out: &mut Vec<u8>) {
    let mut hex = [b'"'; 17];
    if let Some(digits) = hex.first_chunk_mut::<16>() {
        HEXLOWER.encode_mut(&pseudonym.0, digits);
    }
    out.extend_from_slice(&hex);
}

pub(super) fn quoted_name(name: &str) -> Vec<u8> {
    let mut quoted = Vec::new();
    string(name, &mut quoted);
    quoted
}

pub(super) fn quoted(out: &mut Vec<u8>, inner: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    inner(out);
    out.push(b'"');
}

/// An address of the usual kind is put together from its octets, because formatting it takes as long
/// as the rest of its line.
pub(super) fn display_ip(ip: IpAddr, out: &mut Vec<u8>) {
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
