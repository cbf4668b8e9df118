//! Enum events: one schema a variant.

use std::net::SocketAddr;

use audit_core::vocab::{Count, ObjectId, UserName};
use audit_core::{
    Actor, AuditEvent, AuditValue, Context, Level, Outcome, Source, lit,
    schema::{OutcomeKind, OutcomeRule, Part},
};

use crate::recorder::{fields, recorded, told};

#[derive(AuditValue)]
enum Refusal {
    BadPassword,
}

/// This is for programmers.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "success", level = "warn")]
#[audit(source(local = "front panel"), object(id = "kvm"), object_type = "device")]
enum Login<'a> {
    /// Somebody was let in.
    Worked {
        #[audit(actor(user))]
        user: UserName<'a>,
        tries: Count,
    },
    /// Somebody was not.
    #[audit(outcome = "denied", level = "error", action = "login_refused")]
    #[audit(none(actor = "nobody knows who it was"))]
    Failed {
        throttled: bool,
        #[audit(reason)]
        why: Refusal,
        #[audit(source(address))]
        from: SocketAddr,
    },
    #[audit(name = "login_page_left", category = "pages", actor(service = "web"))]
    #[audit(none(object = "there is none any more"))]
    Left,
    #[audit(actor(service = "web"))]
    Moved {
        #[audit(object(id), object_type = "port")]
        to: ObjectId<'a>,
        #[audit(outcome)]
        outcome: Outcome<Refusal>,
    },
}

#[test]
fn each_variant_has_its_schema() {
    let names: Vec<_> = Login::SCHEMAS.iter().map(|schema| schema.event).collect();
    assert_eq!(names, ["login_worked", "login_failed", "login_page_left", "login_moved"]);
    let abouts: Vec<_> = Login::SCHEMAS.iter().map(|schema| schema.about).collect();
    assert_eq!(abouts, ["Somebody was let in.", "Somebody was not.", "", ""]);
}

#[test]
fn what_the_enum_says_holds_unless_a_variant_says_otherwise() {
    let [worked, failed, left, moved] = Login::SCHEMAS else { unreachable!("it has four") };
    assert_eq!(worked.outcome, OutcomeRule::Always(OutcomeKind::Success));
    assert_eq!([worked.actor, worked.source], [Part::Fields, Part::Always("local", "front panel")]);
    assert_eq!([worked.category, worked.action.denied], ["authentication", "login"]);
    assert_eq!(worked.level, Some(Level::Warn));

    assert_eq!(failed.outcome, OutcomeRule::Always(OutcomeKind::Denied));
    assert_eq!(
        [failed.actor, failed.source],
        [Part::None("nobody knows who it was"), Part::Fields]
    );
    assert_eq!(failed.object, Part::Always("id", "kvm"));
    assert_eq!([failed.object_type, failed.action.success], ["device", "login_refused"]);
    assert_eq!(failed.level, Some(Level::Error));

    assert_eq!([left.category, left.object_type], ["pages", ""]);
    assert_eq!(left.object, Part::None("there is none any more"));
    assert!(left.fields.is_empty());

    assert_eq!(moved.outcome, OutcomeRule::Field);
    assert_eq!((moved.object, moved.object_type), (Part::Fields, "port"));
}

#[test]
fn a_record_is_of_its_variant() {
    let user = UserName::new("alice").unwrap();
    let worked = Login::Worked { user, tries: Count::new(2) };
    let record = recorded(|recorder| worked.to(recorder).emit());
    assert_eq!(record.schema().event, "login_worked");
    assert_eq!(
        told(&record),
        [r#"actor.user user = Text("alice", 0)"#, "data tries = Unsigned(2)"]
    );

    let from = "192.0.2.17:54321".parse().unwrap();
    let failed = Login::Failed { throttled: true, why: Refusal::BadPassword, from };
    let record = recorded(|recorder| failed.to(recorder).emit());
    assert_eq!(record.schema().event, "login_failed");
    assert_eq!(
        told(&record),
        [
            r#"reason why = Label("bad_password")"#,
            "source.address from = Address(192.0.2.17:54321)",
            "data throttled = Bool(true)",
        ]
    );

    let record = recorded(|recorder| Login::Left.to(recorder).emit());
    assert_eq!(record.schema().event, "login_page_left");
    assert!(record.bytes().is_empty());

    let to = ObjectId::new("usb-2").unwrap();
    let moved = Login::Moved { to, outcome: Outcome::Success };
    let record = recorded(|recorder| moved.to(recorder).emit());
    assert_eq!(record.schema().event, "login_moved");
    assert_eq!(format!("{moved:?}"), "Login { .. }");
}

#[must_use]
#[derive(AuditEvent)]
#[audit(category = "doors", outcome = "success", none(source = "a test", object = "a test"))]
enum Door<T, const N: usize> {
    #[audit(action = "open", from_context(actor))]
    Opened { by: T, code: audit_core::Withheld<[u8; N]> },
    #[audit(action = "close", actor(service = "spring"))]
    Closed,
}

#[test]
fn one_variant_may_take_a_context() {
    let [opened, closed] = Door::<bool, 2>::SCHEMAS else { unreachable!("it has two") };
    assert_eq!(
        fields(opened),
        [
            "actor actor: Actor, personal, ByType, None",
            "data by: Bool, internal, ByType, None",
            "data code: Withheld, withheld, ByType, None",
        ]
    );
    assert_eq!(closed.actor, Part::Always("service", "spring"));
    let context = Context::new(Actor::Service(lit!("ntp")), Source::None(lit!("a test")));
    let open = Door::Opened { by: true, code: audit_core::Withheld::new([7; 2]) };
    let record = recorded(|recorder| open.within(&context).to(recorder).emit());
    assert_eq!(told(&record).len(), 3);
    let record = recorded(|recorder| Door::<bool, 2>::Closed.within(&context).to(recorder).emit());
    assert_eq!(record.schema().event, "door_closed");
}
