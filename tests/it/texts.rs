//! Texts that have broken logs before, how long they are once escaped, and what the vocabulary's
//! constructors take of them.

use audit_core::vocab::{
    GeoLabel, HttpMethod, HttpPath, HttpStatus, KeyFingerprint, ObjectId, ObjectName, Refused,
    SettingName, UserName, Version,
};
use proptest::prelude::*;

const HOSTILE: &[char] = &[
    '\0',
    '\n',
    '\r',
    '\t',
    '\u{8}',
    '\u{c}',
    '\u{1b}',
    '"',
    '\\',
    '/',
    '{',
    '}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{200b}',
    '\u{202e}',
    '\u{2028}',
    '\u{2066}',
    '\u{feff}',
    '\u{fffd}',
    '\u{e0041}',
    '\u{10ffff}',
    'é',
    '😀',
    'a',
    ' ',
];

pub fn hostile_character() -> impl Strategy<Value = char> {
    prop_oneof![3 => prop::sample::select(HOSTILE), 1 => any::<char>()]
}

/// A short text, never empty.
pub fn hostile_text() -> impl Strategy<Value = String> {
    prop::collection::vec(hostile_character(), 1..40).prop_map(String::from_iter)
}

/// A text of any length up to 64 KiB, the lengths about the vocabulary's limits most of all.
pub fn any_text() -> impl Strategy<Value = String> {
    let limit = prop::sample::select([64_usize, 128, 256, 1024].as_slice());
    let about_a_limit = (limit, 0_usize..16).prop_map(|(limit, more)| limit - 8 + more);
    let width = prop_oneof![4 => about_a_limit, 1 => 0_usize..600, 1 => 0_usize..64 * 1024];
    let of_a_width = (hostile_text(), width)
        .prop_map(|(pattern, width)| padded(&pattern.repeat(width / pattern.len() + 1), width));
    prop_oneof![1 => Just(String::new()), 4 => hostile_text(), 8 => of_a_width]
}

/// A text as RFC 8259 lets it stand between quotes where all must be printable ASCII: another
/// implementation than the writer's, over UTF-16 as the escapes are.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for unit in text.encode_utf16() {
        match unit {
            0x08 => out.push_str("\\b"),
            0x09 => out.push_str("\\t"),
            0x0a => out.push_str("\\n"),
            0x0c => out.push_str("\\f"),
            0x0d => out.push_str("\\r"),
            0x22 => out.push_str("\\\""),
            0x5c => out.push_str("\\\\"),
            0x20..=0x7e => out.push(char::from_u32(u32::from(unit)).unwrap()),
            _ => out.push_str(&format!("\\u{unit:04x}")),
        }
    }
    out
}

/// As much of a text's front as takes at most so many bytes once escaped.
pub fn front(text: &str, width: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find_map(|(at, character)| {
        taken += escaped(character.encode_utf8(&mut [0; 4])).len();
        (taken > width).then_some(at)
    });
    &text[..end.unwrap_or(text.len())]
}

/// A text's front, and after it as many `x` as are missing to so many bytes once escaped.
fn padded(text: &str, width: usize) -> String {
    let front = front(text, width);
    front.to_owned() + &"x".repeat(width - escaped(front).len())
}

/// What a constructor made of a text must say nothing of it, whether it took it or not.
fn check_silence<T: std::fmt::Debug>(made: &Result<T, Refused>, text: &str) {
    let told = match made {
        Ok(value) => format!("{value:?} {value:#?}"),
        Err(refused) => format!("{refused} {refused:?} {refused:#?}"),
    };
    assert!(text.chars().count() < 9 || !told.contains(text), "{told}");
}

fn check_name<T: std::fmt::Debug>(made: Result<T, Refused>, text: &str, limit: u16) {
    let is_url = text.contains("://");
    let fits = !text.is_empty() && !is_url && escaped(text).len() <= usize::from(limit);
    assert_eq!(made.is_ok(), fits, "{} bytes", escaped(text).len());
    check_silence(&made, text);
    if let Err(refused) = made {
        let why = match () {
            () if is_url => "a URL",
            () if text.is_empty() => "empty",
            () => "longer than ",
        };
        assert!(refused.to_string().contains(why), "{refused}");
    }
}

/// What may stand in a path: all but what ends one, or makes a part of it look random.
pub fn path_of(text: &str) -> String {
    let goes = |it: char| "?#;:%&=,|@".contains(it) || it.is_ascii_digit();
    format!("/{}", text.replace(goes, "").to_ascii_lowercase())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_tests_own_escapes_are_json(text in any_text()) {
        let json = format!("\"{}\"", escaped(&text));
        prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn a_name_is_taken_if_it_is_there_and_fits(text in any_text()) {
        check_name(UserName::new(&text), &text, UserName::LIMIT);
        check_name(ObjectId::new(&text), &text, ObjectId::LIMIT);
        check_name(ObjectName::new(&text), &text, ObjectName::LIMIT);
        check_name(SettingName::new(&text), &text, SettingName::LIMIT);
        check_name(Version::new(&text), &text, Version::LIMIT);
        let path = path_of(&text);
        check_name(HttpPath::of(&format!("https://host{path}?q=1")), &path, HttpPath::LIMIT);
    }

    #[test]
    fn what_is_no_path_code_or_fingerprint_is_refused_in_silence(text in any_text()) {
        check_silence(&HttpPath::of(&text), &text);
        let fingerprint = format!("SHA256:{}", padded(&text, 43));
        for text in [text.clone(), format!("SHA256:{text}"), fingerprint] {
            let made = KeyFingerprint::parse(&text);
            check_silence(&made, &text);
            prop_assert!(made.is_err() || text.is_ascii());
        }
        for text in [text.clone(), front(&text, 2).to_owned(), format!("DE-{}", front(&text, 3))] {
            let made = GeoLabel::new(&text);
            check_silence(&made, &text);
            prop_assert!(made.is_err() || text.len() <= usize::from(GeoLabel::LIMIT));
        }
        prop_assert_eq!(HttpMethod::of(&text), HttpMethod::Other);
    }

    #[test]
    fn a_status_is_taken_if_it_has_a_class(status in 0_u16..1200) {
        prop_assert_eq!(HttpStatus::new(status).is_ok(), (1..=5).contains(&(status / 100)));
    }
}
