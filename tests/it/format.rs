//! What a line looks like, to the byte.

mod evidence;

use std::net::SocketAddr;

use audit_core::vocab::{ByteSize, ClaimedName, ObjectId, SessionRef, UserName};
use audit_core::{Actor, AuditEvent, AuditValue, Context, Outcome, Source, Withheld};
use audit_log::reader::Json;
use audit_writer::storage::MemoryStorage;

use crate::kit::{LONG, door_opened, lines, of_kind, text, writer_on};

/// Why media was not mounted.
#[derive(AuditValue)]
enum Refusal {
    NotAllowed,
}

/// Media was mounted.
#[must_use]
#[derive(AuditEvent)]
#[audit(action(success = "mount", denied = "mount_denied"), category = "media")]
#[audit(from_context(actor, source), object(id = "tray"), object_type = "drive")]
struct Mounted<'a> {
    #[audit(outcome)]
    outcome: Outcome<Refusal>,
    size: ByteSize,
    signed: Option<bool>,
    owner: Option<ClaimedName<'a>>,
    url: Withheld<&'a str>,
    #[audit(disclose = "what the label says", class = "internal")]
    label: &'a str,
}

/// The bytes of the lines of one kind, with the random ids replaced.
fn bytes_of(storage: &MemoryStorage, kind: &str) -> Vec<String> {
    let all = String::from_utf8(storage.bytes("audit.jsonl").unwrap()).unwrap();
    let parsed = lines(storage);
    let (run, log) = (parsed[0].run.clone().unwrap(), text(&parsed[0], "log").unwrap());
    let machine = text(&parsed[0], "machine").unwrap();
    all.lines()
        .filter(|line| line.contains(&format!(r#""kind":"{kind}""#)))
        .map(|line| {
            let line = line.replace(&*run, "RUN").replace(log, "LOG").replace(machine, "MACHINE");
            match line.split_once(r#""hash":""#) {
                Some((before, after)) => format!(r#"{before}"hash":"HASH{}"#, &after[16..]),
                None => line,
            }
        })
        .collect()
}

fn mounted(outcome: Outcome<Refusal>, label: &str, source: Source) -> String {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    let actor = Actor::User(UserName::new("al\"ice\n").unwrap());
    let event = Mounted {
        outcome,
        size: ByteSize::new(u64::MAX),
        signed: Some(false),
        owner: None,
        url: Withheld::new("https://host/?token=hunter2"),
        label,
    };
    event.within(&Context::new(actor, source)).to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    bytes_of(&storage, "event").pop().unwrap()
}

#[test]
fn an_event_line_is_this() {
    let source = Source::Address("192.0.2.17:54321".parse().unwrap());
    assert_eq!(
        mounted(Outcome::Denied(Refusal::NotAllowed), "é😀", source),
        r#"{"kind":"event","seq":3,"time":"2026-11-20T12:00:00.123456Z","event":"mounted","#
            .to_owned()
            + r#""level":"warn","action":"mount_denied","#
            + r#""outcome":"denied","reason":"not_allowed","actor":{"user":"al\"ice\n"},"#
            + r#""source":{"ip":"192.0.2.17","port":54321},"object":{"type":"drive","id":"tray"},"#
            + r#""data":{"size":9007199254740991,"signed":false,"label":"\u00e9\ud83d\ude00"},"#
            + r#""withheld":["url"]}"#
    );
}

#[test]
fn what_is_too_long_is_cut_visibly() {
    let line = mounted(Outcome::Success, &"x".repeat(1000), Source::Ip("::1".parse().unwrap()));
    assert!(
        line.contains(r#""label":"xxx"#) && line.contains(r#"xxx","label_cut":744}"#),
        "{line}"
    );
    assert!(line.contains(r#""source":{"ip":"::1"},"#), "{line}");
    assert!(!line.contains("reason"), "{line}");
}

#[test]
fn header_schema_and_life_lines_are_these() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    door_opened(2).to(&writer).emit().unwrap();
    writer.flush(LONG).unwrap();
    assert!(writer.shutdown().is_complete());
    let front = |kind: &str, seq: u32| {
        format!(r#"{{"kind":"{kind}","seq":{seq},"time":"2026-11-20T12:00:00.123456Z","{kind}":{{"#)
    };
    assert_eq!(
        bytes_of(&storage, "header"),
        [front("header", 0)
            + r#""version":1,"log":"LOG","stream":"audit","machine":"MACHINE","host":"kvm-7","#
            + r#""program":{"name":"bridge","version":"1.2.0"},"boot":"test-boot","run":"RUN","#
            + r#""up_us":8123456789,"time_synced":true,"#
            + r#""limits":{"line_bytes":16384,"segment_bytes":8388608}}}"#]
    );
    assert_eq!(
        bytes_of(&storage, "schema"),
        [front("schema", 2)
            + r#""event":"door_opened","about":"A door was opened.","category":"door","action":"open","#
            + r#""outcome":"success","actor_none":"the door has no reader","source_local":"front","#
            + r#""object_from":"fields","object_type":"door","fields":["#
            + r#"{"name":"door","place":"object.id","type":"text","class":"internal"},"#
            + r#"{"name":"count","place":"data","type":"number","class":"public","#
            + r#""disclosed":"counts the test's events"}],"hash":"HASH"}}"#]
    );
    let life = bytes_of(&storage, "lifecycle");
    assert_eq!(
        life.last().unwrap(),
        &(front("lifecycle", 5)
            + r#""type":"stop","accepted":2,"written":2,"summarized":0,"lost":0,"up_us":8123456789}}"#)
    );
    assert_eq!(life.len(), 2);
}

/// What others call it is in its schema alone.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "success")]
#[audit(none(actor = "a", source = "b", object = "c"))]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
#[audit(redfish = "AccountSecurity.1.0.SuccessfulLogin")]
struct LoggedIn {}

#[test]
fn a_schema_line_says_what_others_call_the_event() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    LoggedIn {}.to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    let end = r#""object_none":"c","mapping":{"ocsf":{"class":3002,"activity":1},"#.to_owned()
        + r#""ecs":{"category":"authentication","type":"start"},"#
        + r#""redfish":"AccountSecurity.1.0.SuccessfulLogin"},"hash":"HASH"}}"#;
    let schema = bytes_of(&storage, "schema").pop().unwrap();
    assert!(schema.ends_with(&end), "{schema}");
    assert!(!bytes_of(&storage, "event").pop().unwrap().contains("mapping"));
}

#[test]
fn what_is_absent_says_why() {
    /// A cable was pulled.
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action = "unplug", category = "hardware", outcome = "success")]
    struct Unplugged<'a> {
        #[audit(actor(user), absent = "nobody was logged in")]
        user: Option<UserName<'a>>,
        #[audit(actor(session), absent = "no session")]
        session: Option<SessionRef<'a>>,
        #[audit(source(address), absent = "not over the network")]
        from: Option<SocketAddr>,
        #[audit(object(id), object_type = "port", absent = "which \"one\" is unknown")]
        port: Option<ObjectId<'a>>,
        owner: Option<bool>,
    }
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    let nothing = Unplugged { user: None, session: None, from: None, port: None, owner: None };
    nothing.to(&writer).emit().unwrap();
    let user = Some(UserName::new("alice").unwrap());
    let (from, port) = ("192.0.2.17:9".parse().ok(), ObjectId::new("hdmi-1").ok());
    Unplugged { user, session: None, from, port, owner: Some(true) }.to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    let parts = |line: &String| line.split_once(r#""success","#).unwrap().1.to_owned();
    let lines: Vec<String> = bytes_of(&storage, "event").iter().map(parts).collect();
    assert_eq!(
        lines,
        [
            r#""actor":{"user_none":"nobody was logged in","session_none":"no session"},"#
                .to_owned()
                + r#""source_none":"not over the network","#
                + r#""object":{"type":"port","id_none":"which \"one\" is unknown"}}"#,
            r#""actor":{"user":"alice","session_none":"no session"},"#.to_owned()
                + r#""source":{"ip":"192.0.2.17","port":9},"#
                + r#""object":{"type":"port","id":"hdmi-1"},"data":{"owner":true}}"#
        ]
    );
}

#[test]
fn names_that_no_account_has_and_cookies_become_pseudonyms() {
    /// Somebody knocked.
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action = "knock", category = "door", outcome = "success")]
    #[audit(none(source = "the door has no camera"), object(id = "door"), object_type = "door")]
    struct Knocked<'a> {
        #[audit(actor(user))]
        who: ClaimedName<'a>,
        #[audit(actor(session))]
        session: SessionRef<'a>,
    }
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    for who in [
        ClaimedName::unknown("hunter2"),
        ClaimedName::unknown("hunter2"),
        ClaimedName::unknown("hunter3"),
        ClaimedName::known("alice"),
    ] {
        Knocked { who, session: SessionRef::of("hunter2") }.to(&writer).emit().unwrap();
    }
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    let actors: Vec<_> =
        of_kind(&lines, "event").iter().map(|line| line.get("actor").unwrap()).collect();
    let text_of = |at: usize, key: &str| actors[at].get(key).and_then(Json::as_str);
    let pseudonym = |at: usize| text_of(at, "user_pseudonym").unwrap();
    assert_eq!(pseudonym(0), pseudonym(1));
    assert_ne!(pseudonym(0), pseudonym(2));
    assert_eq!(pseudonym(0).len(), 16);
    assert_eq!((text_of(3, "user"), text_of(3, "user_pseudonym")), (Some("alice"), None));
    assert_eq!((text_of(0, "user"), text_of(0, "session")), (None, None));
    let session = text_of(0, "session_pseudonym").unwrap();
    assert_ne!(session, pseudonym(0), "the domain goes into the hash");
}

/// Events of the same name, as two modules of a program may have them.
mod front {
    /// A bell rang.
    #[must_use]
    #[derive(audit_core::AuditEvent)]
    #[audit(action = "ring", category = "door", outcome = "success")]
    #[audit(none(actor = "a bell", source = "a bell"), object(id = "front"), object_type = "door")]
    pub(super) struct BellRang {}
}
mod back {
    /// A bell rang.
    #[must_use]
    #[derive(audit_core::AuditEvent)]
    #[audit(action = "ring", category = "door", outcome = "success")]
    #[audit(none(actor = "a bell", source = "a bell"), object(id = "back"), object_type = "door")]
    pub(super) struct BellRang {}
}

#[test]
fn the_nearest_schema_above_an_event_is_its_own() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    for _ in 0..2 {
        front::BellRang {}.to(&writer).emit().unwrap();
        front::BellRang {}.to(&writer).emit().unwrap();
        back::BellRang {}.to(&writer).emit().unwrap();
        door_opened(1).to(&writer).emit().unwrap();
    }
    assert!(writer.shutdown().is_complete());
    let mut schemas = std::collections::HashMap::new();
    let lines = lines(&storage);
    for line in &lines {
        let id = |line: &audit_log::reader::Line| {
            let of_event = || line.get("object").and_then(|object| object.get("id"));
            line.member("object_id").or_else(of_event).cloned()
        };
        let event = text(line, "event").unwrap_or_default().to_owned();
        match line.kind.as_str() {
            "schema" => drop(schemas.insert(event, id(line))),
            "event" if event == "bell_rang" => assert_eq!(schemas[&event], id(line)),
            "event" => assert!(schemas.contains_key(&event), "{event}"),
            _ => {}
        }
    }
    assert_eq!(of_kind(&lines, "schema").len(), 1 + 4);
}
