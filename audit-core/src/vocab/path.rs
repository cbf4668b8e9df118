//! Paths of URLs, without what a URL may carry beside its path.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use super::Lit;
use super::name::{Refused, Why, checked};
use crate::text_buffer::TextBuffer;
use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// The path of a URL or request. Userinfo, host, port, query, fragment and path parameters
/// (`;jsessionid=…`) are left out, because tokens travel in them. In place of a segment that looks as
/// if it was drawn at random, such as a token in a link to reset a password, `*` is recorded.
///
/// What looks random is a guess: of 16 characters or more, letters of both cases and digits in turn,
/// hexadecimal digits (a UUID, too), or digits alone. A token of words is not seen. Where the router knows its pattern, record that:
/// [`Route`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HttpPath<'a>(&'a str);

impl<'a> HttpPath<'a> {
    /// The longest path that is taken, in escaped bytes.
    pub const LIMIT: u16 = 1024;

    /// The path of a URL (`https://user:secret@host/images/debian.iso?token=…`) or of a request (`/api/auth?…`).
    ///
    /// The path ends before the first `?`, `#`, `;`, `:`, `&`, `=`, `,` or `|`, plain or percent-encoded,
    /// and before the segment that has the first `@`: a URL inside the path may have userinfo.
    ///
    /// # Errors
    ///
    /// [`Refused`] where there is no path that can be told from the rest, or it is too long.
    pub fn of(url: &'a str) -> Result<HttpPath<'a>, Refused> {
        let path = path_of(url).ok_or(Refused::new("a path", Why::NotAPath))?;
        let rest = |at: usize| path.as_bytes().get(at..).unwrap_or_default();
        let end = (0..path.len()).find(|&at| ends_path(rest(at)) || is_at_sign(rest(at)));
        let mut end = end.unwrap_or(path.len());
        if is_at_sign(rest(end)) {
            end = path.get(..end).and_then(|it| it.rfind('/')).map_or(0, |slash| slash + 1);
        }
        checked("a path", path.get(..end).unwrap_or_default(), Self::LIMIT).map(HttpPath)
    }

    /// What is recorded: with `*` in place of what looks random.
    fn masked(&self) -> TextBuffer<{ HttpPath::LIMIT as usize }> {
        let mut text = TextBuffer::new();
        for (at, segment) in self.0.split('/').enumerate() {
            text = text.and(if at == 0 { "" } else { "/" });
            text = text.and(if segment.split('.').any(looks_random) { "*" } else { segment });
        }
        text
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
        [b'?' | b'#' | b';' | b':' | b'&' | b'=' | b',' | b'|', ..] => true,
        [b'%', b'2', b'3' | b'6' | b'c' | b'C', ..] => true,
        [b'%', b'3', b'a' | b'A' | b'b' | b'B' | b'd' | b'D' | b'f' | b'F', ..] => true,
        [b'%', b'7', b'c' | b'C', ..] => true,
        // An encoded percent sign: another round of decoding would show the characters above.
        [b'%', b'2', b'5', ..] => true,
        _ => false,
    }
}

fn is_at_sign(rest: &[u8]) -> bool {
    matches!(rest, [b'@', ..] | [b'%', b'4', b'0', ..])
}

/// A shorter text is not taken for one that was drawn at random.
const RANDOM_MIN: usize = 16;

/// Whether a text looks as if it was drawn at random: its kinds of character change often, where a word
/// that begins with a capital is no change; or it is digits alone, or hexadecimal ones, as a UUID is.
fn looks_random(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~+".contains(&byte);
    if text.len() < RANDOM_MIN || !text.bytes().all(is_plain) {
        return false;
    }
    let kind = |byte: &u8| match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    let changes = text.as_bytes().windows(2).filter(|pair| match pair {
        [one, next] => {
            !matches!((kind(one), kind(next)), (2, 1) | (3, _) | (_, 3)) && kind(one) != kind(next)
        }
        _ => false,
    });
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    text.bytes().all(|byte| byte.is_ascii_digit())
        || is_hex && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
        || changes.count() * 10 >= text.len() * 3
}

/// The pattern of a router that a request met, such as `/api/users/{id}`: a literal of the program, so
/// that nothing of the request is in it.
///
/// ```
/// use audit_core::lit;
/// use audit_core::vocab::Route;
///
/// let route = Route::new(lit!("/api/users/{id}"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Route(Lit);

impl Route {
    /// This pattern.
    pub const fn new(pattern: Lit) -> Route {
        Route(pattern)
    }
}

// SAFETY: writes a literal of the program.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for Route {
    const TYPE: Type = Lit::TYPE;
    const CLASS: Class = Class::Public;

    fn encode(&self, out: &mut Encoder<'_>) {
        self.0.encode(out);
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
        out.put_text(self.masked().as_str(), Self::LIMIT);
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
        check("/login&password=hunter2", Some("/login"));
        check("/login%26password=hunter2", Some("/login"));
        check("/password=hunter2/x", Some("/password"));
        check("/a,hunter2", Some("/a"));
        check("/a%7Chunter2", Some("/a"));
        check("/proxy/hunter2@host/x", Some("/proxy/"));
        check("/hunter2%40host", Some("/"));
        check("/redirect/https://user:hunter2@host/", Some("/redirect/https"));
        check("/redirect/https%3A%2F%2Fuser%3ahunter2@host/", Some("/redirect/https"));
    }

    #[test]
    fn what_looks_random_is_masked() {
        let masked = |path: &str| HttpPath::of(path).unwrap().masked().as_str().to_owned();
        for token in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "550e8400-e29b-41d4-a716-446655440000",
            "dGhpc0lzQVRva2VuMTIz",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl",
            "4111111111111111",
        ] {
            assert_eq!(masked(&format!("/auth/reset/step2/{token}")), "/auth/reset/step2/*");
        }
        for path in [
            "/api/virtual-media/debian-12.5.0-amd64-netinst.iso",
            "/getAllUsersByNameAndGroup/of",
            "/firmware_update_in_progress_v2/2026-12-01",
            "/api/v1/hid/layouts/de-DE-nodeadkeys",
            "/",
        ] {
            assert_eq!(masked(path), path);
        }
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
