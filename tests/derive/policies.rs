//! What policies see, and how long a schema may become: behind options, newtypes and groups too.

use audit_core::policy::{NO_CONTENT, NO_PERSONAL, Policy};
use audit_core::vocab::{Count, UserName};
use audit_core::{
    AuditEvent, AuditValue, Catalog, Class, Outcome, record::EventRef, schema::OutcomeKind,
};
use std::net::Ipv4Addr;

/// Why.
#[derive(Debug, AuditValue)]
enum Why {
    /// So.
    So,
}

/// Text, by word.
#[derive(Debug, AuditValue)]
struct Remark<'a> {
    #[audit(
        disclose = "because this reason is as long as reasons are that explain something to whoever reviews it",
        class = "internal"
    )]
    text: &'a str,
}

/// Around it.
#[derive(Debug, AuditValue)]
struct Around<'a>(Option<Remark<'a>>);

/// It holds text where it is not seen at once.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "hide", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Hiding<'a> {
    remark: Option<Around<'a>>,
}

/// It says how another thing ended.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "tell", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Told {
    inner: Outcome<Why>,
}

/// It came by another way.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "relay", category = "tests", outcome = "success", from_context(source))]
#[audit(none(actor = "a test", object = "a test"))]
struct Relayed<'a> {
    whom: Option<UserName<'a>>,
    via: Option<Ipv4Addr>,
    count: Count,
}

const EVENTS: Catalog = audit_core::catalog![Hiding<'_>, Relayed<'_>];

fn offences(policy: &Policy) -> Vec<(&'static str, &'static str)> {
    EVENTS.offences(policy).map(|offence| (offence.event, offence.field)).collect()
}

#[test]
fn policies_look_behind_options_newtypes_and_groups() {
    assert_eq!(offences(&NO_CONTENT), [("hiding", "text")]);
    assert_eq!(offences(&Policy::named("NOTHING").without_disclosed()), [("hiding", "text")]);
    assert_eq!(offences(&NO_PERSONAL), [("relayed", "source")]);
    assert_eq!(offences(&Policy::named("P").at_most(Class::Public)).len(), 2);
    assert_eq!(offences(&Policy::named("A").without_addresses()), [("relayed", "source")]);
    assert_eq!(offences(&Policy::named("ALL")), []);
}

#[test]
fn a_schema_is_as_long_as_the_reasons_in_its_groups() {
    let schema = Hiding::SCHEMAS[0];
    assert!(schema.max_schema_line() > schema.max_line() + 512 + 3 * 128 + 90);
}

#[test]
fn an_outcome_as_data_is_not_the_events() {
    let event = Told { inner: Outcome::Denied(Why::So) };
    let record = EventRef::of(&event).encode([0; 512], None).unwrap();
    let ending = record.ending();
    assert_eq!((ending.outcome, ending.reason), (OutcomeKind::Success, None));
}
