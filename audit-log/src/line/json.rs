//! The one spelling of JSON that lines have: printable ASCII, no spaces.

use std::io;

use audit_core::record::specials;
use serde::Serialize;
use serde_json::ser::Formatter;

/// Appends a value to `out` in the one spelling.
///
/// # Errors
///
/// Only what the value's own `Serialize` refuses.
pub fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> serde_json::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, Ascii))
}

/// Whether these bytes are a value's one spelling.
pub fn is_spelled<T: Serialize + ?Sized>(value: &T, bytes: &[u8]) -> bool {
    let mut expected = Expected { rest: bytes };
    let spelled =
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut expected, Ascii));
    spelled.is_ok() && expected.rest.is_empty()
}

/// Takes nothing but these bytes.
struct Expected<'b> {
    rest: &'b [u8],
}

impl io::Write for Expected<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest = self.rest.strip_prefix(bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Appends a string in quotes.
pub fn string(string: &str, out: &mut Vec<u8>) {
    if !plain(string.as_bytes(), out) {
        string_with_escapes(string, out);
    }
}

/// Appends the string of these bytes in quotes; `None` if they are none.
pub fn text(utf8: &[u8], out: &mut Vec<u8>) -> Option<()> {
    if !plain(utf8, out) {
        string_with_escapes(str::from_utf8(utf8).ok()?, out);
    }
    Some(())
}

/// Appends bytes in quotes if none of them has to be escaped, which is nearly always so.
///
/// Copies eight bytes at a time, and finds on the way whether one of them is special.
#[inline]
fn plain(bytes: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.push(b'"');
    let special = match bytes.last_chunk::<8>() {
        Some(last) => {
            let mut special = specials(*last);
            for word in bytes.as_chunks().0 {
                special |= specials(*word);
                out.extend_from_slice(word);
            }
            // The last word again, where it ends: inside of what is there or right behind it.
            out.truncate(start + 1 + bytes.len() - last.len());
            out.extend_from_slice(last);
            special
        }
        None => {
            let mut word = [b' '; 8];
            for (to, from) in word.iter_mut().zip(bytes) {
                *to = *from;
            }
            out.extend_from_slice(&word);
            out.truncate(start + 1 + bytes.len());
            specials(word)
        }
    };
    out.push(b'"');
    if special != 0 {
        out.truncate(start);
    }
    special == 0
}

#[cold]
fn string_with_escapes(string: &str, out: &mut Vec<u8>) {
    // A string refuses nothing, and a vector takes everything.
    let written = write(string, out);
    debug_assert!(written.is_ok(), "a string has a spelling");
}

/// Appends a key with its colon.
pub fn key(name: &str, out: &mut Vec<u8>) {
    string(name, out);
    out.push(b':');
}

/// Appends an object whose values are strings.
pub fn object<'t>(entries: impl Iterator<Item = (&'t str, &'t str)>, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut first = true;
    for (name, text) in entries {
        separate(&mut first, out);
        key(name, out);
        string(text, out);
    }
    out.push(b'}');
}

/// Appends a comma, but for the first time.
pub fn separate(first: &mut bool, out: &mut Vec<u8>) {
    if !std::mem::take(first) {
        out.push(b',');
    }
}

/// Appends a number.
pub fn number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends a number.
pub fn signed(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends what a value displays, which must need no escape.
pub fn display(value: &impl std::fmt::Display, out: &mut Vec<u8>) {
    use io::Write;
    // A vector takes everything.
    let written = write!(out, "{value}");
    debug_assert!(written.is_ok(), "a vector takes everything");
}

/// serde_json's compact spelling, with everything that is not printable ASCII escaped as `\uXXXX`
/// (beyond U+FFFF as a surrogate pair). The two-character escapes of control characters are
/// serde_json's: `\b`, `\t`, `\n`, `\f`, `\r`.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(|character: char| !(' '..='~').contains(&character)) {
            let (plain, from_special) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut characters = from_special.chars();
            if let Some(special) = characters.next() {
                for unit in special.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    fn check(text: &str, json: &str) {
        let mut out = Vec::new();
        super::write(&text, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), json);
        let mut out = Vec::new();
        super::string(text, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), json);
        assert_eq!(serde_json::from_str::<String>(json).unwrap(), text);
    }

    #[test]
    fn what_has_to_be_escaped_is_found_wherever_it_stands() {
        for len in 0..20 {
            let plain = "x".repeat(len);
            check(&plain, &format!("\"{plain}\""));
            for at in 0..len {
                let text = format!("{}\n{}", &plain[..at], &plain[at + 1..]);
                check(&text, &format!("\"{}\\n{}\"", &plain[..at], &plain[at + 1..]));
            }
        }
    }

    #[test]
    fn nothing_but_printable_ascii_comes_out() {
        check("plain ~", r#""plain ~""#);
        check("q\"b\\", r#""q\"b\\""#);
        check("\u{8}\t\n\u{c}\r\u{1}\u{1f}", r#""\b\t\n\f\r\u0001\u001f""#);
        check("\u{7f}\u{9b}é\u{202e}\u{2028}", r#""\u007f\u009b\u00e9\u202e\u2028""#);
        check("😀\u{e0041}", r#""\ud83d\ude00\udb40\udc41""#);
    }
}
