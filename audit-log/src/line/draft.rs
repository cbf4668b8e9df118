//! A spelling while it is made: what stands around each value, worked out from the schema.

use audit_core::schema::{Field, Part, Place, Schema};

use super::fragment::Fragment;
use super::json::{key, object, string};
use super::key_names::Renamed;
use super::slot::{Slot, Texts};

/// A text where the object before it is closed already, and where it is open.
fn closing(text: &[u8]) -> [Fragment; 2] {
    [Fragment::of(text), Fragment::of(&[b"}", text].concat())]
}

/// A spelling that is being made.
#[derive(Default)]
pub(super) struct Draft {
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
    /// Whether none of its fields has a slot yet.
    is_first: bool,
}

/// A field of such an object.
struct Member<'d> {
    /// Its key; an address of a part has none, but its entries.
    key: Option<&'d str>,
    /// What it is called where its key does not stand.
    called: &'d str,
    why_absent: Option<&'d str>,
}

impl Draft {
    /// The slots of a schema's values, and what follows the last one.
    pub(super) fn of(schema: &Schema, renamed: &Renamed) -> (Vec<Slot>, [Fragment; 2]) {
        let mut draft = Draft::default();
        draft.part("actor", schema, &schema.actor, &[Place::ActorUser, Place::ActorSession]);
        draft.part("source", schema, &schema.source, &[Place::SourceAddress]);
        draft.part("object", schema, &schema.object, &[Place::ObjectId, Place::ObjectName]);
        draft.data(schema, renamed);
        let tail = closing(&draft.text);
        (draft.slots, tail)
    }

    /// An actor, source or object.
    fn part(&mut self, name: &str, schema: &Schema, rule: &Part, places: &[Place]) {
        let of_object = name == "object" && !schema.object_type.is_empty();
        let typed = of_object.then_some(("type", schema.object_type));
        match *rule {
            Part::None(why) => {
                self.text.push(b',');
                self.text.extend_from_slice(&none(name, why));
            }
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
        let is_typed = typed.is_some();
        let alone = (fields.len() == 1 && !is_typed).then_some(name);
        let full = format!("{name}.");
        let mut members = Members { open, is_typed, full: &full, alone, is_first: true };
        for field in fields {
            let key = part_key(field.place);
            let called = key.unwrap_or("address");
            self.member(&mut members, &Member { key, called, why_absent: field.absent });
        }
    }

    fn data(&mut self, schema: &Schema, renamed: &Renamed) {
        let open = br#","data":{"#.to_vec();
        let mut members = Members { open, is_typed: false, full: "", alone: None, is_first: true };
        for field in schema.fields.iter().filter(|field| field.place == Place::Data) {
            let key = Some(renamed.get(field.name).map_or(field.name, String::as_str));
            self.member(&mut members, &Member { key, called: field.name, why_absent: None });
        }
    }

    /// A value comes here.
    fn member(&mut self, members: &mut Members<'_>, member: &Member<'_>) {
        let text = std::mem::take(&mut self.text);
        let is_first = std::mem::take(&mut members.is_first);
        // Before anything of this object: the object before it may be open.
        let before = match is_first {
            true => [text.clone(), [b"}", &text[..]].concat()],
            false => Default::default(),
        };
        let texts = Texts {
            key: member.key,
            called: format!("{}{}", members.full, member.called),
            leads: members.leads(&before, is_first),
            skip: members.skip(&before, is_first),
            absent: members.absent(&before, is_first, member),
            is_first,
            opens_skipped: members.is_typed,
            opens_absent: member.why_absent.is_some() && members.alone.is_none(),
        };
        self.slots.push(Slot::of(texts));
    }
}

/// Two texts: where the object of the value before is closed, and where it is open.
type Pair = [Vec<u8>; 2];

impl Members<'_> {
    /// What leads to a key: the object's beginning, or a comma where it has begun.
    fn leads(&self, before: &Pair, is_first: bool) -> Pair {
        let begin = |before: &Vec<u8>| {
            let comma: &[u8] = if self.is_typed { b"," } else { b"" };
            [before, &self.open, comma].concat()
        };
        let [closed, open] = before;
        let goes_on = if is_first { begin(open) } else { vec![b','] };
        [begin(closed), goes_on]
    }

    /// What stands there instead of a value that is left out.
    fn skip(&self, before: &Pair, is_first: bool) -> Pair {
        match is_first && self.is_typed {
            true => before.each_ref().map(|before| [&before[..], &self.open].concat()),
            false => before.clone(),
        }
    }

    /// What stands there instead of a value that is absent.
    fn absent(&self, before: &Pair, is_first: bool, member: &Member<'_>) -> Pair {
        match (member.why_absent, self.alone) {
            (None, _) => self.skip(before, is_first),
            (Some(why), Some(part)) => {
                before.each_ref().map(|before| [&before[..], b",", &none(part, why)].concat())
            }
            (Some(why), None) => {
                let none = none(member.called, why);
                self.leads(before, is_first).each_ref().map(|lead| [&lead[..], &none].concat())
            }
        }
    }
}

/// `"user_none":"why"`
fn none(name: &str, why: &str) -> Vec<u8> {
    let mut text = Vec::new();
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
