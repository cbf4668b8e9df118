//! What lines and files look like where evidence is kept, to the byte.

use audit_log::reader::Line;
use audit_writer::Evidence;
use audit_writer::storage::MemoryStorage;

use super::bytes_of;
use crate::kit::{DAY, door_opened, lines, of_kind, text, writer_on};

/// What is between two texts, which a text begins and ends with.
fn between<'a>(text: &'a str, front: &str, end: &str) -> &'a str {
    let inner = text.strip_prefix(front).and_then(|rest| rest.strip_suffix(end));
    inner.unwrap_or_else(|| panic!("{front} … {end}: {text}"))
}

fn is_base64(text: &str, characters: usize) -> bool {
    let bare = text.trim_end_matches('=');
    let padding = text.len() - bare.len();
    let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    text.len() == characters
        && characters.is_multiple_of(4)
        && padding < 3
        && bare.bytes().all(is_of_it)
}

/// A verifier key of C2SP signed notes, of this name.
fn check_key(key: &str, name: &str) {
    let (id, key) = between(key, &format!("{name}+"), "").split_once('+').unwrap();
    let is_hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    assert!(id.len() == 8 && id.bytes().all(is_hexadecimal), "{id}");
    // What kind of key it is, and its 32 bytes.
    assert!(is_base64(key, 44) && key.starts_with("A"), "{key}");
}

/// What binds a line to the one before, as its last key; the line as it is without.
fn unbound(line: &str) -> String {
    let (rest, prev) = line.strip_suffix(r#""}"#).unwrap().rsplit_once(r#","prev":""#).unwrap();
    let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    assert!(prev.len() == 11 && prev.bytes().all(is_of_it), "{line}");
    format!("{rest}}}")
}

/// The text of a note under which one signature stands, by lines.
fn signed<'n>(note: &'n str, name: &str) -> Vec<&'n str> {
    let (text, signatures) = note.split_once("\n\n").unwrap();
    // The id of the key and 64 bytes.
    let signature = between(signatures, &format!("\u{2014} {name} "), "\n");
    assert!(is_base64(signature, 92), "{note}");
    text.lines().collect()
}

/// Looks at a checkpoint's note: of the tree of so many lines.
fn check_note(note: &str, size: &str) {
    assert_eq!(note.lines().count(), 7, "{note}");
    let [origin, of_size, root, next, line] = signed(note, "LOG/audit")[..] else {
        panic!("{note}")
    };
    assert_eq!((origin, of_size), ("LOG/audit", size));
    assert!(is_base64(root, 44), "{note}");
    check_key(between(next, "next-key ", ""), "LOG/audit");
    assert!(is_base64(between(line, "line ", ""), 44), "{note}");
}

/// Lines as they are where evidence is kept. What no test can know is random: keys, and so what
/// hashes them.
#[test]
fn lines_that_are_evidence_are_these() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.evidence(Evidence::Signed).start().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    let front = |kind: &str, seq: u32| {
        format!(r#"{{"kind":"{kind}","seq":{seq},"time":"2026-11-20T12:00:00.123456Z","{kind}":{{"#)
    };
    let header = bytes_of(&storage, "header");
    assert_eq!(header.len(), 1);
    let until_key = front("header", 0)
        + r#""version":1,"log":"LOG","stream":"audit","machine":"MACHINE","host":"kvm-7","#
        + r#""program":{"name":"bridge","version":"1.2.0"},"boot":"test-boot","run":"RUN","#
        + r#""up_us":8123456789,"time_synced":true,"#
        + r#""limits":{"line_bytes":16384,"segment_bytes":8388608},"#
        + r#""tree":{"size":0},"key":""#;
    check_key(between(&header[0], &until_key, r#""}}"#), "LOG/audit"); // Nothing is before it.

    let checkpoints = bytes_of(&storage, "checkpoint");
    let said = [(2, "start"), (6, "stop")];
    assert_eq!(checkpoints.len(), said.len());
    for (line, (seq, why)) in checkpoints.iter().zip(said) {
        let unbound = unbound(line);
        let until_note = front("checkpoint", seq) + &format!(r#""why":"{why}","note":""#);
        assert!(unbound.starts_with(&until_note), "{line}");
        let parsed = Line::parse(line.as_bytes()).unwrap();
        let note = text(&parsed, "note").unwrap();
        check_note(note, &seq.to_string());
        // It has one spelling, with nothing between it and what binds the line.
        let spelled = note.replace('\n', "\\n").replace('\u{2014}', "\\u2014");
        assert_eq!(unbound, until_note + &spelled + r#""}}"#);
    }

    let event = bytes_of(&storage, "event");
    assert_eq!(event.len(), 1);
    assert_eq!(
        unbound(&event[0]),
        r#"{"kind":"event","seq":4,"time":"2026-11-20T12:00:00.123456Z","event":"door_opened","#
            .to_owned()
            + r#""level":"info","action":"open","outcome":"success","#
            + r#""actor_none":"the door has no reader","source":{"local":"front"},"#
            + r#""object":{"type":"door","id":"north"},"data":{"count":1}}"#
    );
    let start = &bytes_of(&storage, "lifecycle")[0];
    // How much is in memory at most depends on how large an address is.
    let start = unbound(start);
    let end = start.split_once(r#","evidence":"signed","streams":["audit"],"in_memory_max":"#);
    let (count, end) = end.unwrap().1.split_once(',').unwrap();
    assert!(count.parse::<u64>().is_ok_and(|it| it > 2048), "{start}");
    assert_eq!(end, r#""up_us":8123456789}}"#);
}

#[test]
fn files_that_are_evidence_are_these() {
    let storage = MemoryStorage::new();
    let (builder, clock) = writer_on(&storage);
    let writer = builder.evidence(Evidence::Signed).start().unwrap();
    clock.advance(DAY);
    door_opened(1).to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    let log = text(&lines[0], "log").unwrap();
    let file =
        |name: &str| String::from_utf8(storage.bytes(name).unwrap()).unwrap().replace(log, "LOG");
    // A segment ends with a checkpoint of all its other lines, and of those before.
    let rotated = of_kind(&lines, "checkpoint")[1];
    assert_eq!((rotated.seq, text(rotated, "why")), (4, Some("rotate")));
    check_note(&text(rotated, "note").unwrap().replace(log, "LOG"), "4");
    assert_eq!(text(&lines[3], "type"), Some("rotate"));
    assert!(file("audit-20261120T120000Z-000000000000.jsonl").lines().count() == 5);
    // The next one begins with the tree of all lines before it: of five lines, in two subtrees.
    let header = of_kind(&lines, "header")[1];
    let tree = header.member("tree").unwrap();
    assert_eq!((header.seq, tree.get("size").unwrap().as_u64()), (5, Some(5)));
    assert_eq!(tree.get("range").unwrap().as_list().unwrap().len(), 2);
    check_key(&text(header, "key").unwrap().replace(log, "LOG"), "LOG/audit");

    let last = of_kind(&lines, "checkpoint").last().unwrap().member("note").unwrap().as_str();
    assert_eq!(
        Some(file("audit.checkpoint").as_str()),
        last.map(|it| it.replace(log, "LOG")).as_deref()
    );

    let announced = file("audit.keys");
    let of_segments = [0, 5].into_iter().zip(announced.split_inclusive('\n'));
    for (first_seq, line) in of_segments {
        let note: String = serde_json::from_str(line.strip_suffix('\n').unwrap()).unwrap();
        let [origin, number, tree, bytes, key, next] = signed(&note, "LOG/audit")[..] else {
            panic!("{note}")
        };
        assert_eq!((origin, number), ("LOG/audit/segments", first_seq.to_string().as_str()));
        let header = of_kind(&lines, "header").into_iter().find(|it| it.seq == first_seq).unwrap();
        assert!(is_base64(between(tree, &format!("tree {first_seq} "), ""), 44));
        let limit =
            header.member("limits").unwrap().get("segment_bytes").unwrap().as_u64().unwrap();
        assert_eq!(bytes, format!("bytes {}", limit + 4 * 1024 * 1024));
        assert_eq!(between(key, "key ", ""), text(header, "key").unwrap().replace(log, "LOG"));
        check_key(between(next, "next-key ", ""), "LOG/audit");
    }
    assert_eq!(announced.lines().count(), 2);
}
