//! Event lines: a record, spelled out by its schema. What is the same in each line of a schema is
//! spelled once, and cut where the values go.

use audit_core::{
    Buffer, Ending, Field, Malformed, OutcomeKind, Part, Phase, Place, Record, Schema, Values,
};

use super::Envelope;
use super::fragment::Fragment;
use super::json::{key, number, object, separate, string};
use super::time::Times;
use super::value::{Frame, Shown, absent};

/// What is the same in each line of a schema.
#[derive(Debug)]
pub struct Spelling {
    /// From the event's name to its outcome, by outcome.
    heads: [(OutcomeKind, Fragment); 4],
    /// The same where an operation of two phases begins.
    begun: Fragment,
    /// The values that are not in the head, in the order of the record, which is that of the line.
    slots: Vec<Slot>,
    /// What follows the last value, with the newline.
    tail: Fragment,
}

/// Where a value goes.
#[derive(Debug)]
struct Slot {
    /// Everything between the value before and this one.
    before: Fragment,
    frame: Frame,
}

const OUTCOMES: [OutcomeKind; 4] =
    [OutcomeKind::Success, OutcomeKind::Denied, OutcomeKind::Failure, OutcomeKind::Unknown];

impl Spelling {
    pub fn of(schema: &Schema) -> Spelling {
        let mut draft = Draft::default();
        draft.part("actor", schema, &schema.actor, &[Place::ActorUser, Place::ActorSession]);
        draft.part("source", schema, &schema.source, &[Place::SourceAddress]);
        draft.part("object", schema, &schema.object, &[Place::ObjectId, Place::ObjectName]);
        draft.data(schema);
        Spelling {
            heads: OUTCOMES.map(|outcome| (outcome, head(schema, outcome, None))),
            begun: head(schema, OutcomeKind::Unknown, Some(Phase::Begun)),
            slots: draft.slots,
            tail: Fragment::of(&draft.text),
        }
    }

    /// Appends the line of a record of this schema, its newline included; leaves `out` as it was on
    /// an error. Tells how the event ended.
    ///
    /// # Errors
    ///
    /// The record does not follow its schema, which would be a defect of the encoder.
    pub fn write<B: Buffer>(
        &self,
        envelope: &Envelope<'_>,
        record: &Record<B>,
        times: &mut Times,
        out: &mut Vec<u8>,
    ) -> Result<Ending, Malformed> {
        let start = out.len();
        let (ending, values) = record.ending_and_rest();
        envelope.write("event", times, out);
        self.write_head(&ending, out);
        match self.write_values(values, out) {
            Ok(()) => Ok(ending),
            Err(malformed) => {
                out.truncate(start);
                Err(malformed)
            }
        }
    }

    fn write_head(&self, ending: &Ending, out: &mut Vec<u8>) {
        let Ending { outcome, reason, phase, .. } = ending;
        let of_outcome = self.heads.iter().find(|(of, _)| of == outcome);
        match (phase, of_outcome) {
            (Some(Phase::Begun), _) | (_, None) => self.begun.put(out),
            (_, Some((_, head))) => head.put(out),
        }
        if let Some(reason) = reason {
            out.extend_from_slice(br#","reason":"#);
            string(reason, out);
        }
        if let Some(phase) = phase {
            out.extend_from_slice(br#","phase":"#);
            string(phase.name(), out);
            if let Some(begun) = phase.begun() {
                out.extend_from_slice(br#","begun":"#);
                number(begun, out);
            }
        }
    }

    fn write_values(&self, mut values: Values<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
        // The slots were made from the schema's fields, so there is one for every value.
        for slot in &self.slots {
            slot.before.put(out);
            let taken = values.next_into(|_| Shown { frame: Some(&slot.frame), out });
            taken.unwrap_or(Err(Malformed { field: "the last" }))?;
        }
        self.tail.put(out);
        Ok(())
    }
}

/// `"event":…,"level":…,"category":…,"action":…,"outcome":…`
fn head(schema: &Schema, outcome: OutcomeKind, phase: Option<Phase>) -> Fragment {
    let entries = [
        ("event", schema.event),
        ("level", schema.level_of(outcome, phase).name()),
        ("category", schema.category),
        ("action", schema.action.of(outcome)),
        ("outcome", outcome.name()),
    ];
    let mut head = Vec::new();
    let mut first = true;
    for (name, text) in entries {
        separate(&mut first, &mut head);
        key(name, &mut head);
        string(text, &mut head);
    }
    Fragment::of(&head)
}

/// A spelling that is being made.
#[derive(Default)]
struct Draft {
    slots: Vec<Slot>,
    /// What follows the last slot so far.
    text: Vec<u8>,
}

impl Draft {
    /// An actor, source or object.
    fn part(&mut self, name: &str, schema: &Schema, rule: &Part, places: &[Place]) {
        self.text.push(b',');
        key(name, &mut self.text);
        let of_object = name == "object" && !schema.object_type.is_empty();
        let typed = of_object.then_some(("type", schema.object_type));
        match *rule {
            Part::None(why) => absent(why, &mut self.text),
            Part::Always(kind, text) => {
                object(typed.into_iter().chain([(kind, text)]), &mut self.text);
            }
            Part::Context => self.slot(false, b"", b"", ""),
            Part::Fields => {
                let mut open = Vec::new();
                object(typed.into_iter(), &mut open);
                open.pop(); // It goes on.
                let fields = schema.fields.iter().filter(|field| places.contains(&field.place));
                self.fields(&fields.collect::<Vec<_>>(), open);
            }
        }
    }

    /// The object that these fields make; where it would have one entry and that is absent, the
    /// reason why.
    fn fields(&mut self, fields: &[&Field], mut open: Vec<u8>) {
        let mut first = open.len() == 1;
        if let [field] = fields {
            separate(&mut first, &mut open);
            let takes_entries = push_key(field, &mut open);
            self.slot(takes_entries, &open, b"}", field.absent.unwrap_or_default());
            return;
        }
        self.text.append(&mut open);
        for field in fields {
            separate(&mut first, &mut self.text);
            let takes_entries = push_key(field, &mut self.text);
            self.slot(takes_entries, b"", b"", field.absent.unwrap_or_default());
        }
        self.text.push(b'}');
    }

    fn data(&mut self, schema: &Schema) {
        self.text.extend_from_slice(br#","data":{"#);
        let mut first = true;
        for field in schema.fields.iter().filter(|field| field.place == Place::Data) {
            separate(&mut first, &mut self.text);
            key(field.name, &mut self.text);
            self.slot(false, b"", b"", "");
        }
        self.text.extend_from_slice(b"}}\n");
    }

    /// A value comes here; where it is absent, the reason why, and `null` where none is given.
    fn slot(&mut self, takes_entries: bool, open: &[u8], close: &[u8], why: &str) {
        let mut instead = Vec::new();
        match why {
            "" => instead.extend_from_slice(b"null"),
            why => absent(why, &mut instead),
        }
        let [before, open, close, absent] = [&self.text, open, close, &instead].map(Fragment::of);
        let frame = Frame { takes_entries, open, close, absent };
        self.slots.push(Slot { before, frame });
        self.text.clear();
    }
}

/// Appends the key of a part's field. Whether it has none: an address has two, which come with its
/// value.
fn push_key(field: &Field, out: &mut Vec<u8>) -> bool {
    let name = match field.place {
        Place::ActorUser => "user",
        Place::ActorSession => "session",
        Place::ObjectId => "id",
        Place::ObjectName => "name",
        _ => return true,
    };
    key(name, out);
    false
}
