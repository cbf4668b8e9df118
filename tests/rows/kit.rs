//! What the tests of rows share: a log in memory, who is in it, and a look at its lines.

use audit_log::storage::ReadStorage;
use std::net::SocketAddr;
use std::sync::Arc;

use audit_core::vocab::{ObjectId, ObjectName, SessionRef, UserName};
use audit_core::{Actor, Context, Source};
use audit_writer::clock::Stamp;
use audit_writer::storage::MemoryStorage;
use audit_writer::testing::ManualClock;
use audit_writer::{Evidence, Writer};
use serde_json::{Value, json};

/// What every test may give an event and no log may hold.
pub const SECRET: &str = "hunter2-Sw0rdfish";
/// The cookie of [`alice`]'s session.
pub const COOKIE: &str = "c00kie-of-alice-7781";
/// Where [`alice`] is.
pub const FROM: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 17)), 54321);

/// A user in a session, from an address.
pub fn alice() -> Context<'static> {
    user("alice")
}

pub fn user(name: &'static str) -> Context<'static> {
    let actor = Actor::UserInSession(UserName::new(name).unwrap(), SessionRef::of(COOKIE));
    Context::new(actor, Source::Address(FROM))
}

/// Nobody yet, from the same address.
pub fn nobody() -> Context<'static> {
    Context::of_nobody(Source::Address(FROM))
}

pub fn user_name(name: &str) -> UserName<'_> {
    UserName::new(name).unwrap()
}

pub fn name(name: &str) -> ObjectName<'_> {
    ObjectName::new(name).unwrap()
}

pub fn id(id: &str) -> ObjectId<'_> {
    ObjectId::new(id).unwrap()
}

/// Noon of 2026-11-20.
const NOON: Stamp = Stamp { unix_ns: 1_795_176_000_123_456_789, up_ns: 8_123_456_789_000 };

/// What a writer wrote of what was emitted.
pub struct Log {
    text: String,
    events: Vec<Value>,
}

/// Emits into a log in memory, closes it and reads it: every file of it, so that it does not matter
/// which of them an event goes into.
pub fn log(emit: impl FnOnce(&Writer)) -> Log {
    let storage = MemoryStorage::new();
    let writer = Writer::builder_on(Arc::new(storage.clone()))
        .clock(Arc::new(ManualClock::new(NOON)))
        .evidence(Evidence::Off)
        .start()
        .unwrap();
    emit(&writer);
    assert!(writer.shutdown().is_complete());
    let names = storage.list().unwrap().into_iter().map(|(name, _)| name);
    let files = names.filter(|name| name.ends_with(".jsonl"));
    let text: String =
        files.map(|name| String::from_utf8(storage.bytes(&name).unwrap()).unwrap()).collect();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let events = lines.filter(|line| line["kind"] == "event").collect();
    let log = Log { text, events };
    log.hides(SECRET);
    log.hides(COOKIE);
    log
}

impl Log {
    /// The lines of events, as they were emitted.
    pub fn events(&self) -> &[Value] {
        &self.events
    }

    /// The line of the only event.
    pub fn only(&self) -> &Value {
        assert_eq!(self.events.len(), 1, "{}", self.text);
        &self.events[0]
    }

    /// The lines of events as they stand in the files.
    pub fn event_lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter(|line| line.contains(r#""kind":"event""#))
    }

    /// A text is nowhere in the log, nor is its first half or its last.
    pub fn hides(&self, secret: &str) {
        let (front, back) = secret.split_at(secret.len() / 2);
        assert!(!self.text.contains(front) && !self.text.contains(back), "{secret}: {}", self.text);
    }
}

/// The line says this of these keys, whatever it says of others. An object in `expected` is the
/// whole of it, but for `data`, of which single keys may be asked.
pub fn says(line: &Value, expected: &Value) {
    for (key, value) in expected.as_object().unwrap() {
        match (key.as_str(), value) {
            ("data", Value::Object(fields)) => {
                for (field, value) in fields {
                    let is_listed =
                        line["withheld"].as_array().is_some_and(|it| it.contains(&json!(field)));
                    assert_eq!(is_listed, *value == withheld(), "{field} of {line}");
                    let expected = if is_listed { &Value::Null } else { value };
                    assert_eq!(&line["data"][field], expected, "data.{field} of {line}");
                }
            }
            _ => assert_eq!(&line[key], value, "{key} of {line}"),
        }
    }
}

/// Actor and source are [`alice`] and where she is.
pub fn is_by_alice(line: &Value) {
    assert_eq!(line["actor"]["user"], "alice", "{line}");
    assert!(line["actor"]["session_pseudonym"].is_string(), "{line}");
    assert_eq!(line["source"], source(), "{line}");
}

/// How a line says [`FROM`].
pub fn source() -> Value {
    json!({ "ip": "192.0.2.17", "port": 54321 })
}

/// Stands, in what is expected of `data`, for a field that is there and that the line withholds: its
/// name is in the line's list.
pub fn withheld() -> Value {
    json!("(withheld)")
}
