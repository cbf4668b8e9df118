//! The event types that a stream has met.

use std::collections::BTreeMap;

use audit_core::schema::Schema;
use audit_log::line::{KeyNames, Spelling};

use crate::listed::Listed;

/// The event types that a stream has met, with what is worked out once for each. There are as many
/// as the program has.
#[derive(Debug, Default)]
pub(super) struct Known {
    types: Vec<EventType>,
    /// Places in `types`, by the address of the schema.
    places: BTreeMap<usize, usize>,
    /// The address that was asked for last, and its place: events of one type often come together.
    last: Option<(usize, usize)>,
}

/// One type of event.
#[derive(Debug)]
pub(super) struct EventType {
    pub(super) schema: &'static Schema,
    pub(super) spelling: Spelling,
    /// What an event of it may need, with its schema's line, in bytes.
    pub(super) room: u64,
    /// Whether the program's catalogues have it, if there are any.
    pub(super) is_listed: bool,
    /// Whether its schema stands in the active segment since this run began or the segment did.
    stands: bool,
}

impl Known {
    /// The place of a type, and whether its schema must be written before an event of it.
    pub(super) fn place(
        &mut self,
        schema: &'static Schema,
        names: &mut KeyNames,
        listed: &Listed,
    ) -> usize {
        let address = std::ptr::from_ref(schema).addr();
        match self.last {
            Some((last, place)) if last == address => place,
            _ => {
                let types = &mut self.types;
                let place = *self.places.entry(address).or_insert_with(|| {
                    types.push(EventType::new(schema, names, listed));
                    types.len() - 1
                });
                self.last = Some((address, place));
                place
            }
        }
    }

    pub(super) fn get(&self, place: usize) -> Option<&EventType> {
        self.types.get(place)
    }

    /// Whether the schema of this type stands in the segment; it does too where an equal one does.
    pub(super) fn stands(&mut self, place: usize) -> bool {
        let Some(of) = self.types.get(place) else { return false };
        if of.stands {
            return true;
        }
        let schema = of.schema;
        let stands = self.types.iter().any(|other| other.stands && *other.schema == *schema);
        if let Some(of) = self.types.get_mut(place) {
            of.stands = stands;
        }
        stands
    }

    /// The schema of this type was written. Of types with one name the last that was written holds.
    pub(super) fn was_written(&mut self, place: usize) {
        let Some(written) = self.types.get(place).map(|of| of.schema) else { return };
        for of in &mut self.types {
            if of.schema.event == written.event {
                of.stands = *of.schema == *written;
            }
        }
    }

    /// The schemas that stand in the segment, and whether they are listed.
    pub(super) fn standing(&self) -> Vec<(&'static Schema, bool)> {
        let standing = self.types.iter().filter(|of| of.stands);
        standing.map(|of| (of.schema, of.is_listed)).collect()
    }

    /// A new segment holds no schema.
    pub(super) fn begin_segment(&mut self) {
        for of in &mut self.types {
            of.stands = false;
        }
    }
}

impl EventType {
    fn new(schema: &'static Schema, names: &mut KeyNames, listed: &Listed) -> EventType {
        let is_listed = listed.has(schema);
        if !is_listed {
            tracing::warn!(target: "audit_writer", event = schema.event, "an event is in no catalog of the program");
        }
        EventType {
            is_listed,
            schema,
            spelling: Spelling::of(schema, names),
            room: (schema.max_line() + schema.max_schema_line()) as u64,
            stands: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use audit_core::AuditEvent;

    use super::*;

    /// It rang.
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action = "ring", category = "door", outcome = "success")]
    #[audit(none(actor = "a", source = "b", object = "c"))]
    struct Rang {}

    mod other {
        use audit_core::AuditEvent;

        /// It rang otherwise.
        #[must_use]
        #[derive(AuditEvent)]
        #[audit(action = "ring", category = "door", outcome = "success")]
        #[audit(none(actor = "a", source = "b", object = "c"))]
        pub(super) struct Rang {}
    }

    /// The schema at an address of its own.
    fn again(schema: &Schema) -> &'static Schema {
        Box::leak(Box::new(*schema))
    }

    #[test]
    fn a_schema_is_written_once_a_segment() {
        let (mut known, mut names) = (Known::default(), KeyNames::default());
        let first = known.place(Rang::SCHEMAS[0], &mut names, &Listed::default());
        assert!(!known.stands(first));
        known.was_written(first);
        assert!(known.stands(first));
        let equal = known.place(again(Rang::SCHEMAS[0]), &mut names, &Listed::default());
        assert_ne!(first, equal);
        assert!(known.stands(equal));
        known.begin_segment();
        assert!(!known.stands(first) && !known.stands(equal));
    }

    #[test]
    fn of_schemas_with_one_name_the_last_holds() {
        let (mut known, mut names) = (Known::default(), KeyNames::default());
        let [one, two] = [Rang::SCHEMAS[0], other::Rang::SCHEMAS[0]]
            .map(|schema| known.place(schema, &mut names, &Listed::default()));
        known.was_written(one);
        assert!(!known.stands(two));
        known.was_written(two);
        assert!(known.stands(two) && !known.stands(one));
        assert_eq!(known.place(Rang::SCHEMAS[0], &mut names, &Listed::default()), one);
    }
}
