//! Any text in, one valid ASCII line out, that reads back to the same text; any bytes in a file,
//! and the log still opens.

use audit_core::vocab::{ClaimedName, ObjectId, ObjectName, UserName};
use audit_core::{Actor, AuditEvent, Context, Source};
use audit_log::Log;
use audit_log::reader::{Json, Line};
use audit_writer::storage::{MemoryStorage, Storage};
use proptest::prelude::*;

use crate::kit::{counts, door_opened, lines, of_kind, writer_on};
use crate::texts::hostile_text;

/// Something was renamed.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "rename", category = "test", outcome = "success")]
#[audit(from_context(actor, source))]
struct Renamed<'a> {
    #[audit(object(id), object_type = "thing")]
    id: ObjectId<'a>,
    #[audit(object(name))]
    name: ObjectName<'a>,
    owner: ClaimedName<'a>,
    #[audit(disclose = "a test", class = "public")]
    note: &'a str,
}

/// A text as a line shows it: whole, or its front and how much was cut.
fn check_text(data: &Json, key: &str, text: &str) {
    let front = data.get(key).and_then(Json::as_str).unwrap();
    let cut = data.get(&format!("{key}_cut")).map_or(0, |cut| cut.as_u64().unwrap());
    assert!(text.starts_with(front));
    assert_eq!(front.len() as u64 + cut, text.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_comes_back_as_it_was(
        user in hostile_text(), id in hostile_text(), name in hostile_text(),
        owner in hostile_text(), note in hostile_text(), times in 1_usize..2000,
    ) {
        let note = note.repeat(times);
        let (Ok(user_name), Ok(object_id), Ok(object_name)) =
            (UserName::new(&user), ObjectId::new(&id), ObjectName::new(&name))
        else {
            return Ok(()); // Too long once escaped, which its own tests tell of.
        };
        let storage = MemoryStorage::new();
        let writer = writer_on(&storage).0.start().unwrap();
        let source = Source::Ip("::ffff:192.0.2.1".parse().unwrap());
        let context = Context::new(Actor::User(user_name), source);
        let owner_name = ClaimedName::known(&owner);
        Renamed { id: object_id, name: object_name, owner: owner_name, note: &note }
            .within(&context).to(&writer).emit()
            .unwrap();
        prop_assert!(writer.shutdown().is_complete());
        let bytes = storage.bytes("audit.jsonl").unwrap();
        prop_assert!(bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')));
        let lines = lines(&storage);
        let event = of_kind(&lines, "event")[0];
        let at = |part: &str, key: &str| event.get(part).unwrap().get(key).unwrap();
        prop_assert_eq!(at("actor", "user").as_str(), Some(user.as_str()));
        prop_assert_eq!(at("object", "id").as_str(), Some(id.as_str()));
        prop_assert_eq!(at("object", "name").as_str(), Some(name.as_str()));
        prop_assert_eq!(at("source", "ip").as_str(), Some("192.0.2.1"));
        let data = event.get("data").unwrap();
        check_text(data, "note", &note);
        let shown = data.get("owner").and_then(Json::as_str);
        let pseudonym = data.get("owner_pseudonym").and_then(Json::as_str);
        prop_assert!(shown == Some(owner.as_str()) && pseudonym.is_none() || shown.is_none() && pseudonym.is_some());
    }

    #[test]
    fn no_bytes_make_the_reader_of_a_line_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        // A line that is read is spelled as it was.
        if let Ok(line) = Line::parse(&bytes) {
            prop_assert_eq!(serde_json::to_vec(&line.json).unwrap(), bytes);
        }
    }

    #[test]
    fn a_log_of_any_bytes_opens_and_goes_on(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
        tail in prop::collection::vec(prop_oneof![Just(0), Just(b'\n'), any::<u8>()], 0..200),
    ) {
        let storage = MemoryStorage::new();
        let writer = writer_on(&storage).0.start().unwrap();
        for count in 0..3 {
            door_opened(count).to(&writer).emit().unwrap();
        }
        prop_assert!(writer.shutdown().is_complete());
        let mut bytes = storage.bytes("audit.jsonl").unwrap();
        bytes.truncate(cut.index(bytes.len()) + 1);
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.extend(tail);
        storage.put("audit.jsonl", &bytes);
        for count in [77, 78] {
            let writer = writer_on(&storage).0.start().unwrap();
            door_opened(count).to(&writer).emit().unwrap();
            prop_assert!(writer.shutdown().is_complete());
        }
        let readable: Vec<Line> =
            Log::on(&storage as &dyn Storage).lines().unwrap().filter_map(|(_, line)| line.ok()).collect();
        let counts = counts(&readable);
        prop_assert!(counts.ends_with(&[77, 78]), "{:?}", counts);
    }
}
