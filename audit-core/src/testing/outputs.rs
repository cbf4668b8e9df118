//! Everything that comes out of an event.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::recorder::TestKey;
use super::{MemoryRecorder, OneLine};
use crate::decode::Values;
use crate::{
    AuditEvent, EmitError, Recorder,
    record::{EventRef, Record, Value},
    recorder::Pseudonyms,
};

/// Something that came out of an event.
pub(super) struct Output {
    /// What it is, as a message names it.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// Whether it must be as long whatever the secret: so it is with all that does not spell out
    /// labels, such as those of a size's bucket.
    pub(super) has_fixed_size: bool,
}

/// All outputs of an event, in an order that does not depend on it.
pub(super) fn of_event<E: AuditEvent + Debug>(event: &E) -> Vec<Output> {
    let mut outputs = Outputs(Vec::new());
    let reference = EventRef::new(event, None);
    outputs.debug("the event", event);
    outputs.debug("the `EventRef`", &reference);
    outputs.spelled("the schema", format!("{:?}", reference.schema()));
    outputs.record("the record without pseudonyms", reference, None);
    outputs.record("the record with pseudonyms", reference, Some(&TestKey));
    outputs.too_small(reference);
    outputs.recorded(reference);
    outputs.refused(reference);
    outputs.0
}

/// What a panic says while an event is alive that stands in its message.
pub(super) fn of_panic<E: Debug>(make: impl FnOnce() -> E) -> Vec<Output> {
    let mut outputs = Outputs(Vec::new());
    // The event is dropped while the stack unwinds; nothing of it is used afterwards.
    let caught = catch_unwind(AssertUnwindSafe(|| -> () {
        let event = make();
        #[expect(clippy::panic, reason = "its message is what is looked at")]
        {
            panic!("a panic on purpose, with the event {event:?}, {event:#?}")
        }
    }));
    let payload = match &caught {
        Ok(()) => "",
        Err(payload) => match payload.downcast_ref::<String>() {
            Some(text) => text,
            None => payload.downcast_ref::<&str>().copied().unwrap_or_default(),
        },
    };
    outputs.fixed("the message of a panic", payload);
    outputs.0
}

struct Outputs(Vec<Output>);

impl Outputs {
    fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>, has_fixed_size: bool) {
        self.0.push(Output { name: name.into(), bytes: bytes.into(), has_fixed_size });
    }

    fn fixed(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.add(name, bytes, true);
    }

    fn spelled(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.add(name, bytes, false);
    }

    /// Every form of `Debug` that an implementation may answer in its own way.
    fn debug(&mut self, what: &str, value: &dyn Debug) {
        self.fixed(format!("`{{:?}}` of {what}"), format!("{value:?}"));
        self.fixed(format!("`{{:#?}}` of {what}"), format!("{value:#?}"));
        self.fixed(format!("`{{:>64?}}` of {what}"), format!("{value:>64?}"));
        self.fixed(format!("`{{:.3?}}` of {what}"), format!("{value:.3?}"));
        self.fixed(format!("`{{:x?}}` of {what}"), format!("{value:x?}"));
        self.fixed(format!("`{{:#X?}}` of {what}"), format!("{value:#X?}"));
    }

    fn record(&mut self, what: &str, event: EventRef<'_>, key: Option<&dyn Pseudonyms>) {
        let buffer = vec![0; event.max_encoded()].into_boxed_slice();
        match event.encode(buffer, key) {
            Err(too_small) => self.fixed(format!("the size of {what}"), too_small.to_string()),
            Ok(record) => {
                self.fixed(what, record.bytes());
                self.debug(what, &record);
                self.values(what, &record);
            }
        }
    }

    fn values(&mut self, what: &str, record: &Record<Box<[u8]>>) {
        self.spelled(format!("`OneLine` of {what}"), OneLine(record).to_string());
        let ending = record.ending();
        self.spelled(format!("the ending of {what}"), format!("{ending:?} {ending:#?}"));
        self.spelled(
            format!("`{{:#?}}` of the values of {what}"),
            debug_of_values(record.values()),
        );
    }

    /// Buffers that are too small: the error, and what was written before it was known.
    fn too_small(&mut self, event: EventRef<'_>) {
        let Err(needed) = event.encode([], Some(&TestKey)) else { return };
        self.debug("the error of a buffer that is too small", &needed);
        for size in [needed.needed / 2, needed.needed.saturating_sub(1)] {
            let mut buffer = vec![0; size];
            let error = event.encode(buffer.as_mut_slice(), Some(&TestKey)).err();
            self.fixed("what stands in a buffer that is too small", buffer);
            let told = error.map(|error| errors(&error)).unwrap_or_default();
            self.fixed("the message of a buffer that is too small", told);
        }
    }

    /// By way of a recorder, durably and not.
    fn recorded(&mut self, event: EventRef<'_>) {
        let recorder = MemoryRecorder::new();
        let accepted = recorder.record(event);
        let durable = recorder.record_durable(event).map(|pending| format!("{pending:?}"));
        recorder.count_lost(event.schema(), EmitError::Full);
        self.fixed("what a recorder answers", format!("{accepted:?} {durable:?} {recorder:?}"));
        for record in recorder.take() {
            self.fixed("a record in a recorder", record.bytes());
        }
    }

    fn refused(&mut self, event: EventRef<'_>) {
        for why in [EmitError::Full, EmitError::Closed, EmitError::TooLarge] {
            let recorder = MemoryRecorder::refusing(why);
            let error = recorder.record(event).err();
            let durable = recorder.record_durable(event).err();
            for error in error.into_iter().chain(durable) {
                let told = errors(&error) + &errors(&std::io::Error::from(error));
                self.fixed("the error of a recorder that refuses", told);
            }
        }
    }
}

/// `Debug` of each value, those of groups too.
fn debug_of_values(values: Values<'_>) -> String {
    let mut text = String::new();
    for value in values {
        text += &format!("{value:?} {value:#?}\n");
        if let Ok((_, Value::Group(inner))) = value {
            text += &debug_of_values(inner);
        }
    }
    text
}

/// All that an error and its causes say.
fn errors(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!("{error} {error:?} {error:#?}");
        cause = error.source();
    }
    text
}
