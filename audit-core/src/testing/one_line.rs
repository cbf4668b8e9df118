//! Records, for people who read a failed test.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::decode::Values;
use crate::{
    record::{Buffer, Ending, PartValue, Record, Value},
    recorder::Pseudonym,
    schema::{Phase, Place},
};

/// Shows a record on one line, for assertions and their messages: name, action, outcome, reason,
/// phase, then the fields that the event has itself. What a schema says of all events of its kind
/// is not repeated.
///
/// ```text
/// login_failed: login denied (bad_password); actor.user=pseudonym 5ad11253c63773f3 attempt=3 password=withheld
/// ```
///
/// It is no format: compare it in tests and store it nowhere.
#[derive(Clone, Copy, Debug)]
pub struct OneLine<'a, B>(pub &'a Record<B>);

impl<B: Buffer> Display for OneLine<'_, B> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Ending { outcome, reason, phase } = self.0.ending();
        let schema = self.0.schema();
        write!(f, "{}: {} {}", schema.event, schema.action.of(outcome), outcome.name())?;
        if let Some(reason) = reason {
            write!(f, " ({reason})")?;
        }
        if let Some(phase) = phase.map(Phase::name) {
            write!(f, " {phase}")?;
        }
        fields(self.0.values(), "; ", f)
    }
}

/// Shows values by name, the first of them behind `before`.
fn fields(values: Values<'_>, before: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let mut between = before;
    for value in values {
        let (field, value) = match value {
            Ok(value) => value,
            Err(malformed) => return write!(f, "{between}({malformed})"),
        };
        let name = match field.place {
            Place::Outcome | Place::Reason => continue,
            Place::Data => field.name,
            place => place.name(),
        };
        write!(f, "{between}{name}=")?;
        shown(&value, f)?;
        between = " ";
    }
    Ok(())
}

fn shown(value: &Value<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    match value {
        Value::Absent => f.write_str("absent"),
        Value::Withheld => f.write_str("withheld"),
        Value::Bool(value) => value.fmt(f),
        Value::Small(number) | Value::Signed(number) => number.fmt(f),
        Value::Unsigned(number) => number.fmt(f),
        Value::Text(text, 0) => write!(f, "{text:?}"),
        Value::Text(text, cut) => write!(f, "{text:?} and {cut} bytes more"),
        Value::Label(label) => f.write_str(label),
        Value::Ip(ip) => ip.fmt(f),
        Value::Address(address) => address.fmt(f),
        Value::Pseudonym(pseudonym) => self::pseudonym(*pseudonym, f),
        Value::Outcome(ending) => f.write_str(ending.outcome.name()),
        Value::Group(values) => {
            f.write_char('{')?;
            fields(values.clone(), "", f)?;
            f.write_char('}')
        }
        Value::Part(part) => {
            f.write_char('{')?;
            let mut between = "";
            for (key, value) in part.entries() {
                write!(f, "{between}{key}=")?;
                inner(&value, f)?;
                between = " ";
            }
            f.write_char('}')
        }
    }
}

fn inner(value: &PartValue<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    match value {
        PartValue::Text(text) => write!(f, "{text:?}"),
        PartValue::Pseudonym(pseudonym) => self::pseudonym(*pseudonym, f),
        PartValue::Withheld => f.write_str("withheld"),
        PartValue::Ip(ip) => ip.fmt(f),
        PartValue::Port(port) => port.fmt(f),
    }
}

fn pseudonym(pseudonym: Pseudonym, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "pseudonym {:016x}", u64::from_be_bytes(pseudonym.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::example_record;
    use crate::schema::{Field, OutcomeRule, Treatment};
    use crate::testing::leaky::schema;
    use crate::{
        Class,
        schema::{OutcomeKind, Schema, Type},
    };

    const LABELS: Type = Type::Enum(&["bad_password", "other"]);

    const fn at(place: Place, name: &'static str, ty: Type) -> Field {
        let (class, treatment) = (Class::Internal, Treatment::ByType);
        Field { name, place, ty, class, treatment, absent: None }
    }

    fn check(schema: &'static Schema, expected: &str) {
        assert_eq!(OneLine(&example_record(schema)).to_string(), expected);
    }

    #[test]
    fn records_are_told_on_one_line() {
        const INNER: Type = Type::Group(&[
            at(Place::Data, "w", Type::Measure("px")),
            at(Place::Data, "cut", Type::Text(3)),
        ]);
        const DENIED: Schema = Schema {
            outcome: OutcomeRule::Always(OutcomeKind::Denied),
            ..schema(
                "tried",
                &[
                    at(Place::Reason, "why", LABELS),
                    at(Place::ActorUser, "who", Type::Claimed(9)),
                    at(Place::Data, "size", INNER),
                    at(Place::Data, "text", Type::Withheld),
                ],
            )
        };
        check(
            &DENIED,
            "tried: act denied (bad_password); actor.user=pseudonym 5ad11253c63773f3 \
             size={w=1 cut=\"exa\" and 4 bytes more} text=withheld",
        );
        const BEGUN: Schema = Schema {
            outcome: OutcomeRule::Field,
            ..schema(
                "begun",
                &[
                    at(Place::Outcome, "outcome", Type::Awaited(&LABELS)),
                    at(Place::Actor, "actor", Type::Actor),
                    at(Place::Source, "source", Type::Source),
                ],
            )
        };
        check(
            &BEGUN,
            "begun: act unknown begun; actor={user=\"example\" session=pseudonym 5ad11253c63773f3} \
             source={ip=192.0.2.17 port=54321}",
        );
        check(const { &schema("bare", &[]) }, "bare: act success");
    }
}
