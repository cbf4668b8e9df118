//! Which spellings of a path are one to the device: a proxy or a router may see several as one.

use serde::Deserialize;
use std::borrow::Cow;

/// What is said of it by the table `spelling` of a file of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Spelling {
    /// `//` is `/`.
    collapse_slashes: bool,
    /// `/a/../b` is `/b`, and `/./b` too.
    resolve_dots: bool,
    /// `/a/` is `/a`.
    drop_last_slash: bool,
    /// `/A` is `/a`.
    ignore_case: bool,
}

impl Spelling {
    /// The path of a rule, as paths of requests are compared with it.
    pub(super) fn of_rule(self, path: &mut String) {
        if self.ignore_case {
            path.make_ascii_lowercase();
        }
        let is_long = path.len() > 1 && !path.ends_with("*");
        if self.drop_last_slash && is_long {
            path.truncate(path.trim_end_matches('/').len().max(1));
        }
    }

    /// The usual spelling of a request's path, which is percent-decoded.
    pub(super) fn of_request(self, path: &[u8]) -> Cow<'_, [u8]> {
        if self == Spelling::default() {
            return Cow::Borrowed(path);
        }
        let mut segments: Vec<&[u8]> = Vec::new();
        for segment in path.split(|it| *it == b'/').skip(1) {
            match segment {
                b"." if self.resolve_dots => {}
                b".." if self.resolve_dots => drop(segments.pop()),
                b"" if self.collapse_slashes => {}
                other => segments.push(other),
            }
        }
        // What ends in a slash, or in what leads to a folder, still does.
        let last = path.rsplit(|it| *it == b'/').next().unwrap_or_default();
        let is_folder = last.is_empty() || (self.resolve_dots && matches!(last, b"." | b".."));
        let ends = segments.last().is_some_and(|it| it.is_empty());
        let mut usual = segments.iter().fold(Vec::new(), |mut all, segment| {
            all.push(b'/');
            all.extend_from_slice(segment);
            all
        });
        if is_folder && !ends {
            usual.push(b'/');
        }
        if self.drop_last_slash {
            while usual.len() > 1 && usual.last() == Some(&b'/') {
                usual.pop();
            }
        }
        if self.ignore_case {
            usual.make_ascii_lowercase();
        }
        Cow::Owned(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_that_are_one_are_told_as_one() {
        let plain = Spelling::default();
        let slashes = Spelling { collapse_slashes: true, ..plain };
        let dots = Spelling { resolve_dots: true, ..slashes };
        let last = Spelling { drop_last_slash: true, ..slashes };
        let case = Spelling { ignore_case: true, ..plain };
        for (spelling, path, usual) in [
            (plain, "//a/../b/", "//a/../b/"),
            (slashes, "//a//b", "/a/b"),
            (slashes, "/a/b//", "/a/b/"),
            (slashes, "/a/../b", "/a/../b"),
            (slashes, "/", "/"),
            (dots, "/a/./../b", "/b"),
            (dots, "/../../b", "/b"),
            (dots, "/a/b/..", "/a/"),
            (dots, "/..", "/"),
            (last, "/a/b//", "/a/b"),
            (last, "/", "/"),
            (case, "/API/x", "/api/x"),
            (case, "/API//x", "/api//x"),
        ] {
            let found = spelling.of_request(path.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), usual, "{spelling:?} {path}");
        }
    }
}
