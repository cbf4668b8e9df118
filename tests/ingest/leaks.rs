//! Looks for secrets in every spelling that they may slip through in.

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use std::collections::{BTreeSet, HashMap};

/// The spellings of a secret, in lower case.
fn spellings(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let each = |show: fn(u8) -> String, between: &str| {
        bytes.iter().map(|it| show(*it)).collect::<Vec<_>>().join(between)
    };
    let mut spellings = vec![
        secret.to_owned(),
        secret.replace('-', "%2d"),
        secret.chars().rev().collect(),
        HEXLOWER.encode(bytes),
        each(|it| format!("%{it:02x}"), ""),
        each(|it| format!("\\x{it:02x}"), ""),
        each(|it| format!("\\u00{it:02x}"), ""),
        each(|it| format!("\\u{{{it:x}}}"), ""),
        each(|it| char::from(it).to_string(), "\0"),
        each(|it| format!("{it:02x}"), "00"),
        each(|it| it.to_string(), ","),
        each(|it| it.to_string(), ", "),
        each(|it| format!("'{}'", char::from(it)), ", "),
    ];
    for before in [&[][..], &[0], &[0, 0]] {
        let encoded = BASE64_NOPAD.encode(&[before, bytes].concat());
        let inner = (8 * before.len()).div_ceil(6)..8 * (before.len() + bytes.len()) / 6;
        spellings.push(encoded[inner].to_owned());
    }
    // What is unlike all others in it, alone.
    if let Some((_, unlike)) = secret.split_once('-') {
        spellings.push(unlike.to_owned());
    }
    spellings.iter_mut().for_each(|it| it.make_ascii_lowercase());
    spellings
}

/// Needles that begin alike are looked up by this much.
const BEGIN: usize = 8;

/// Which of the secrets are in what was shown.
pub(crate) fn leaked(shown: &str, secrets: &[String]) -> Vec<String> {
    let mut needles = HashMap::<Vec<u8>, Vec<(Vec<u8>, &String)>>::new();
    for secret in secrets {
        for needle in spellings(secret) {
            let needle = needle.into_bytes();
            needles.entry(needle[..BEGIN].to_vec()).or_default().push((needle, secret));
        }
    }
    let shown = shown.to_ascii_lowercase();
    let dense: String = shown.split_ascii_whitespace().collect();
    let mut leaked = BTreeSet::new();
    for text in [shown.as_bytes(), dense.as_bytes()] {
        for at in 0..text.len().saturating_sub(BEGIN - 1) {
            let found = needles.get(&text[at..at + BEGIN]).into_iter().flatten();
            leaked.extend(found.filter(|it| text[at..].starts_with(&it.0)).map(|it| it.1.clone()));
        }
    }
    leaked.into_iter().collect()
}

/// The search finds what it looks for.
pub(crate) fn finds() {
    let secret = ["CANARY-0123456789".to_owned()];
    for shown in [
        "x canary-0123456789",
        "9876543210-YRANAC",
        "CANARY%2D0123456789",
        "Q0FOQVJZLTAxMjM0NTY3ODk=",
        "eENBTkFSWS0wMTIzNDU2Nzg5",
        "[67, 65, 78, 65, 82, 89, 45, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57]",
        "0123456789",
    ] {
        assert_eq!(leaked(shown, &secret).len(), 1, "{shown}");
    }
    assert!(leaked("CANARY-0123", &secret).is_empty());
}
