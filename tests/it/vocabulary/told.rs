//! Texts: names, paths, sessions, and what is disclosed.

use std::borrow::Cow;

use audit_core::vocab::{
    ClaimedName, HttpPath, Lit, ObjectId, ObjectName, SessionRef, SettingName, UserName, Version,
};
use audit_core::{AuditEvent, lit};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Written, any_bytes, fitted, lean, take_pseudonym, written};
use crate::texts::{any_text, escaped, front, hostile_text, path_of};

/// Texts of all kinds.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "tell", category = "test", outcome = "success")]
#[audit(none(source = "a test"))]
struct Told<'a> {
    #[audit(actor(user))]
    user: UserName<'a>,
    #[audit(actor(session))]
    session: SessionRef<'a>,
    #[audit(object(id), object_type = "thing")]
    id: ObjectId<'a>,
    #[audit(object(name))]
    name: ObjectName<'a>,
    setting: SettingName<'a>,
    version: &'a Version<'a>,
    path: HttpPath<'a>,
    known: ClaimedName<'a>,
    unknown: ClaimedName<'a>,
    previous: Option<SessionRef<'a>>,
    literal: Lit,
    #[audit(disclose = "a test")]
    note: &'a str,
    #[audit(disclose = "a test")]
    owned: Option<String>,
    #[audit(disclose = "a test")]
    either: Cow<'a, str>,
}

/// A disclosed text as it must be shown: whole, or its front and how many bytes were cut.
fn disclosed(text: &str) -> (Value, Value) {
    match front(text, 256) {
        whole if whole == text => (json!(text), Value::Null),
        front => (json!(front), json!(text.len() - front.len())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn texts_come_back(
        texts in prop::array::uniform6(any_text()), credential in any_bytes(),
        previous in prop::option::of(any_bytes()), owned in prop::option::of(any_text()),
    ) {
        let [first, second, note, either, known, unknown] = &texts;
        let user = fitted(first, UserName::LIMIT);
        let id = fitted(second, ObjectId::LIMIT);
        let name = fitted(first, ObjectName::LIMIT);
        let setting = fitted(second, SettingName::LIMIT);
        let version = fitted(first, Version::LIMIT);
        let path = fitted(&path_of(second), HttpPath::LIMIT);
        let url = format!("https://user:hunter2@host{path}?q=hunter2");
        let is_clear = escaped(known).len() <= usize::from(ClaimedName::LIMIT);
        let written = written(Told::SCHEMAS[0], 1, |writer, _| {
            Told {
                user: UserName::new(&user).unwrap(),
                session: SessionRef::of_bytes(&credential),
                id: ObjectId::new(&id).unwrap(),
                name: ObjectName::new(&name).unwrap(),
                setting: SettingName::new(&setting).unwrap(),
                version: &Version::new(&version).unwrap(),
                path: HttpPath::of(&url).unwrap(),
                known: ClaimedName::known(known),
                unknown: ClaimedName::unknown(unknown),
                previous: previous.as_deref().map(SessionRef::of_bytes),
                literal: lit!("\u{202e}\"\\\n😀"),
                note,
                owned: owned.clone(),
                either: Cow::Borrowed(either),
            }
            .to(writer).emit()
        });
        let [Written { bytes, mut body }] = <[_; 1]>::try_from(written).ok().unwrap();
        let spelled = String::from_utf8(bytes).unwrap();
        for text in [&user, &id, &name, &setting, &version, &path] {
            let quoted = format!("\"{}\"", escaped(text));
            prop_assert!(spelled.contains(&quoted), "{} is spelled otherwise", quoted);
        }
        let session = take_pseudonym(&mut body, "/actor/session");
        let claimed = take_pseudonym(&mut body, "/data/unknown");
        if !is_clear {
            let pseudonym = take_pseudonym(&mut body, "/data/known");
            prop_assert_eq!(pseudonym == claimed, known == unknown);
        }
        if let Some(previous) = &previous {
            let pseudonym = take_pseudonym(&mut body, "/data/previous");
            prop_assert_eq!(pseudonym == session, *previous == credential);
        }
        let (note, note_cut) = disclosed(note);
        let (owned, owned_cut) = owned.as_deref().map(disclosed).unwrap_or_default();
        let (either, either_cut) = disclosed(either);
        prop_assert_eq!(body, lean(json!({
            "event": "told", "level": "info", "action": "tell",
            "outcome": "success", "actor": { "user": user },
            "source_none": "a test",
            "object": { "type": "thing", "id": id, "name": name },
            "data": {
                "setting": setting, "version": version, "path": path,
                "known": is_clear.then_some(known), "literal": "\u{202e}\"\\\n😀",
                "note": note, "note_cut": note_cut, "owned": owned, "owned_cut": owned_cut,
                "either": either, "either_cut": either_cut,
            },
        })));
    }
}

/// A text and one that is easily taken for it.
fn two_texts() -> impl Strategy<Value = (String, String)> {
    let pairs = prop::sample::select(CONFUSABLE);
    let change = prop_oneof![
        3 => pairs.prop_map(|(from, to)| (from.to_owned(), to.to_owned())),
        1 => (hostile_text(), hostile_text()),
    ];
    (hostile_text(), change, hostile_text()).prop_map(|(before, (one, other), after)| {
        (format!("{before}{one}{after}"), format!("{before}{other}{after}"))
    })
}

/// What stands at a place: the value, its pseudonym, and how much of it was cut.
fn shown<'b>(body: &'b Value, pointer: &str) -> [Option<&'b Value>; 3] {
    let shown = ["", "_pseudonym", "_cut"].map(|it| body.pointer(&format!("{pointer}{it}")));
    assert!(shown.iter().any(Option::is_some), "nothing stands at {pointer}");
    shown
}

/// The longest paths that the texts make and that are taken.
fn paths_of(texts: [&String; 2]) -> [String; 2] {
    texts.map(|text| fitted(&path_of(text), HttpPath::LIMIT))
}

/// Texts that a careless log shows alike: cut, trimmed, escaped once too little, normalized.
const CONFUSABLE: &[(&str, &str)] = &[
    ("root", "root\n"),
    ("root", "root\0"),
    ("root", "root\u{200b}"),
    ("root", "root\u{202e}"),
    ("root", " root"),
    ("root", "Root"),
    ("\n", "\\n"),
    ("\u{7f}", "\\u007f"),
    ("\u{202e}", "\\u202e"),
    ("\"", "\\\""),
    ("é", "e\u{301}"),
    ("é", "e"),
    ("\u{430}", "a"),
    ("😀", "\u{d7ff}\u{e000}"),
    ("😀", "\u{fffd}"),
    ("\u{1f600}", "\u{f600}"),
    ("/", "//"),
    ("x", ""),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn different_texts_are_shown_differently((one, other) in two_texts()) {
        let texts = [&one, &other];
        let fitted = |limit: u16| texts.map(|text| fitted(text, limit));
        let (users, ids) = (fitted(UserName::LIMIT), fitted(ObjectId::LIMIT));
        let (names, settings) = (fitted(ObjectName::LIMIT), fitted(SettingName::LIMIT));
        let (versions, paths) = (fitted(Version::LIMIT), paths_of(texts));
        let written = written(Told::SCHEMAS[0], 2, |writer, at| {
            Told {
                user: UserName::new(&users[at]).unwrap(),
                session: SessionRef::of(texts[at]),
                id: ObjectId::new(&ids[at]).unwrap(),
                name: ObjectName::new(&names[at]).unwrap(),
                setting: SettingName::new(&settings[at]).unwrap(),
                version: &Version::new(&versions[at]).unwrap(),
                path: HttpPath::of(&format!("https://host{}", paths[at])).unwrap(),
                known: ClaimedName::known(texts[at]),
                unknown: ClaimedName::unknown(texts[at]),
                previous: None,
                literal: lit!("a test"),
                note: "",
                owned: None,
                either: Cow::Borrowed(""),
            }
            .to(writer).emit()
        });
        // In one spelling what is equal reads equal, so that the values may stand for the bytes.
        let same = |pointer: &str| {
            let [one, other] = [0, 1].map(|at| shown(&written[at].body, pointer));
            one == other
        };
        prop_assert_eq!(same("/actor/user"), users[0] == users[1]);
        prop_assert_eq!(same("/actor/session"), one == other);
        prop_assert_eq!(same("/object/id"), ids[0] == ids[1]);
        prop_assert_eq!(same("/object/name"), names[0] == names[1]);
        prop_assert_eq!(same("/data/setting"), settings[0] == settings[1]);
        prop_assert_eq!(same("/data/version"), versions[0] == versions[1]);
        prop_assert_eq!(same("/data/path"), paths[0] == paths[1]);
        prop_assert_eq!(same("/data/known"), one == other);
        prop_assert_eq!(same("/data/unknown"), one == other);
        // The domain goes into the hash: a name's pseudonym tells nothing of a session's.
        let at = |pointer: &str| written[0].body.pointer(pointer).unwrap();
        prop_assert_ne!(at("/actor/session_pseudonym"), at("/data/unknown_pseudonym"));
    }
}
