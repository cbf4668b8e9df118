//! Audit events as `tracing` events, for a program whose diagnostics go there. The log stays the
//! record; this shows a part of it.

use std::fmt::{self, Display, Formatter};

use audit_core::record::{Ending, EventRef, Value, Values};
use audit_core::schema::{Phase, Place, Schema};
use audit_core::{Class, EmitError, Level, Pending, Recorder};

/// Of a larger record only the event's name is shown.
const RECORD_BYTES_MAX: usize = 4096;

/// The widest class that leaves by this way: whoever reads diagnostics need not know persons.
const CLEARANCE: Class = Class::Internal;

/// A recorder that shows each event through `tracing`, target `audit`, and hands it to another one:
/// its name, action, outcome and reason, and the fields that are not personal. What is withheld is
/// shown as that.
///
/// It is a call in the program's `main`, through [`show_events`]; no dependency can turn it on.
#[derive(Clone, Copy)]
pub struct ShowEvents<'r>(&'r dyn Recorder);

impl<'r> ShowEvents<'r> {
    /// Shows what this recorder is given.
    pub fn to(recorder: &'r dyn Recorder) -> ShowEvents<'r> {
        ShowEvents(recorder)
    }
}

/// [`ShowEvents`] in front of the program's recorder.
///
/// ```
/// # let dir = tempfile::tempdir()?; let dir = dir.path().join("audit");
/// let log = audit_writer::Writer::builder(&dir).through(audit_tracing::show_events).install()?;
/// # assert!(log.shutdown().is_complete());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn show_events(recorder: &'static dyn Recorder) -> &'static dyn Recorder {
    // Once in the life of a program, as the recorder itself.
    Box::leak(Box::new(ShowEvents(recorder)))
}

impl fmt::Debug for ShowEvents<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShowEvents").finish_non_exhaustive()
    }
}

impl Recorder for ShowEvents<'_> {
    fn record(&self, event: EventRef<'_>) -> Result<(), EmitError> {
        show(event);
        self.0.record(event)
    }

    fn record_durable(&self, event: EventRef<'_>) -> Result<Pending, EmitError> {
        show(event);
        self.0.record_durable(event)
    }

    fn durable_within(&self) -> std::time::Duration {
        self.0.durable_within()
    }

    fn count_lost(&self, event: &'static Schema, why: EmitError) {
        self.0.count_lost(event, why);
    }
}

fn show(event: EventRef<'_>) {
    let schema = event.schema();
    // Without a key: what would be a pseudonym is shown as withheld.
    let Ok(record) = event.encode([0; RECORD_BYTES_MAX], None) else {
        return tracing::warn!(target: "audit", event = schema.event, "too large to be shown");
    };
    let Ending { outcome, reason, phase, .. } = record.ending();
    let (action, fields) = (schema.action.of(outcome), Fields(record.values()));
    let phase = phase.map(Phase::name);
    macro_rules! show {
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
        Level::Info => show!(INFO),
        Level::Warn => show!(WARN),
        Level::Error => show!(ERROR),
        // A level of a later version is not quieter than one that is known.
        _ => show!(ERROR),
    }
}

/// Fields as `name=value`, those beyond the clearance left out.
struct Fields<'a>(Values<'a>);

impl Display for Fields<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (field, value) in self.0.clone().flatten() {
            // A group is as personal as its most personal field, and may hold others.
            let is_shown = !matches!(field.place, Place::Outcome | Place::Reason)
                && (field.class <= CLEARANCE || matches!(value, Value::Withheld | Value::Group(_)));
            if !is_shown {
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
            // Addresses, pseudonyms and whole parts are personal; nothing of them is shown.
            Value::Ip(_) | Value::Address(_) | Value::Pseudonym(_) => f.write_str("withheld"),
            // What a later version records is not known to be harmless.
            _ => f.write_str("withheld"),
        }
    }
}
