//! Where actor, source, object and outcome come from.

use std::net::SocketAddr;

use audit_core::vocab::{ClaimedName, Count, ObjectId, ObjectName, SessionRef, UserName};
use audit_core::{
    Actor, AuditEvent, AuditValue, Context, Level, Outcome, Source, lit,
    schema::{OutcomeKind, OutcomeRule, Part},
};

use crate::recorder::{fields, recorded, told};

#[derive(AuditValue)]
enum Refusal {
    BadPassword,
    Throttled,
}

fn peer() -> SocketAddr {
    "192.0.2.17:54321".parse().unwrap()
}

/// A login attempt
/// was refused.
///
/// This paragraph is for programmers.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
struct LoginFailed<'a> {
    // Not in the order of places, so that sorting has something to do.
    tries: Count,
    #[audit(object(id), object_type = "device")]
    device: ObjectId<'a>,
    #[audit(source(address))]
    from: SocketAddr,
    #[audit(actor(session))]
    session: SessionRef<'a>,
    #[audit(actor(user))]
    user: ClaimedName<'a>,
    #[audit(reason)]
    reason: Refusal,
    first: bool,
    #[audit(object(name))]
    device_name: ObjectName<'a>,
}

#[test]
fn all_parts_from_fields() {
    let event = LoginFailed {
        tries: Count::new(3),
        device: ObjectId::new("kvm-7").unwrap(),
        from: peer(),
        session: SessionRef::of("c00kie"),
        user: ClaimedName::known("alice"),
        reason: Refusal::Throttled,
        first: true,
        device_name: ObjectName::new("Rack 7").unwrap(),
    };
    let schema = LoginFailed::SCHEMAS[0];
    assert_eq!(schema.event, "login_failed");
    assert_eq!(schema.about, "A login attempt was refused.");
    assert_eq!(schema.category, "authentication");
    assert_eq!(schema.action, audit_core::schema::ActionNames::always("login"));
    assert_eq!(schema.outcome, OutcomeRule::Always(OutcomeKind::Denied));
    assert_eq!(schema.level, None);
    assert_eq!([schema.actor, schema.source, schema.object], [Part::Fields; 3]);
    assert_eq!(schema.object_type, "device");
    assert_eq!(
        fields(schema),
        [
            r#"reason reason: Enum(["bad_password", "throttled"]), internal, ByType, None"#,
            "actor.user user: Claimed(128), personal, ByType, None",
            "actor.session session: Keyed, internal, ByType, None",
            "source.address from: Address, personal, ByType, None",
            "object.id device: Text(128), internal, ByType, None",
            "object.name device_name: Text(256), internal, ByType, None",
            r#"data tries: Measure(""), internal, ByType, None"#,
            "data first: Bool, internal, ByType, None",
        ]
    );
    let record = recorded(|recorder| event.to(recorder).emit());
    assert_eq!(
        told(&record),
        [
            r#"reason reason = Label("throttled")"#,
            r#"actor.user user = Text("alice", 0)"#,
            "actor.session session = Pseudonym(Pseudonym([6, 0, 0, 0, 0, 0, 0, 0]))",
            "source.address from = Address(192.0.2.17:54321)",
            r#"object.id device = Text("kvm-7", 0)"#,
            r#"object.name device_name = Text("Rack 7", 0)"#,
            "data tries = Unsigned(3)",
            "data first = Bool(true)",
        ]
    );
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "set_clock", category = "system", outcome = "unknown", level = "error")]
#[audit(actor(service = "ntp"), source(local = " serial console "), object(id = "clock"))]
#[audit(object_type = "setting", name = "clock_moved")]
struct ClockSet;

#[test]
fn all_parts_constant() {
    let schema = ClockSet::SCHEMAS[0];
    assert_eq!(schema.event, "clock_moved");
    assert_eq!(schema.about, "");
    assert_eq!(schema.outcome, OutcomeRule::Always(OutcomeKind::Unknown));
    assert_eq!(schema.level, Some(Level::Error));
    assert_eq!(schema.actor, Part::Always("service", "ntp"));
    assert_eq!(schema.source, Part::Always("local", "serial console"));
    assert_eq!(schema.object, Part::Always("id", "clock"));
    assert_eq!(schema.object_type, "setting");
    assert!(schema.fields.is_empty());
    assert!(recorded(|recorder| ClockSet.to(recorder).emit()).bytes().is_empty());
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "boot", category = "system", outcome = "success")]
#[audit(none(actor = "nobody boots it", source = "nor from anywhere", object = "it is itself"))]
struct Booted {}

#[test]
fn no_parts() {
    let schema = Booted::SCHEMAS[0];
    assert_eq!(schema.actor, Part::None("nobody boots it"));
    assert_eq!(schema.source, Part::None("nor from anywhere"));
    assert_eq!(schema.object, Part::None("it is itself"));
    assert_eq!(schema.object_type, "");
    assert!(recorded(|recorder| Booted {}.to(recorder).emit()).bytes().is_empty());
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "rename", category = "settings", outcome = "success")]
#[audit(from_context(actor, source))]
struct Renamed<'a> {
    twice: bool,
    #[audit(object(name), object_type = "user")]
    whom: UserName<'a>,
}

#[test]
fn actor_and_source_from_a_context() {
    let schema = Renamed::SCHEMAS[0];
    assert_eq!([schema.actor, schema.source], [Part::Context; 2]);
    assert_eq!(
        fields(schema),
        [
            "actor actor: Actor, personal, ByType, None",
            "source source: Source, personal, ByType, None",
            "object.name whom: Text(128), personal, ByType, None",
            "data twice: Bool, internal, ByType, None",
        ]
    );
    let event = Renamed { twice: false, whom: UserName::new("bob").unwrap() };
    let context = Context::new(Actor::Service(lit!("ntp")), Source::Address(peer()));
    let record = recorded(|recorder| event.within(&context).to(recorder).emit());
    assert_eq!(
        told(&record),
        [
            r#"actor actor = Part({"service": Text("ntp")})"#,
            r#"source source = Part({"ip": Ip(192.0.2.17), "port": Port(54321)})"#,
            r#"object.name whom = Text("bob", 0)"#,
            "data twice = Bool(false)",
        ]
    );
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action(success = "vault_get", denied = "vault_get_denied"), category = "vault")]
#[audit(from_context(source), object(id = "vault"), object_type = "vault")]
struct VaultOpened<'a> {
    #[audit(outcome)]
    outcome: Outcome<Refusal>,
    #[audit(actor(user), absent = "before the first login")]
    user: Option<UserName<'a>>,
}

#[test]
fn outcome_from_a_field_and_an_absent_actor() {
    let schema = VaultOpened::SCHEMAS[0];
    assert_eq!(schema.outcome, OutcomeRule::Field);
    let names = [schema.action.success, schema.action.denied, schema.action.failure];
    assert_eq!(names, ["vault_get", "vault_get_denied", "vault_get"]);
    assert_eq!(
        fields(schema),
        [
            r#"outcome outcome: Outcome(Enum(["bad_password", "throttled"])), internal, ByType, None"#,
            r#"actor.user user: Optional(Text(128)), personal, ByType, Some("before the first login")"#,
            "source source: Source, personal, ByType, None",
        ]
    );
    let context =
        Context::new(Actor::None(lit!("it is in the event")), Source::Local(lit!("front panel")));
    let open = |outcome, user| {
        let event = VaultOpened { outcome, user };
        told(&recorded(|recorder| event.within(&context).to(recorder).emit()))
    };
    let alice = UserName::new("alice").unwrap();
    let from_panel = r#"source source = Part({"local": Text("front panel")})"#;
    assert_eq!(
        open(Outcome::Denied(Refusal::BadPassword), None),
        [
            r#"outcome outcome = Outcome(Ending { outcome: Denied, reason: Some("bad_password"), phase: None })"#,
            "actor.user user = Absent",
            from_panel
        ]
    );
    assert_eq!(
        open(Outcome::Success, Some(alice)),
        [
            "outcome outcome = Outcome(Ending { outcome: Success, reason: None, phase: None })",
            r#"actor.user user = Text("alice", 0)"#,
            from_panel
        ]
    );
}
