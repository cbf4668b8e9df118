//! Events as `tracing` events, for a program whose diagnostics go there. The log stays the record;
//! this shows a part of it.

use core::fmt::{self, Display, Formatter};

use crate::decode::Values;
use crate::record::{Ending, Value};
use crate::schema::Place;
use crate::two_phase::Phase;
use crate::{Class, Level, record::EventRef};

/// Of a larger record only the event's name is told.
const RECORD_BYTES_MAX: usize = 4096;

/// The widest class that leaves by this way: whoever reads diagnostics need not know persons.
const CLEARANCE: Class = Class::Internal;

/// Tells of an event through `tracing`, target `audit`: its name, action, outcome and reason, and
/// the fields that are not personal.
pub(crate) fn tell(event: EventRef<'_>) {
    let schema = event.schema();
    // Without a key: what would be a pseudonym is told as withheld.
    let Ok(record) = event.encode([0; RECORD_BYTES_MAX], None) else {
        return tracing::warn!(target: "audit", event = schema.event, "too large to be shown");
    };
    let Ending { outcome, reason, phase } = record.ending();
    let (action, fields) = (schema.action.of(outcome), Fields(record.values()));
    let phase = phase.map(Phase::name);
    macro_rules! tell {
        ($level:ident) => {
            tracing::event!(
                target: "audit",
                tracing::Level::$level,
                event = schema.event,
                action,
                outcome = outcome.name(),
                reason,
                phase,
                fields = %fields,
            )
        };
    }
    match record.level() {
        Level::Info => tell!(INFO),
        Level::Warn => tell!(WARN),
        Level::Error => tell!(ERROR),
    }
}

/// Fields as `name=value`, those beyond the clearance left out.
pub(crate) struct Fields<'a>(pub(crate) Values<'a>);

impl Display for Fields<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (field, value) in self.0.clone().flatten() {
            // A group is as personal as its most personal field, and may hold others.
            let is_told = !matches!(field.place, Place::Outcome | Place::Reason)
                && (field.class <= CLEARANCE || matches!(value, Value::Withheld | Value::Group(_)));
            if !is_told {
                continue;
            }
            let name = match field.place {
                Place::Data => field.name,
                place => place.name(),
            };
            write!(f, "{between}{name}={}", Shown(&value))?;
            between = " ";
        }
        Ok(())
    }
}

struct Shown<'v, 'a>(&'v Value<'a>);

impl Display for Shown<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Absent => f.write_str("none"),
            Value::Withheld => f.write_str("withheld"),
            Value::Bool(value) => value.fmt(f),
            Value::Small(number) | Value::Signed(number) => number.fmt(f),
            Value::Unsigned(number) => number.fmt(f),
            Value::Text(text, _) => write!(f, "{text:?}"), // Escapes what is not printable.
            Value::Label(label) => f.write_str(label),
            Value::Group(values) => write!(f, "{{{}}}", Fields(values.clone())),
            // Addresses, pseudonyms and whole parts are personal; what is told of them is nothing.
            Value::Ip(_) | Value::Address(_) | Value::Pseudonym(_) => f.write_str("withheld"),
            Value::Part(_) | Value::Outcome(..) => f.write_str("withheld"),
        }
    }
}
