//! Events as `tracing` events, for a program whose diagnostics go there. The log stays the record;
//! this shows a part of it.

use core::fmt::{self, Display, Formatter};

use crate::record::{Value, Values};
use crate::schema::{OutcomeRule, Place};
use crate::{Class, EventRef, Level, OutcomeKind};

/// A larger record is told of without its values.
const RECORD_BYTES_MAX: usize = 1024;

/// The widest class that leaves by this way: whoever reads diagnostics need not know persons.
const CLEARANCE: Class = Class::Internal;

/// Tells of an event through `tracing`, target `audit`: its name, action, outcome and reason, and
/// the fields that are not personal.
pub(crate) fn tell(event: EventRef<'_>) {
    let schema = event.schema();
    // Without a key: what would be a pseudonym is told as withheld.
    let record = event.encode([0; RECORD_BYTES_MAX], None).ok();
    let values = record.as_ref().map(|record| record.values());
    let (outcome, reason) = ending(schema.outcome, values.clone());
    let (action, fields) = (schema.action.of(outcome), Fields(values));
    macro_rules! tell {
        ($level:ident) => {
            tracing::event!(
                target: "audit",
                tracing::Level::$level,
                event = schema.event,
                action,
                outcome = outcome.name(),
                reason,
                fields = %fields,
            )
        };
    }
    match schema.level.unwrap_or(outcome.level()) {
        Level::Info => tell!(INFO),
        Level::Warn => tell!(WARN),
        Level::Error => tell!(ERROR),
    }
}

/// How it ended, and why.
fn ending(rule: OutcomeRule, values: Option<Values<'_>>) -> (OutcomeKind, Option<&'static str>) {
    let constant = match rule {
        OutcomeRule::Always(kind) => kind,
        OutcomeRule::Field => OutcomeKind::Unknown,
    };
    // The outcome and the reason come first in a record, see `Place`.
    match values.and_then(|mut values| values.next()) {
        Some(Ok((_, Value::Outcome(kind, reason)))) => (kind, reason),
        Some(Ok((field, Value::Label(reason)))) if matches!(field.place, Place::Reason) => {
            (constant, Some(reason))
        }
        _ => (constant, None),
    }
}

/// Fields as `name=value`, those beyond the clearance left out.
struct Fields<'a>(Option<Values<'a>>);

impl Display for Fields<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (field, value) in self.0.iter().flat_map(|values| values.clone().flatten()) {
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
            Value::Group(values) => write!(f, "{{{}}}", Fields(Some(values.clone()))),
            // Addresses, pseudonyms and whole parts are personal; what is told of them is nothing.
            Value::Ip(_) | Value::Address(_) | Value::Pseudonym(_) => f.write_str("withheld"),
            Value::Part(_) | Value::Outcome(..) => f.write_str("withheld"),
        }
    }
}
