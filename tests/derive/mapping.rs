//! Which stream an event goes into, and what others call it.

use audit_core::{
    AuditEvent, Stream,
    schema::{Ecs, Mapping, Ocsf},
};

/// It says nothing of it.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "test", category = "tests", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Silent {}

/// It says all of it.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "tests", outcome = "success", stream = "access")]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
#[audit(redfish = "AccountSecurity.1.0.SuccessfulLogin")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Telling {}

/// The variants have what their enum has, or what they say themselves.
#[must_use]
#[derive(AuditEvent)]
#[audit(category = "tests", outcome = "success", stream = "application")]
#[audit(ocsf(class = 1007, activity = 1), ecs(category = "process", type = "start"))]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
enum Program {
    #[audit(action = "start")]
    Started,
    #[audit(action = "stop", ocsf(class = 1007, activity = 2), stream = "audit")]
    Stopped,
    #[audit(action = "end", ecs(category = "process", type = "end"), redfish = "A.1.0.B")]
    Ended,
}

/// What it says, read when it compiles.
const LOGIN: Mapping = match Telling::SCHEMAS {
    [schema] => schema.mapping,
    _ => Mapping::NONE,
};

#[test]
fn what_is_not_said_is_audit_and_nothing() {
    let schema = Silent::SCHEMAS[0];
    assert_eq!((schema.stream, schema.mapping), (Stream::Audit, Mapping::NONE));
    assert_eq!((Stream::default(), Mapping::default()), (Stream::Audit, Mapping::NONE));
    assert!(Mapping::NONE.is_empty() && !LOGIN.is_empty());
}

#[test]
fn what_is_said_is_in_the_schema() {
    assert_eq!(Telling::SCHEMAS[0].stream, Stream::Access);
    assert_eq!(LOGIN.ocsf, Some(Ocsf { class: 3002, activity: 1 }));
    assert_eq!(LOGIN.ecs, Some(Ecs { category: "authentication", event_type: "start" }));
    assert_eq!(LOGIN.redfish, Some("AccountSecurity.1.0.SuccessfulLogin"));
}

#[test]
fn a_variant_has_what_its_enum_says_or_its_own() {
    let variants = [Program::Started, Program::Stopped, Program::Ended].map(|it| it.variant());
    assert_eq!(variants, [0, 1, 2]);
    let [started, stopped, ended] = Program::SCHEMAS else { panic!("three variants") };
    let streams = [started.stream, stopped.stream, ended.stream];
    assert_eq!(streams, [Stream::Application, Stream::Audit, Stream::Application]);
    let activities = [started, stopped, ended].map(|it| it.mapping.ocsf.unwrap().activity);
    assert_eq!(activities, [1, 2, 1]);
    let types = [started, stopped, ended].map(|it| it.mapping.ecs.unwrap().event_type);
    assert_eq!(types, ["start", "start", "end"]);
    assert_eq!(ended.mapping.redfish, Some("A.1.0.B"));
    assert_eq!(started.mapping.redfish, None);
}

#[test]
fn a_class_has_its_category() {
    let ocsf = |class| Ocsf { class, activity: 99 };
    assert_eq!((ocsf(3002).category(), ocsf(3002).type_uid()), (3, 300_299));
    // A class of an extension: that has the number 2.
    assert_eq!((ocsf(201_002).category(), ocsf(201_002).type_uid()), (1, 20_100_299));
}

#[test]
fn the_stream_changes_the_fingerprint_and_the_mapping_does_not() {
    let schema = *Telling::SCHEMAS[0];
    let mut other = schema;
    other.mapping = Mapping::NONE;
    assert_eq!(other.fingerprint(), schema.fingerprint());
    other.stream = Stream::Audit;
    assert_ne!(other.fingerprint(), schema.fingerprint());
}

#[test]
fn the_bound_of_a_schemas_line_counts_it() {
    let schema = *Telling::SCHEMAS[0];
    let without = audit_core::schema::Schema { mapping: Mapping::NONE, ..schema };
    let written = r#","mapping":{"ocsf":{"class":3002,"activity":1},"ecs":{"category":"authentication","type":"start"},"redfish":"AccountSecurity.1.0.SuccessfulLogin"}"#;
    assert!(schema.max_schema_line() >= without.max_schema_line() + written.len());
}
