//! Events of two phases, and events that keep to a policy.

use audit_core::policy::{NO_CONTENT, Policy};
use audit_core::vocab::Version;
use audit_core::{
    Actor, AuditEvent, AuditValue, Awaited, Context, EmitError, Outcome, Source, lit, policy,
    schema::{OutcomeRule, Type},
};

use crate::recorder::{Memory, fields};

#[derive(AuditValue)]
enum FlashFault {
    PowerLow,
}

const NOTHING_DISCLOSED: Policy = Policy::named("NOTHING_DISCLOSED").without_disclosed();

/// Firmware is written, or was.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "firmware_update", category = "maintenance", two_phase)]
#[audit(policy(NO_CONTENT, self::NOTHING_DISCLOSED, policy::NO_CONTENT))]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct FirmwareUpdate<'a, 'b: 'a> {
    version: Version<'a>,
    #[audit(outcome)]
    outcome: Awaited<FlashFault>,
    other: Option<Version<'b>>,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "erase", category = "maintenance", two_phase)]
#[audit(from_context(actor, source), none(object = "a test"))]
struct Erased<R: audit_core::AuditReason, T> {
    #[audit(outcome)]
    outcome: Awaited<R>,
    thorough: T,
}

#[test]
fn the_outcome_is_awaited() {
    let schema = FirmwareUpdate::SCHEMAS[0];
    assert_eq!(schema.outcome, OutcomeRule::Field);
    assert_eq!(schema.fields[0].ty, Type::Awaited(&Type::Enum(&["power_low"])));
    assert_eq!(fields(schema)[1], "data version: Text(64), internal, ByType, None");
}

#[test]
fn it_does_not_begin_unrecorded() {
    // This recorder promises nothing durable, so nothing begins.
    let memory = Memory::default();
    let version = Version::new("2.1").unwrap();
    let event = FirmwareUpdate { version, outcome: Awaited::new(), other: None };
    assert_eq!(event.to(&memory).begin().err(), Some(EmitError::NotDurable));

    let context = Context::new(Actor::Service(lit!("ntp")), Source::None(lit!("a test")));
    let event = Erased { outcome: Awaited::<FlashFault>::new(), thorough: true };
    assert_eq!(event.within(&context).to(&memory).begin().err(), Some(EmitError::NotDurable));
    let event = Erased { outcome: Awaited::<FlashFault>::new(), thorough: true };
    let begun = event.within(&context).begin();
    assert_eq!(begun.as_ref().err(), Some(&EmitError::NoRecorder));
    // What its end would look like.
    if let Ok(begun) = begun {
        begun.finish(Outcome::Failure(FlashFault::PowerLow)).unwrap();
    }
}
