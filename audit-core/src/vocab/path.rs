//! Paths of URLs, without what a URL may carry beside its path.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use super::name::{Refused, Why, checked};
use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// The path of a URL or request. Userinfo, host, port, query, fragment and path parameters
/// (`;jsessionid=…`) are left out, because tokens travel in them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HttpPath<'a>(&'a str);

impl<'a> HttpPath<'a> {
    /// The longest path that is taken, in escaped bytes.
    pub const LIMIT: u16 = 1024;

    /// The path of a URL (`https://user:secret@host/images/debian.iso?token=…`) or of a request (`/api/auth?…`).
    ///
    /// The path ends before the first `?`, `#`, `;` or `:` (a URL inside the path may have
    /// userinfo), plain or percent-encoded.
    ///
    /// # Errors
    ///
    /// [`Refused`] where there is no path that can be told from the rest, or it is too long.
    pub fn of(url: &'a str) -> Result<HttpPath<'a>, Refused> {
        let path = path_of(url).ok_or(Refused::new("a path", Why::NotAPath))?;
        let end =
            (0..path.len()).find(|&at| ends_path(path.as_bytes().get(at..).unwrap_or_default()));
        checked("a path", path.get(..end.unwrap_or(path.len())).unwrap_or_default(), Self::LIMIT)
            .map(HttpPath)
    }
}

/// What follows the authority, from its first slash on.
fn path_of(url: &str) -> Option<&str> {
    let after_scheme = match url.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        _ => match url.strip_prefix("//") {
            Some(rest) => rest,
            None => return url.starts_with('/').then_some(url),
        },
    };
    // A query or fragment may hold a slash too: `https://host?next=/secret` has no path at all.
    let slash = after_scheme.find(['/', '?', '#'])?;
    after_scheme.get(slash..).filter(|path| path.starts_with('/'))
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn ends_path(rest: &[u8]) -> bool {
    match rest {
        [b'?' | b'#' | b';' | b':', ..] => true,
        [b'%', b'2', b'3', ..] | [b'%', b'3', b'a' | b'A' | b'b' | b'B' | b'f' | b'F', ..] => true,
        // An encoded percent sign: another round of decoding would show the characters above.
        [b'%', b'2', b'5', ..] => true,
        _ => false,
    }
}

impl core::fmt::Debug for HttpPath<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HttpPath")
    }
}

// SAFETY: writes the path, from which the parts that carry credentials were taken.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for HttpPath<'_> {
    const TYPE: Type = Type::Text(Self::LIMIT);
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_text(self.0, Self::LIMIT);
    }
}

#[cfg(test)]
mod tests {
    use super::HttpPath;

    fn check(url: &str, path: Option<&str>) {
        assert_eq!(HttpPath::of(url).ok().map(|it| it.0), path, "{url}");
    }

    #[test]
    fn only_the_path_remains() {
        check("/api/paste", Some("/api/paste"));
        check("/api/paste?text=hunter2#x", Some("/api/paste"));
        check("/a;jsessionid=1/b", Some("/a"));
        check("https://host/images/debian.iso?token=hunter2", Some("/images/debian.iso"));
        check("https://user:hunter2@host:8443/debian.iso", Some("/debian.iso"));
        check("//user:hunter2@host/x", Some("/x"));
        check("/x%3Ftoken=hunter2", Some("/x"));
        check("/x%253Ftoken=hunter2", Some("/x"));
        check("/redirect/https://user:hunter2@host/", Some("/redirect/https"));
        check("/redirect/https%3A%2F%2Fuser%3ahunter2@host/", Some("/redirect/https"));
    }

    #[test]
    fn what_has_no_clear_path_is_refused() {
        check("", None);
        check("hunter2", None);
        check("user:hunter2@host/x", None);
        check("https:\\\\user:hunter2@host\\x", None);
        check("https://user:hunter2@host", None);
        check("https://host?next=/hunter2", None);
        check("https://host#/hunter2", None);
        check(&"/a".repeat(513), None);
    }
}
