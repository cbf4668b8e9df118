//! How wide a text is in a line: a JSON string of printable ASCII.

/// The bytes that a text takes in a line, without the quotes.
pub(crate) const fn escaped_len(text: &str) -> usize {
    let mut total = 0;
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        total += escaped_len_of(*byte);
        rest = tail;
    }
    total
}

/// The escaped bytes that one byte of UTF-8 stands for: a character of several bytes is counted at
/// its first, and one beyond U+FFFF takes a surrogate pair.
const fn escaped_len_of(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | 0x08 | b'\t' | b'\n' | 0x0c | b'\r' => 2,
        b' '..=b'~' => 1,
        0x80..=0xbf => 0,
        0xf0..=0xff => 12,
        _ => 6,
    }
}

/// No byte of a text takes more escaped bytes than this.
const WIDEST: usize = 6;

/// Whether a text takes at most `limit` escaped bytes. What is short does, whatever it is.
#[inline]
pub(crate) fn fits(text: &str, limit: u16) -> bool {
    text.len() <= usize::from(limit) / WIDEST || longer_fits(text, limit)
}

/// Of what is longer, nearly all needs no escape.
fn longer_fits(text: &str, limit: u16) -> bool {
    let limit = usize::from(limit);
    (text.len() <= limit && is_plain(text)) || escaped_len(text) <= limit
}

/// The longest prefix of whole characters that takes at most `limit` escaped bytes.
#[inline]
pub(crate) fn fitting(text: &str, limit: u16) -> &str {
    if fits(text, limit) { text } else { cut(text, limit) }
}

#[cold]
fn cut(text: &str, limit: u16) -> &str {
    let mut width = 0;
    for (at, character) in text.char_indices() {
        let mut utf8 = [0; 4];
        width += escaped_len(character.encode_utf8(&mut utf8));
        if width > usize::from(limit) {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// Whether a text stands in a line as it is: printable ASCII without quotation marks and
/// backslashes. Looks at eight bytes at a time.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(last) = bytes.last_chunk() else {
        return bytes.iter().all(|byte| escaped_len_of(*byte) == 1);
    };
    let (words, _in_last) = bytes.as_chunks();
    words.iter().fold(specials(*last), |special, word| special | specials(*word)) == 0
}

/// A word whose bytes' highest bits say which of these bytes have to be escaped.
#[doc(hidden)]
#[inline]
pub const fn specials(word: [u8; 8]) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let bytes = u64::from_le_bytes(word);
    // With its highest bit set, no byte borrows from its neighbour; what is left of that bit says
    // whether the byte without it was at least what is subtracted.
    let low = bytes | HIGH;
    let printable = low.wrapping_sub(b' ' as u64 * EACH);
    let quote = (low ^ (b'"' as u64 * EACH)).wrapping_sub(EACH);
    let backslash = (low ^ (b'\\' as u64 * EACH)).wrapping_sub(EACH);
    let delete = (low ^ (0x7f * EACH)).wrapping_sub(EACH);
    (bytes | !(printable & quote & backslash & delete)) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters_and_by_its_escaped_width() {
        assert_eq!(fitting("abcdef", 4), "abcd");
        assert_eq!(fitting("\n\n\n", 4), "\n\n");
        assert_eq!(fitting("aé", 6), "a");
        assert_eq!(fitting("aé", 7), "aé");
        assert_eq!(fitting("😀", 11), "");
        assert_eq!(fitting("😀", 12), "😀");
    }

    #[test]
    fn every_character_is_special_or_not_wherever_it_stands() {
        for character in ('\0'..='\u{ff}').chain(['\u{202e}', '😀']) {
            let plain = matches!(character, ' '..='~') && !matches!(character, '"' | '\\');
            for before in 0..20 {
                for after in [0, 1, 9] {
                    let text = format!("{}{character}{}", "~".repeat(before), "!".repeat(after));
                    assert_eq!(is_plain(&text), plain, "{text:?}");
                    assert_eq!(escaped_len(&text) == text.len(), plain, "{text:?}");
                }
            }
        }
        assert!(is_plain(""));
    }

    #[test]
    fn what_fits_is_what_is_not_too_wide() {
        for (text, width) in
            [("", 0), ("abcdefgh", 8), ("ab\"", 4), ("\u{1}\u{1}", 12), ("ééé", 18)]
        {
            assert_eq!(escaped_len(text), width);
            for limit in 0..40 {
                assert_eq!(fits(text, limit), width <= usize::from(limit), "{text:?} {limit}");
            }
        }
    }
}
