//! What a program's log can hold, to read: each event with what it records, why, and a line of it.
//!
//! ```
//! use audit_core::{AuditEvent, Catalog};
//!
//! /// The updater started.
//! #[must_use]
//! #[derive(AuditEvent)]
//! #[audit(action = "start", category = "life", outcome = "success")]
//! #[audit(actor(service = "init"), source(local = "boot"), none(object = "itself"))]
//! pub struct Started {}
//!
//! pub const EVENTS: Catalog = audit_core::catalog![Started];
//!
//! let page = audit_log::catalog::markdown(&EVENTS);
//! assert!(page.contains("## `started`\n\nThe updater started.\n"));
//! let data = audit_log::catalog::json(&EVENTS);
//! assert!(data.contains(r#""event": "started""#));
//! ```

mod json;
mod markdown;

use audit_core::record::{Buffer, Record};

use crate::line::{Envelope, KeyNames, Scratch, Spelling};

pub use json::json;
pub use markdown::markdown;

/// What stands in front of every example.
const ENVELOPE: Envelope<'_> =
    Envelope { seq: 42, unix_ns: 1_795_176_000_123_456_789, provenance: b"" };

/// The line of this record, as a log would hold it but for its newline, by the code that writes
/// lines; `None` only if the encoder and the schema disagree, which is a defect.
fn example(record: &Record<Box<[u8]>>) -> Option<String> {
    String::from_utf8(spell(record)?).ok()
}

/// The line of this record, behind the envelope of every example.
fn spell<B: Buffer>(record: &Record<B>) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let spelling = Spelling::of(record.schema(), &mut KeyNames::default());
    spelling.write(&ENVELOPE, record, &mut Scratch::default(), &mut line).ok()?;
    line.pop();
    Some(line)
}

#[cfg(test)]
mod tests {
    use audit_core::vocab::{ByteSize, ClaimedName, HttpPath, ObjectId, SessionRef, UserName};
    use audit_core::{
        Actor, AuditEvent, AuditValue, Catalog, Context, Outcome, Source, Withheld,
        record::EventRef,
        recorder::{Domain, Pseudonym, Pseudonyms},
    };

    use super::*;
    use crate::reader::{Json, Line};

    /// Why it was refused: `a|b`.
    #[derive(AuditValue)]
    pub(super) enum Refusal {
        TooLarge,
        Forbidden,
    }

    /// How large a picture is.
    #[derive(AuditValue)]
    pub(super) struct Extent {
        rows: ByteSize,
        exact: bool,
    }

    /// A picture | an `image`
    /// was taken.
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action(success = "snap", denied = "snap_denied"), category = "video")]
    #[audit(from_context(actor), none(source = "the lens, *always*\nthere"))]
    pub(super) struct PictureTaken<'a> {
        #[audit(outcome)]
        outcome: Outcome<Refusal>,
        #[audit(object(id), object_type = "lens", absent = "all | of them")]
        lens: Option<ObjectId<'a>>,
        extent: Extent,
        path: Option<HttpPath<'a>>,
        #[audit(disclose = "what the `knob` says", class = "public")]
        knob: u16,
        text: Withheld<&'a str>,
    }

    /// Somebody came in.
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action = "enter", category = "door", outcome = "denied", level = "error")]
    #[audit(source(local = "front"), object(id = "door"), object_type = "door")]
    #[audit(stream = "access", redfish = "Doors.1.0.Entered")]
    #[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
    pub(super) struct Entered<'a> {
        #[audit(actor(user))]
        who: ClaimedName<'a>,
        #[audit(actor(session))]
        session: SessionRef<'a>,
        #[audit(reason)]
        why: Refusal,
    }

    pub(super) const EVENTS: Catalog = audit_core::catalog![PictureTaken<'_>, Entered<'_>];

    struct One;

    impl Pseudonyms for One {
        fn pseudonym(&self, _: Domain, _: &[u8]) -> Pseudonym {
            Pseudonym([1; 8])
        }
    }

    /// The example line of the event at this place of the list.
    fn nth(place: usize) -> String {
        example(&EVENTS.examples().nth(place).unwrap()).unwrap()
    }

    fn parse(place: usize) -> Line {
        Line::parse(nth(place).as_bytes()).unwrap()
    }

    /// The keys of an object, those within as `outer.inner`.
    fn keys(json: &Json, before: &str) -> Vec<String> {
        let Json::Object(entries) = json else { return Vec::new() };
        let of = |(key, value): &(String, Json)| {
            let key = format!("{before}{key}");
            let inner = keys(value, &format!("{key}."));
            [vec![key], inner].concat()
        };
        entries.iter().flat_map(of).collect()
    }

    fn keys_of_real(event: EventRef<'_>) -> Vec<String> {
        let record = event.encode([0; 4096], Some(&One)).unwrap();
        keys(&Line::parse(&spell(&record).unwrap()).unwrap().json, "")
    }

    #[test]
    fn an_example_has_the_keys_of_a_real_line() {
        let user = UserName::new("alice").unwrap();
        let actor = Actor::UserInSession(user, SessionRef::of("cookie"));
        let context = Context::new(actor, Source::Ip("::1".parse().unwrap()));
        let taken = PictureTaken {
            outcome: Outcome::Success,
            lens: Some(ObjectId::new("l1").unwrap()),
            extent: Extent { rows: ByteSize::new(7), exact: false },
            path: Some(HttpPath::of("/x").unwrap()),
            knob: 3,
            text: Withheld::new("x"),
        };
        let real = keys_of_real(EventRef::of_in(&taken, &context));
        assert_eq!(keys(&parse(0).json, ""), real);
        for why in [Refusal::TooLarge, Refusal::Forbidden] {
            let (who, session) = (ClaimedName::unknown("x"), SessionRef::of("x"));
            let entered = Entered { who, session, why };
            let real = keys_of_real(EventRef::of(&entered));
            assert_eq!(keys(&parse(1).json, ""), real);
        }
    }

    #[test]
    fn an_example_line_is_this() {
        assert_eq!(
            nth(1),
            r#"{"kind":"event","seq":42,"time":"2026-11-20T12:00:00.123456Z","event":"entered","#
                .to_owned()
                + r#""level":"error","action":"enter","outcome":"denied","reason":"too_large","#
                + r#""actor":{"user_pseudonym":"5ad11253c63773f3","#
                + r#""session_pseudonym":"5ad11253c63773f3"},"source":{"local":"front"},"#
                + r#""object":{"type":"door","id":"door"}}"#
        );
    }
}
