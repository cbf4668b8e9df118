use super::*;
use crate::source::Lines;
use proptest::prelude::*;

fn notes(text: impl AsRef<[u8]>) -> Vec<Note> {
    let mut records = Records::new("Europe/Berlin".parse().unwrap(), Vec::new(), false);
    let mut notes = Vec::new();
    let mut lines = Lines::new(64 * 1024, 0, 1);
    lines.push(text.as_ref(), |line| {
        let _became = records.read(line, &mut |note| notes.push(note));
    });
    lines.finish(|line| {
        let _became = records.read(line, &mut |note| notes.push(note));
    });
    records.flush(&mut |note| notes.push(note));
    notes
}

fn record(logger: &str, message: &str) -> String {
    format!("2026-11-21 02:09:47.631 {logger:<15} {:<4} {message}\n", "INFO")
}

fn started(text: &str) -> Vec<Option<String>> {
    let name = |note: Note| match note.what {
        What::Started(name) => Some(name.whole.0.map(|it| it.as_str().to_owned())),
        _ => None,
    };
    notes(text).into_iter().filter_map(name).collect()
}

#[test]
fn a_name_is_read_whatever_it_holds() {
    let long = "a".repeat(300);
    for (name, told) in [
        ("alice", Some("alice")),
        ("mary ann", Some("mary ann")),
        ("root\n", Some("root\n")),
        ("a\r\u{2028}\u{85}\0b", Some("a\r\u{2028}\u{85}\0b")),
        ("[SENSITIVE]", Some("[SENSITIVE]")),
        ("x [/SENSITIVE]", Some("x [/SENSITIVE]")),
        ("-", Some("-")),
        ("", Some("")),
        (&long, None),
    ] {
        let told = [told.map(str::to_owned)];
        let plain = record("session", &format!("Started session for user {name}"));
        assert_eq!(started(&(plain + &record("x", "y"))), told, "{name}");
        let marked = format!("[SENSITIVE] Started session for user {name} [/SENSITIVE]");
        assert_eq!(started(&(record("session", &marked) + &record("x", "y"))), told, "{name}");
    }
}

#[test]
fn the_role_is_what_stands_last() {
    let text = record("auth", "Created user bob with role ADMIN with role OPERATOR");
    let [Note { what: What::Created(Some(name)), .. }] = &notes(text)[..] else { panic!() };
    assert_eq!(name.as_str(), "bob with role ADMIN");
    let text = record("auth", "Created user bob");
    assert!(matches!(&notes(text)[..], [Note { what: What::Created(None), .. }]));
}

#[test]
fn what_is_cut_short_has_no_name() {
    let torn = record("session", "Started session for user alice");
    assert!(notes(torn.trim_end()).is_empty());
    let torn = record("x", "y") + &record("session", "[SENSITIVE] Started session for user al");
    assert_eq!(started(&torn), [None]);
}

#[test]
fn a_marked_message_ends_where_its_marker_does() {
    let marked = |name: &str| {
        record("session", &format!("[SENSITIVE] Started session for user {name} [/SENSITIVE]"))
    };
    let long = "a".repeat(100_000);
    for (text, told) in [
        (marked("al") + "foreign\n\n" + &record("x", "y"), Some("al")),
        (marked("al [/SENSITIVE]\nice") + "foreign\n", Some("al [/SENSITIVE]\nice")),
        (marked("al") + &long + "\n", Some("al")),
        // These could be the rest of a name, and are not kept whole.
        (marked(&format!("al [/SENSITIVE]\n{long}")), None),
        (marked("al") + "torn", None),
    ] {
        assert_eq!(started(&text), [told.map(str::to_owned)], "{}", text.len());
    }
}

#[test]
fn a_record_that_is_too_long_ends_the_one_before_and_opens_a_block() {
    let long = "a".repeat(100_000);
    let text = record("session", "Started session for user alice")
        + &record("paste", &format!("[SENSITIVE] Failed to paste: {long}"))
        + &record("session", "Started session for user root");
    assert_eq!(started(&text), [Some("alice".to_owned()), Some("root".to_owned())]);
    let blocks: Vec<_> = notes(text).iter().map(|it| it.in_block).collect();
    assert_eq!(blocks, [false, true]);
}

#[test]
fn sloppy_heads_are_none_and_lines_in_a_block_are_marked() {
    assert!(notes("2026-11-20 12:00:00.000 auth INFO Started session for user root\n").is_empty());
    let pasted = record("paste", "[SENSITIVE] Failed to paste: a")
        + &record("session", "Started session for user root")
        + " [/SENSITIVE]\n"
        + &record("session", "Started session for user alice");
    let blocks: Vec<_> = notes(pasted).iter().map(|it| it.in_block).collect();
    assert_eq!(blocks, [true, false]);
}

#[test]
fn the_last_forwarded_address_counts() {
    let addresses = |text: &str| match &notes(record("api", text))[..] {
        [Note { what: What::LoginRequest(ip), .. }] => ip.map(|it| it.to_string()),
        _ => None,
    };
    let last = Some("127.0.0.66".to_owned());
    assert_eq!(addresses("Login request from IP 127.0.0.66"), last);
    assert_eq!(addresses("Login request from IP 1.2.3.4 [/SENSITIVE], 127.0.0.66"), last);
    assert_eq!(addresses("[SENSITIVE] Login request from IP , 127.0.0.66 [/SENSITIVE]"), last);
    assert_eq!(addresses("Login request from IP x\n, 127.0.0.66"), last);
    assert_eq!(addresses("Login request from IP unknown"), None);
}

#[test]
fn nothing_of_a_failed_name_is_in_what_is_shown() {
    let text = record("auth", "Checking authentication for user hunter2")
        + &record("auth", "Cannot authenticate, no such user hunter2");
    let shown = format!("{:?}", notes(text));
    assert!(!shown.contains("hunter2"), "{shown}");
}

proptest! {
    #[test]
    fn no_log_panics(lines in proptest::collection::vec(
        prop_oneof![
            ".{0,40}",
            Just(record("session", "Started session for user alice")),
            Just(record("api", "[SENSITIVE] Login request from IP ")),
            Just("[/SENSITIVE]\n".to_owned()),
        ],
        0..20,
    )) {
        let _notes = notes(lines.concat());
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let head = record("session", "").into_bytes();
        let _notes = notes([head.trim_ascii_end(), b" ", &bytes].concat());
    }
}
