//! The canary, and the spellings that it may slip through in.

use data_encoding::{BASE64_NOPAD, HEXLOWER};

/// What [`assert_no_leak`](super::assert_no_leak) puts into events as their secret: nothing in a program or a language looks like it, also
/// in part and whatever the case.
pub const CANARY: &str = "Zq7xK3vWm9TfYb2GhR8sLd5NcJ4pQtXu6wEaVz1MkBnCyDrFgH0jSoPiUlAq8WvZ";

/// The canary is looked for in pieces of this size, in bytes. So 15 bytes of it in a row are found
/// wherever they begin, and each half of it at any rate.
const PIECE: usize = 8;
/// Of its ends this many bytes are looked for too: people who mask a secret like to show them.
const END: usize = 4;

/// Where a piece of the canary was found, and as what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) spelling: &'static str,
    /// The piece's place in the canary, in bytes.
    pub(super) piece: core::ops::Range<usize>,
    /// Its place in what was searched, in bytes, white space counted only if `exact`.
    pub(super) at: usize,
    pub(super) exact: bool,
}

impl core::fmt::Display for Found {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Found { spelling, piece, at, exact } = self;
        let uncounted = if *exact { "" } else { " that is not white space" };
        let (start, end) = (piece.start, piece.end);
        write!(f, "the canary's bytes {start} to {end} as {spelling}, at byte {at}{uncounted}")
    }
}

/// What is looked for: made once, used on every output.
pub(super) struct Search(Vec<(&'static str, core::ops::Range<usize>, String)>);

impl Search {
    pub(super) fn new() -> Search {
        let mut needles = Vec::new();
        let mut start = 0;
        while let Some(piece) = CANARY.get(start..start + PIECE) {
            let spellings = spellings(piece).into_iter();
            needles.extend(spellings.map(|(name, text)| (name, start..start + PIECE, text)));
            start += PIECE;
        }
        for end in [0..END, CANARY.len() - END..CANARY.len()] {
            let text = CANARY.get(end.clone()).unwrap_or_default();
            needles.push(("plain text", end.clone(), text.to_owned()));
            needles.push(("reversed text", end, text.chars().rev().collect()));
        }
        for (_, _, needle) in &mut needles {
            needle.make_ascii_lowercase();
        }
        Search(needles)
    }

    /// Looks for a piece of the canary, whatever the case of letters, and whatever the white space
    /// between (`{:#?}` breaks lines, and so does base64 in mails).
    pub(super) fn find(&self, bytes: &[u8]) -> Option<Found> {
        // A character a byte, so that what is no UTF-8 can be searched as text.
        let text: String = bytes.iter().map(|byte| char::from(byte.to_ascii_lowercase())).collect();
        let dense: String = text.chars().filter(|it| !it.is_ascii_whitespace()).collect();
        self.0.iter().find_map(|(spelling, piece, needle)| {
            [(&text, true), (&dense, false)].into_iter().find_map(|(text, exact)| {
                let (front, _) = text.split_once(needle.as_str())?;
                let at = front.chars().count();
                Some(Found { spelling, piece: piece.clone(), at, exact })
            })
        })
    }
}

/// The spellings of a piece, without the characters that depend on what stands beside it. Where
/// letters differ in case only, there is one of them.
fn spellings(piece: &str) -> Vec<(&'static str, String)> {
    let bytes = piece.as_bytes();
    let each = |show: fn(u8) -> String, between: &str| {
        bytes.iter().map(|byte| show(*byte)).collect::<Vec<_>>().join(between)
    };
    let mut spellings = vec![
        ("plain text", piece.to_owned()),
        ("reversed text", piece.chars().rev().collect()),
        ("hex", HEXLOWER.encode(bytes)),
        ("percent-encoding", each(|byte| format!("%{byte:02x}"), "")),
        // In either byte order: the zero at the edge is left out.
        ("UTF-16", each(|byte| char::from(byte).to_string(), "\0")),
        ("hex of UTF-16", each(|byte| format!("{byte:02x}"), "00")),
        ("escapes of JSON", each(|byte| format!("\\u00{byte:02x}"), "")),
        ("escapes of Rust", each(|byte| format!("\\u{{{byte:x}}}"), "")),
        ("escaped bytes", each(|byte| format!("\\x{byte:02x}"), "")),
        ("a list of numbers", each(|byte| byte.to_string(), ",")),
        ("a list of hex numbers", each(|byte| format!("{byte:x}"), ",")),
        ("a list of hex numbers with 0x", each(|byte| format!("0x{byte:x}"), ",")),
        ("a list of characters", each(|byte| format!("'{}'", char::from(byte)), ",")),
    ];
    // The alphabets of base64 differ in two characters, which no letter or digit ever needs.
    for before in [&[][..], &[0], &[0, 0]] {
        let encoded = BASE64_NOPAD.encode(&[before, bytes].concat());
        // Six bits a character; those at the edges hold bits of the neighbours too.
        let inner = (8 * before.len()).div_ceil(6)..8 * (before.len() + bytes.len()) / 6;
        spellings.push(("base64", encoded.get(inner).unwrap_or_default().to_owned()));
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE64, BASE64URL, HEXUPPER};

    fn found(text: impl AsRef<[u8]>) -> &'static str {
        Search::new().find(text.as_ref()).map_or("nothing", |found| found.spelling)
    }

    #[test]
    fn the_canary_is_of_unlike_pieces() {
        assert_eq!(CANARY.len(), 64);
        assert!(CANARY.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let lower = CANARY.to_lowercase();
        let pieces: std::collections::HashSet<_> =
            lower.as_bytes().windows(4).map(<[u8]>::to_vec).collect();
        assert_eq!(pieces.len(), 61, "no four bytes of it stand twice");
        assert!(spellings("12345678").iter().all(|(_, text)| text.len() >= 8));
    }

    #[test]
    fn every_spelling_of_the_whole_and_of_each_half_is_found() {
        for part in [CANARY, &CANARY[..32], &CANARY[32..], &CANARY[25..40]] {
            let bytes = part.as_bytes();
            let utf16: Vec<u8> = part.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let swapped: Vec<u8> = part.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let of_each = |show: fn(&u8) -> String| bytes.iter().map(show).collect::<String>();
            let reversed: String = part.chars().rev().collect();
            assert_eq!(found(format!("x{part}y")), "plain text");
            assert_eq!(found(part.to_uppercase()), "plain text");
            assert_eq!(found(part.to_lowercase()), "plain text");
            assert_eq!(found(format!("x{reversed}y")), "reversed text");
            assert_eq!(found(HEXUPPER.encode(bytes)), "hex");
            assert_eq!(found(of_each(|byte| format!("{byte:02x} "))), "hex");
            assert_eq!(found(of_each(|byte| format!("%{byte:02X}"))), "percent-encoding");
            assert_eq!(found(&utf16), "UTF-16");
            assert_eq!(found(&swapped), "UTF-16");
            assert_eq!(found(HEXLOWER.encode(&utf16)), "hex of UTF-16");
            assert_eq!(found(HEXUPPER.encode(&swapped)), "hex of UTF-16");
            assert_eq!(found(of_each(|byte| format!("\\u00{byte:02X}"))), "escapes of JSON");
            assert_eq!(found(of_each(|byte| format!("\\u{{{byte:x}}}"))), "escapes of Rust");
            assert_eq!(found(format!("{bytes:?}")), "a list of numbers");
            assert_eq!(found(format!("{bytes:#?}")), "a list of numbers");
            assert_eq!(found(format!("{bytes:>9?}")), "a list of numbers");
            assert_eq!(found(format!("{bytes:X?}")), "a list of hex numbers");
            assert_eq!(found(format!("{bytes:#x?}")), "a list of hex numbers with 0x");
            let characters: Vec<char> = part.chars().collect();
            assert_eq!(found(format!("{characters:#?}")), "a list of characters");
        }
    }

    #[test]
    fn base64_is_found_at_every_offset_and_broken_into_lines() {
        for before in ["", "x", "xy", "xyz", "wxyz"] {
            let text = format!("{before}{CANARY}{before}");
            assert_eq!(found(BASE64.encode(text.as_bytes())), "base64", "{before}");
            let half = format!("{before}{}", &CANARY[32..]);
            assert_eq!(found(BASE64.encode(half.as_bytes())), "base64", "{before}");
            assert_eq!(found(BASE64URL.encode(half.as_bytes())), "base64", "{before}");
        }
        let encoded = BASE64.encode(CANARY.as_bytes());
        let lines: Vec<&str> =
            (0..encoded.len()).step_by(4).map(|at| &encoded[at..at + 4]).collect();
        assert_eq!(found(lines.join("\r\n")), "base64");
    }

    #[test]
    fn fifteen_bytes_are_enough_wherever_they_begin() {
        for part in (0..=CANARY.len() - 15).map(|at| &CANARY[at..at + 15]) {
            assert_eq!(found(part), "plain text");
            for before in ["", "~", "~~"] {
                let encoded = BASE64.encode(format!("{before}{part}~").as_bytes());
                assert_eq!(found(encoded), "base64", "{before}{part}");
            }
        }
    }

    #[test]
    fn masked_ends_are_found_and_nothing_where_nothing_is() {
        assert_eq!(found(format!("{}…{}", &CANARY[..4], "****")), "plain text");
        assert_eq!(found(format!("****{}", &CANARY[60..])), "plain text");
        assert_eq!(found("LoginFailed { .. } and 104, 117, 110, 116"), "nothing");
        assert_eq!(found(b"\xff\x00\xfe"), "nothing");
        assert_eq!(found(""), "nothing");
    }

    #[test]
    fn the_place_is_told() {
        let found = Search::new().find(format!("12345{}", &CANARY[8..16]).as_bytes());
        let piece = 8..16;
        assert_eq!(found, Some(Found { spelling: "plain text", piece, at: 5, exact: true }));
    }
}
