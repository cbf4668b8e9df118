//! The one spelling of JSON that lines have: printable ASCII, no spaces.

use std::io;

use serde::Serialize;
use serde_json::ser::Formatter;

/// Appends a value to `out` in the one spelling.
///
/// # Errors
///
/// Only what the value's own `Serialize` refuses.
pub(crate) fn write<T: Serialize>(value: &T, out: &mut Vec<u8>) -> serde_json::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, Ascii))
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
        assert_eq!(serde_json::from_str::<String>(json).unwrap(), text);
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
