//! Event lines: a record, spelled out by its schema. What is the same in each line of a schema is
//! spelled once, and cut where the values go.

use audit_core::{
    Buffer, Ending, Field, Malformed, OutcomeKind, Part, Phase, Place, Record, Schema, Values,
};

use super::fragment::Fragment;
use super::json::{key, number, object, separate, string};
use super::key_names::{KeyNames, Renamed};
use super::slot::{Slot, State, Texts};
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
        let mut draft = Draft::default();
        draft.part("actor", schema, &schema.actor, &[Place::ActorUser, Place::ActorSession]);
        draft.part("source", schema, &schema.source, &[Place::SourceAddress]);
        draft.part("object", schema, &schema.object, &[Place::ObjectId, Place::ObjectName]);
        draft.data(schema, &renamed);
        Spelling {
            heads: OUTCOMES.map(|outcome| (outcome, head(schema, outcome, None))),
            begun: head(schema, OutcomeKind::Unknown, Some(Phase::Begun)),
            tail: closing(&draft.text),
            slots: draft.slots,
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

/// A text where the object before it is closed already, and where it is open.
fn closing(text: &[u8]) -> [Fragment; 2] {
    [Fragment::of(text), Fragment::of(&[b"}", text].concat())]
}

/// A spelling that is being made.
#[derive(Default)]
struct Draft {
    slots: Vec<Slot>,
    /// What follows the last slot so far.
    text: Vec<u8>,
}

/// An object of a line, as a draft goes through its fields.
struct Members<'d> {
    /// `,"actor":{`, with the entries that it always has.
    open: Vec<u8>,
    /// Whether it has any.
    is_typed: bool,
    /// What names of it are called in `withheld`.
    full: &'d str,
    /// The part's name, if the object is one whose only member is this field: it is left out with
    /// that.
    alone: Option<&'d str>,
}

impl Draft {
    /// An actor, source or object.
    fn part(&mut self, name: &str, schema: &Schema, rule: &Part, places: &[Place]) {
        let of_object = name == "object" && !schema.object_type.is_empty();
        let typed = of_object.then_some(("type", schema.object_type));
        match *rule {
            Part::None(why) => self.text.extend_from_slice(&none(name, why)),
            Part::Always(kind, text) => {
                self.text.push(b',');
                key(name, &mut self.text);
                object(typed.into_iter().chain([(kind, text)]), &mut self.text);
            }
            Part::Context => {
                let text = std::mem::take(&mut self.text);
                self.slots.push(Slot::whole(name, closing(&text)));
            }
            Part::Fields => self.part_fields(name, schema, typed, places),
        }
    }

    fn part_fields(
        &mut self,
        name: &str,
        schema: &Schema,
        typed: Option<(&str, &str)>,
        places: &[Place],
    ) {
        let mut open = vec![b','];
        key(name, &mut open);
        object(typed.into_iter(), &mut open);
        open.pop(); // It goes on.
        let is_of_part = |field: &&Field| places.contains(&field.place);
        let fields: Vec<&Field> = schema.fields.iter().filter(is_of_part).collect();
        let alone = (fields.len() == 1 && typed.is_none()).then_some(name);
        let full = format!("{name}.");
        let members = Members { open, is_typed: typed.is_some(), full: &full, alone };
        for (at, field) in fields.iter().enumerate() {
            let name = part_key(field.place);
            let why = field.absent;
            self.field(&members, at == 0, name, name.unwrap_or("address"), why);
        }
    }

    fn data(&mut self, schema: &Schema, renamed: &Renamed) {
        let open = br#","data":{"#.to_vec();
        let members = Members { open, is_typed: false, full: "", alone: None };
        let fields = schema.fields.iter().filter(|field| field.place == Place::Data);
        for (at, field) in fields.enumerate() {
            let name = renamed.get(field.name).map_or(field.name, String::as_str);
            self.field(&members, at == 0, Some(name), field.name, None);
        }
    }

    /// A value comes here, under this key; an address of a part has none, but its entries.
    fn field(
        &mut self,
        members: &Members<'_>,
        is_first: bool,
        name: Option<&str>,
        called: &str,
        why_absent: Option<&str>,
    ) {
        let text = std::mem::take(&mut self.text);
        // Before anything of this object: the object before it may be open.
        let [not_begun, begun] = match is_first {
            true => [text.clone(), [b"}", &text[..]].concat()],
            false => [Vec::new(), Vec::new()],
        };
        let comma = || vec![b','];
        let lead = |before: &[u8], goes_on: bool| match goes_on {
            true => comma(),
            false => {
                let mut lead = [before, &members.open[..]].concat();
                if members.is_typed {
                    lead.push(b',');
                }
                lead
            }
        };
        let leads = [lead(&not_begun, false), lead(&begun, !is_first)];
        let skip = match (is_first, members.is_typed) {
            (true, true) => [&not_begun, &begun].map(|it| [&it[..], &members.open].concat()),
            _ => [not_begun.clone(), begun.clone()],
        };
        let absent = match (why_absent, members.alone) {
            (None, _) => skip.clone(),
            (Some(why), Some(part)) => {
                [&not_begun, &begun].map(|it| [&it[..], &none(part, why)].concat())
            }
            (Some(why), None) => {
                let none = none(name.unwrap_or(called), why);
                leads.each_ref().map(|lead| [lead, none.get(1..).unwrap_or_default()].concat())
            }
        };
        self.slots.push(Slot::of(Texts {
            name,
            called: format!("{}{called}", members.full),
            leads,
            skip,
            absent,
            is_first,
            opens_skipped: members.is_typed,
            opens_absent: why_absent.is_some() && members.alone.is_none(),
        }));
    }
}

/// `,"user_none":"why"`
fn none(name: &str, why: &str) -> Vec<u8> {
    let mut text = vec![b','];
    key(&format!("{name}_none"), &mut text);
    string(why, &mut text);
    text
}

/// The key of a part's field; `None` where it has none of its own, because it is an address.
fn part_key(place: Place) -> Option<&'static str> {
    match place {
        Place::ActorUser => Some("user"),
        Place::ActorSession => Some("session"),
        Place::ObjectId => Some("id"),
        Place::ObjectName => Some("name"),
        _ => None,
    }
}
