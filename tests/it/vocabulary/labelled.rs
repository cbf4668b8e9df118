//! Labels, digests, groups, whole parts from a context, and what is withheld.

use std::net::{Ipv4Addr, SocketAddr};

use audit_core::vocab::{
    ClaimedName, Digest, GeoLabel, HttpMethod, IoErrorKind, KeyFingerprint, ObjectId, PasteSize,
    ScriptSize, SessionRef, SizeBucket, UploadSize, UserName,
};
use audit_core::{Actor, AuditEvent, AuditValue, Context, Outcome, Source, Withheld, lit};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Written, any_bytes, any_number, fitted, lean, take_pseudonym, written};
use crate::texts::any_text;

/// Why it did not work.
#[derive(AuditValue, Clone, Copy, Debug)]
enum Cause {
    TooLate,
    #[audit(name = "no_room")]
    Full,
}

#[derive(AuditValue)]
struct Serial<'a>(ObjectId<'a>);

#[derive(AuditValue)]
struct Part<'a> {
    serial: Serial<'a>,
    #[audit(disclose = "a test")]
    revision: i16,
    cause: Option<Cause>,
    blob: Withheld<Vec<u8>>,
}

/// Labels, digests, groups, and what is withheld.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "label", category = "test", from_context(actor, source))]
#[audit(object(id = "self"), object_type = "device")]
struct Labelled<'a> {
    #[audit(outcome)]
    outcome: Outcome<Cause>,
    method: HttpMethod,
    kind: IoErrorKind,
    bucket: SizeBucket,
    pasted: PasteSize,
    uploaded: UploadSize,
    script: ScriptSize,
    sha256: Digest,
    sha384: Digest,
    sha512: Digest,
    fingerprint: KeyFingerprint,
    place: GeoLabel<'a>,
    part: Option<Part<'a>>,
    borrowed: Withheld<&'a [u8]>,
    number: Withheld<u16>,
    maybe: Option<Withheld<[u8; 6]>>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn labels_digests_and_groups_come_back_and_withheld_bytes_do_not(
        text in any_text(), secret in any_bytes(), size in any_number(),
        digest in any::<[u8; 32]>(),
        revision in any::<i16>(), choice in 0_usize..60, has_part in any::<bool>(),
    ) {
        let (method, shown_method) = METHODS[choice % METHODS.len()];
        let (kind, shown_kind) = KINDS[choice % KINDS.len()];
        let (place, outcome) = (PLACES[choice % PLACES.len()], OUTCOMES[choice % OUTCOMES.len()]);
        let serial = fitted(&text, ObjectId::LIMIT);
        let (longer, longest) = ([digest[0]; 48], [digest[1]; 64]);
        let (actor, shown_actor) = actors(&serial, &text, &secret)[choice % 6].clone();
        let (source, shown_source) = sources(size as u16)[choice % 4].clone();
        let context = Context::new(actor, source);
        let written = written(Labelled::SCHEMAS[0], 1, |writer, _| {
            let part = Part {
                serial: Serial(ObjectId::new(&serial).unwrap()),
                revision,
                cause: has_part.then_some(Cause::Full),
                blob: Withheld::new(secret.clone()),
            };
            Labelled {
                outcome: outcome.0,
                method: HttpMethod::of(method),
                kind: kind.into(),
                bucket: SizeBucket::of_bytes(size),
                pasted: PasteSize::of(&text),
                uploaded: UploadSize::of(&secret),
                script: ScriptSize::of(&serial),
                sha256: Digest::from_sha256_digest(digest),
                sha384: Digest::from_sha384_digest(longer),
                sha512: Digest::from_sha512_digest(longest),
                fingerprint: KeyFingerprint::from_sha256_digest(digest),
                place: GeoLabel::new(place).unwrap(),
                part: has_part.then_some(part),
                borrowed: Withheld::new(&secret),
                number: Withheld::new(revision as u16),
                maybe: (!has_part).then_some(Withheld::new([digest[2]; 6])),
            }
            .within(&context).to(writer).emit()
        });
        let [Written { mut body, .. }] = <[_; 1]>::try_from(written).ok().unwrap();
        for pointer in ["/actor/user", "/actor/session"] {
            if body.pointer(&format!("{pointer}_pseudonym")).is_some() {
                take_pseudonym(&mut body, pointer);
            }
        }
        // Of a part that is known by a pseudonym alone nothing is left.
        let mut body = lean(body);
        let fingerprint = body["data"].as_object_mut().unwrap().remove("fingerprint").unwrap();
        prop_assert_eq!(
            KeyFingerprint::parse(fingerprint.as_str().unwrap()),
            Ok(KeyFingerprint::from_sha256_digest(digest))
        );
        let reason = body.as_object_mut().unwrap().remove("reason");
        prop_assert_eq!(reason, outcome.3.map(Value::from));
        let part = json!({ "serial": serial, "revision": revision, "cause": "no_room" });
        let mut withheld = vec!["borrowed", "number"];
        match has_part {
            true => withheld.insert(0, "part.blob"),
            false => withheld.push("maybe"),
        }
        let mut expected = json!({
            "event": "labelled", "level": outcome.2, "action": "label",
            "outcome": outcome.1, "withheld": withheld,
            "object": { "type": "device", "id": "self" },
            "data": {
                "method": shown_method, "kind": shown_kind, "bucket": bucket(size),
                "pasted": bucket(text.len() as u64), "uploaded": bucket(secret.len() as u64),
                "script": bucket(serial.len() as u64), "sha256": hex("sha256", &digest),
                "sha384": hex("sha384", &longer), "sha512": hex("sha512", &longest),
                "place": place, "part": has_part.then_some(part),
            },
        });
        for (name, shown) in [shown_actor, shown_source] {
            expected[name] = shown;
        }
        prop_assert_eq!(body, lean(expected));
    }
}

const METHODS: &[(&str, &str)] = &[
    ("GET", "get"),
    ("HEAD", "head"),
    ("POST", "post"),
    ("PUT", "put"),
    ("DELETE", "delete"),
    ("CONNECT", "connect"),
    ("OPTIONS", "options"),
    ("TRACE", "trace"),
    ("PATCH", "patch"),
    ("get", "other"),
    ("hunter2\r\n", "other"),
];

const KINDS: &[(std::io::ErrorKind, &str)] = &[
    (std::io::ErrorKind::NotFound, "not_found"),
    (std::io::ErrorKind::AddrInUse, "addr_in_use"),
    (std::io::ErrorKind::UnexpectedEof, "unexpected_eof"),
    (std::io::ErrorKind::OutOfMemory, "out_of_memory"),
    (std::io::ErrorKind::Other, "other"),
];

const PLACES: &[&str] = &["DE", "DE-BY", "GB-ENG", "AT-9"];

/// An outcome, and its kind, level and reason as a line shows them.
type Ended = (Outcome<Cause>, &'static str, &'static str, Option<&'static str>);

const OUTCOMES: &[Ended] = &[
    (Outcome::Success, "success", "info", None),
    (Outcome::Denied(Cause::TooLate), "denied", "warn", Some("too_late")),
    (Outcome::Failure(Cause::Full), "failure", "error", Some("no_room")),
];

/// How a line shows a part: its key and what stands there, but for pseudonyms.
type Shown = (&'static str, Value);

/// Every kind of actor, and how a line shows it.
fn actors<'a>(user: &'a str, text: &'a str, credential: &'a [u8]) -> [(Actor<'a>, Shown); 6] {
    let (name, session) = (UserName::new(user).unwrap(), SessionRef::of_bytes(credential));
    [
        (Actor::User(name), ("actor", json!({ "user": user }))),
        (Actor::UserInSession(name, session), ("actor", json!({ "user": user }))),
        (Actor::Claimed(ClaimedName::unknown(text)), ("actor", Value::Null)),
        (Actor::Session(session), ("actor", Value::Null)),
        (Actor::Service(lit!("updater")), ("actor", json!({ "service": "updater" }))),
        (Actor::None(lit!("a test")), ("actor_none", json!("a test"))),
    ]
}

/// Every kind of source, and how a line shows it.
fn sources(port: u16) -> [(Source, Shown); 4] {
    let ip = Ipv4Addr::new(192, 0, 2, 17);
    let address = SocketAddr::from((ip.to_ipv6_mapped(), port));
    [
        (Source::Address(address), ("source", json!({ "ip": "192.0.2.17", "port": port }))),
        (Source::Ip(ip.into()), ("source", json!({ "ip": "192.0.2.17" }))),
        (Source::Local(lit!("front")), ("source", json!({ "local": "front" }))),
        (Source::None(lit!("a test")), ("source_none", json!("a test"))),
    ]
}

fn bucket(bytes: u64) -> &'static str {
    let ends = [0, 64, 1 << 10, 16 << 10, 1 << 20, u64::MAX];
    let labels =
        ["empty", "up_to_64_b", "up_to_1_kib", "up_to_16_kib", "up_to_1_mib", "over_1_mib"];
    labels[ends.iter().position(|end| bytes <= *end).unwrap()]
}

fn hex(algorithm: &str, bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{algorithm}:{}", digits.concat())
}
