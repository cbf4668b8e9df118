//! Event lines: a record, spelled out by its schema. What is the same in each line of a schema is
//! spelled once, and cut where the values go.

use audit_core::{
    record::{Buffer, Ending, Malformed, Record, Values},
    schema::{OutcomeKind, Phase, Schema},
};

use super::draft::Draft;
use super::fragment::Fragment;
use super::json::{key, number, separate, string};
use super::key_names::{KeyNames, Renamed};
use super::slot::{Slot, State};
use super::value::Shown;
use super::{Envelope, Scratch};

/// What is the same in each line of a schema.
#[derive(Debug)]
pub struct Spelling {
    /// From the event's name to its outcome, by outcome.
    heads: [(OutcomeKind, Fragment); 4],
    /// The same where an operation of two phases begins.
    begun: Fragment,
    /// The values that are not in the head, in the order of the record, which is that of the line.
    slots: Vec<Slot>,
    /// What follows the last value, by whether its object is open.
    tail: [Fragment; 2],
    /// Fields that stand under another key than their name.
    renamed: Renamed,
}

const OUTCOMES: [OutcomeKind; 4] =
    [OutcomeKind::Success, OutcomeKind::Denied, OutcomeKind::Failure, OutcomeKind::Unknown];

impl Spelling {
    /// The spelling of a schema's events, in a log that has these keys already.
    pub fn of(schema: &Schema, names: &mut KeyNames) -> Spelling {
        let renamed = names.adopt(schema);
        let (slots, tail) = Draft::of(schema, &renamed);
        Spelling {
            heads: OUTCOMES.map(|outcome| (outcome, head(schema, outcome, None))),
            begun: head(schema, OutcomeKind::Unknown, Some(Phase::Begun)),
            tail,
            slots,
            renamed,
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
        scratch: &mut Scratch,
        out: &mut Vec<u8>,
    ) -> Result<Ending, Malformed> {
        let start = out.len();
        let (ending, values) = record.ending_and_rest();
        envelope.write("event", &mut scratch.times, out);
        self.write_head(&ending, out);
        match self.write_values(values, &mut scratch.withheld, out) {
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

    fn write_values(
        &self,
        mut values: Values<'_>,
        withheld: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        withheld.clear();
        let mut state = State { is_open: false, withheld, renamed: &self.renamed };
        // The slots were made from the schema's fields, so there is one for every value.
        for slot in &self.slots {
            let taken = values.next_into(|_| Shown { slot, state: &mut state, out });
            taken.unwrap_or(Err(Malformed { field: "the last" }))?;
        }
        let [closed, open] = &self.tail;
        if state.is_open { open } else { closed }.put(out);
        if !withheld.is_empty() {
            out.extend_from_slice(br#","withheld":["#);
            out.extend_from_slice(withheld);
            out.push(b']');
        }
        out.extend_from_slice(b"}\n");
        Ok(())
    }
}

/// `"event":…,"level":…,"action":…,"outcome":…`
fn head(schema: &Schema, outcome: OutcomeKind, phase: Option<Phase>) -> Fragment {
    let entries = [
        ("event", schema.event),
        ("level", schema.level_of(outcome, phase).name()),
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
