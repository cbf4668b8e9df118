//! Where a request came from, as the proxies in front of a program say: `X-Forwarded-For`, `Forwarded`
//! ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)) or the PROXY protocol. The right-most address
//! that is not a trusted proxy's counts, since clients write what stands to its left. What cannot be
//! read is an unknown address, never the proxy's: a client that hides must not be taken for another
//! one there.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::ops::ControlFlow;
use std::str::FromStr;

/// Addresses of proxies that are believed about where a request came from.
///
/// ```
/// use audit_core::proxies::Network;
///
/// let network: Network = "2001:db8::/32".parse()?;
/// assert!(network.contains("2001:db8::7".parse()?));
/// assert!("proxy.example".parse::<Network>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// A text that is neither an IP address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANetwork(());

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither an address nor a network, such as 192.0.2.1 or 2001:db8::/32")
    }
}

impl std::error::Error for NotANetwork {}

impl FromStr for Network {
    type Err = NotANetwork;

    /// Reads `192.0.2.1` or `2001:db8::/32`.
    fn from_str(text: &str) -> Result<Network, NotANetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok().ok_or(NotANetwork(()))?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|it| *it <= bits).ok_or(NotANetwork(()))?,
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

/// The client's address by the values of `X-Forwarded-For`, in the order in which they came: several
/// lines of the header are one list. The right-most address that is not a trusted proxy's; where all
/// are, the left-most. `None` if the address that counts cannot be read, or there is none.
///
/// ```
/// use audit_core::proxies::forwarded_for;
///
/// let trusted = ["10.0.0.0/8".parse()?];
/// let header = ["203.0.113.9, 198.51.100.7", "10.0.0.1"];
/// assert_eq!(forwarded_for(header, &trusted), Some("198.51.100.7".parse()?));
/// assert_eq!(forwarded_for(["198.51.100.7, unknown"], &trusted), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn forwarded_for<V: AsRef<[u8]>>(
    values: impl IntoIterator<Item = V, IntoIter: DoubleEndedIterator>,
    trusted: &[Network],
) -> Option<IpAddr> {
    let values = values.into_iter().rev();
    last_untrusted(values, trusted, |value, next| {
        value.rsplit(|it| *it == b',').map(address).try_for_each(next)
    })
}

/// The client's address by the values of `Forwarded` (RFC 7239, section 4); otherwise as
/// [`forwarded_for`].
pub fn forwarded<V: AsRef<[u8]>>(
    values: impl IntoIterator<Item = V, IntoIter: DoubleEndedIterator>,
    trusted: &[Network],
) -> Option<IpAddr> {
    let values = values.into_iter().rev();
    last_untrusted(values, trusted, |value, next| {
        let elements = split_unquoted(value, b',').into_iter().rev();
        elements.map(|it| node_of(it).and_then(address)).try_for_each(next)
    })
}

/// Walks through addresses, the nearest first, to the first that is not a trusted proxy's.
fn last_untrusted<V: AsRef<[u8]>>(
    values: impl Iterator<Item = V>,
    trusted: &[Network],
    each: impl Fn(&[u8], &mut dyn FnMut(Option<IpAddr>) -> ControlFlow<()>) -> ControlFlow<()>,
) -> Option<IpAddr> {
    let mut last = None;
    let mut next = |ip: Option<IpAddr>| {
        last = ip;
        match ip {
            Some(ip) if trusted.iter().any(|it| it.contains(ip)) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    };
    for value in values {
        if each(value.as_ref(), &mut next).is_break() {
            break;
        }
    }
    last
}

/// An address as proxies write it: with a port, in brackets, with a zone, in quotes. `None` if it is
/// something else.
pub fn address(entry: &[u8]) -> Option<IpAddr> {
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

/// Without its zone, which has a meaning only on the machine that wrote it.
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
            assert_eq!(shown(forwarded_for([list], &trusted())), ip, "{list}");
        }
    }

    #[test]
    fn lines_of_a_header_are_one_list() {
        let client = |values: &[&str]| shown(forwarded_for(values, &trusted()));
        assert_eq!(client(&["203.0.113.9", "198.51.100.7"]), "198.51.100.7", "a client's own line");
        assert_eq!(client(&["203.0.113.9, 198.51.100.7", "10.0.0.1"]), "198.51.100.7");
        assert_eq!(client(&["10.0.0.2", "10.0.0.1"]), "10.0.0.2");
        assert_eq!(client(&["198.51.100.7", "unknown"]), "unknown");
        assert_eq!(client(&[]), "unknown");
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
            assert_eq!(shown(forwarded([header], &trusted())), ip, "{header}");
        }
    }
}
