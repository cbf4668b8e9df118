//! A recorder that keeps what it is given, in memory.

use std::sync::Mutex;

use audit_core::{
    EmitError, Pending, Recorder,
    record::{EventRef, Record},
    recorder::{Pseudonym, Pseudonyms},
    schema::{Place, Schema},
};

const BUFFER_BYTES: usize = 4096;

#[derive(Default)]
pub(crate) struct Memory {
    records: Mutex<Vec<Record<[u8; BUFFER_BYTES]>>>,
}

/// Not a keyed hash: it tells texts apart by their length, which is enough here.
struct Lengths;

impl Pseudonyms for Lengths {
    fn pseudonym(&self, _: audit_core::recorder::Domain, text: &[u8]) -> Pseudonym {
        Pseudonym((text.len() as u64).to_le_bytes())
    }
}

impl Recorder for Memory {
    fn record(&self, event: EventRef<'_>) -> Result<(), EmitError> {
        let record = event
            .encode([0; BUFFER_BYTES], Some(&Lengths))
            .map_err(|_too_small| EmitError::TooLarge)?;
        self.records.lock().unwrap().push(record);
        Ok(())
    }

    fn record_durable(&self, _: EventRef<'_>) -> Result<Pending, EmitError> {
        Err(EmitError::NotDurable)
    }

    fn count_lost(&self, _: &'static Schema, _: EmitError) {}
}

/// One event's record that was emitted to this recorder.
pub(crate) fn recorded(
    emit: impl FnOnce(&dyn Recorder) -> Result<(), EmitError>,
) -> Record<[u8; BUFFER_BYTES]> {
    let memory = Memory::default();
    emit(&memory).unwrap();
    let mut records = memory.records.lock().unwrap();
    assert_eq!(records.len(), 1);
    records.remove(0)
}

/// A record's values as `place name = value`, a line each.
pub(crate) fn told(record: &Record<[u8; BUFFER_BYTES]>) -> Vec<String> {
    let values = record.values().map(|value| value.unwrap());
    values
        .map(|(field, value)| format!("{} {} = {value:?}", field.place.name(), field.name))
        .collect()
}

/// A schema's fields as `place name: type, class, treatment, absent`, a line each.
pub(crate) fn fields(schema: &Schema) -> Vec<String> {
    let places: Vec<Place> = schema.fields.iter().map(|field| field.place).collect();
    assert!(places.is_sorted(), "fields stand by place: {places:?}");
    let line = |field: &audit_core::schema::Field| {
        let audit_core::schema::Field { name, place, ty, class, treatment, absent, .. } = field;
        format!("{} {name}: {ty:?}, {}, {treatment:?}, {absent:?}", place.name(), class.name())
    };
    schema.fields.iter().map(line).collect()
}
