//! Where a request came from, as the proxies in front of the device say: `X-Forwarded-For`,
//! `Forwarded` (RFC 7239) or the PROXY protocol. What cannot be read is nobody's address, and never
//! that of the proxy: whoever has a session there would be taken for whoever hides.

use std::net::{IpAddr, Ipv6Addr};

use crate::network::Network;

/// Of a list as `X-Forwarded-For` has it, the right-most address that is no trusted proxy; where all
/// are, the left-most. `None` when the address that counts cannot be read.
pub(crate) fn behind_proxies(list: &[u8], trusted: &[Network]) -> Option<IpAddr> {
    behind(list.rsplit(|it| *it == b',').map(address), trusted)
}

/// The same of a `Forwarded` header (RFC 7239, section 4).
pub(crate) fn behind_elements(header: &[u8], trusted: &[Network]) -> Option<IpAddr> {
    let elements = split_unquoted(header, b',');
    behind(elements.into_iter().rev().map(|it| node_of(it).and_then(address)), trusted)
}

/// The first of these addresses, the nearest first, that is no trusted proxy.
fn behind(
    nearest_first: impl Iterator<Item = Option<IpAddr>>,
    trusted: &[Network],
) -> Option<IpAddr> {
    let mut last = None;
    for ip in nearest_first {
        let ip = ip?;
        last = Some(ip);
        if !trusted.iter().any(|it| it.contains(ip)) {
            break;
        }
    }
    last
}

/// An address as proxies write it: with a port, in brackets, with a zone, in quotes.
pub(crate) fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim_matches([' ', '\t']);
    let text = text.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(text);
    if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return is_port.then(|| v6(address))?.map(IpAddr::V6);
    }
    if let Some(ip) = v6(text) {
        return Some(IpAddr::V6(ip));
    }
    let (address, port) = text.split_once(':').unwrap_or((text, "0"));
    is_port(port).then(|| address.parse().ok())?.map(IpAddr::V4)
}

/// Without its zone, which says something on the machine of whoever wrote it alone.
fn v6(text: &str) -> Option<Ipv6Addr> {
    text.split_once('%').map_or(text, |(address, _)| address).parse().ok()
}

/// A number, or as RFC 7239 has it something in its place, such as `_x7`.
fn is_port(text: &str) -> bool {
    match text.strip_prefix('_') {
        Some(hidden) => {
            let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
            (1..=64).contains(&hidden.len()) && hidden.bytes().all(is_plain)
        }
        None => (1..=5).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit()),
    }
}

/// The value of `for` in an element of a `Forwarded` header.
fn node_of(element: &[u8]) -> Option<&[u8]> {
    split_unquoted(element, b';').into_iter().find_map(|pair| {
        let pair = pair.trim_ascii();
        let (name, value) = pair.split_at_checked(4)?;
        name.eq_ignore_ascii_case(b"for=").then_some(value)
    })
}

/// Splits where the separator does not stand between quotes.
fn split_unquoted(text: &[u8], separator: u8) -> Vec<&[u8]> {
    let (mut in_quotes, mut is_escaped) = (false, false);
    let splits = |byte: &u8| {
        let splits = *byte == separator && !in_quotes;
        in_quotes ^= *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        splits
    };
    text.split(splits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted() -> Vec<Network> {
        ["10.0.0.0/8", "2001:db8:ffff::/48"].iter().map(|it| it.parse().unwrap()).collect()
    }

    fn shown(ip: Option<IpAddr>) -> String {
        ip.map_or_else(|| "unknown".to_owned(), |ip| ip.to_string())
    }

    #[test]
    fn a_list_is_read_from_the_right() {
        for (list, ip) in [
            ("198.51.100.7", "198.51.100.7"),
            ("198.51.100.7:17085", "198.51.100.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
            ("fe80::1%eth0", "fe80::1"),
            ("203.0.113.9, 198.51.100.7:1, 10.0.0.1", "198.51.100.7"),
            ("10.0.0.2, 10.0.0.1", "10.0.0.2"),
            ("unknown, 198.51.100.7", "198.51.100.7"),
            ("198.51.100.7, unknown", "unknown"),
            ("198.51.100.7, -, 10.0.0.1", "unknown"),
            ("unknown", "unknown"),
            ("-", "unknown"),
            ("", "unknown"),
            ("198.51.100.7:", "unknown"),
            ("198.51.100.7:abc", "unknown"),
            ("198.51.100.7:123456", "unknown"),
            ("198.51.100.7 10.0.0.1", "unknown"),
            ("[198.51.100.7]:1", "unknown"),
            ("_hidden", "unknown"),
        ] {
            assert_eq!(shown(behind_proxies(list.as_bytes(), &trusted())), ip, "{list}");
        }
    }

    #[test]
    fn elements_are_read_as_the_standard_has_them() {
        for (header, ip) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=192.0.2.43, for=198.51.100.17, for=10.0.0.1", "198.51.100.17"),
            ("for=192.0.2.43;host=\"a,b;for=1.2.3.4\"", "192.0.2.43"),
            ("for=\"192.0.2.43:_x7\"", "192.0.2.43"),
            ("for=unknown", "unknown"),
            ("for=_gazonk", "unknown"),
            ("for=192.0.2.43, proto=http", "unknown"),
            ("proto=http", "unknown"),
            ("-", "unknown"),
        ] {
            assert_eq!(shown(behind_elements(header.as_bytes(), &trusted())), ip, "{header}");
        }
    }
}
