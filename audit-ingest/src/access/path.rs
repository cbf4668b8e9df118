//! Paths of requests: where they stand in a target, and how they are shown.

use crate::format::{Escape, hex, unescape};
use crate::rules::SECRET;
use memchr::{memchr, memmem};

/// The path of a target: without query, fragment, and what an absolute one has before.
pub(super) fn path_of(target: &[u8]) -> &[u8] {
    let path =
        memchr::memchr2(b'?', b'#', target).and_then(|at| target.get(..at)).unwrap_or(target);
    if path.starts_with(b"/") {
        return path;
    }
    let Some(at) = memmem::find(path, b"://") else { return b"" };
    let (scheme, rest) = path.split_at(at);
    if scheme.is_empty() || !scheme.iter().all(u8::is_ascii_alphabetic) {
        return b"";
    }
    let rest = rest.get(3..).unwrap_or_default();
    memchr(b'/', rest).and_then(|at| rest.get(at..)).unwrap_or(b"/")
}

/// Undoes the log's escapes, then percent-encoding, once.
pub(super) fn decode(path: &[u8], escape: Option<Escape>) -> Option<Vec<u8>> {
    let path = match escape {
        Some(escape) => unescape(path, escape)?,
        None => path.to_vec(),
    };
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path.as_slice();
    while let Some(at) = memchr(b'%', rest) {
        out.extend_from_slice(rest.get(..at)?);
        out.push(hex(rest.get(at + 1..at + 3)?)?);
        rest = rest.get(at + 3..)?;
    }
    out.extend_from_slice(rest);
    // What was encoded may be what ends a path when it is not.
    Some(out)
}

/// A path whose segments look like names, or have a star in their place; and that of a secret has.
pub(super) fn shown(path: &[u8], pattern: &str) -> String {
    let name = |it: &[u8]| {
        let plain = |it: &u8| it.is_ascii_alphanumeric() || b"._-".contains(it);
        it.len() <= 64 && it.iter().all(plain)
    };
    let mut pattern = pattern.as_bytes().split(|it| *it == b'/');
    let mut shown = String::with_capacity(path.len());
    for (at, segment) in path.split(|it| *it == b'/').enumerate() {
        if at > 0 {
            shown.push('/');
        }
        let is_secret = pattern.next() == Some(SECRET);
        match std::str::from_utf8(segment) {
            Ok(text) if name(segment) && !is_secret => shown.push_str(text),
            _ => shown.push('*'),
        }
    }
    shown
}
