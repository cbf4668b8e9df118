//! What an event is and records, as constants.

pub use crate::clash::{FieldPath, TypeClash};
pub use crate::mapping::{Ecs, Mapping, Ocsf};
pub use crate::outcome::OutcomeKind;
pub use crate::shape::Shape;
pub use crate::two_phase::Phase;
pub use crate::value::Type;

use crate::escape::escaped_len;
use crate::value::max;
use crate::{Class, Level, Stream, record::LINE_BYTES_MAX};

/// What an event is and records. The derive writes it; a log carries it before the event's first
/// line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The event's name, such as `login_failed`.
    pub event: &'static str,
    /// What the event's author says about it: the struct's doc comment, first paragraph.
    pub about: &'static str,
    /// Which log it goes into.
    pub stream: Stream,
    /// What kind of action it is, such as `authentication`.
    pub category: &'static str,
    /// The action's name, by outcome.
    pub action: ActionNames,
    /// Where the outcome comes from.
    pub outcome: OutcomeRule,
    /// The level, if it does not follow from the outcome.
    pub level: Option<Level>,
    /// Where the actor comes from: who did it.
    pub actor: Part,
    /// Where the source comes from: from where it was done.
    pub source: Part,
    /// Where the object comes from: what it was done to.
    pub object: Part,
    /// What the object is, such as `device`; empty where there is no object.
    pub object_type: &'static str,
    /// What others call it.
    pub mapping: Mapping,
    /// The recorded fields, by place, then in the order of declaration. A record holds their
    /// values in this order.
    pub fields: &'static [Field],
}

/// The action's name, by outcome; as a rule one and the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionNames {
    /// When it was done.
    pub success: &'static str,
    /// When it was not allowed.
    pub denied: &'static str,
    /// When it did not work.
    pub failure: &'static str,
}

impl ActionNames {
    /// One name whatever the outcome.
    pub const fn always(name: &'static str) -> ActionNames {
        ActionNames { success: name, denied: name, failure: name }
    }

    /// The name for an outcome; an unknown outcome has the name of success, which is the name of
    /// the attempt.
    pub const fn of(&self, outcome: OutcomeKind) -> &'static str {
        match outcome {
            OutcomeKind::Success | OutcomeKind::Unknown => self.success,
            OutcomeKind::Denied => self.denied,
            OutcomeKind::Failure => self.failure,
        }
    }
}

/// Where an event's outcome comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeRule {
    /// It is always this one.
    Always(OutcomeKind),
    /// A field of type [`Outcome`](crate::Outcome) says so, or, in an event of two phases, of type
    /// [`Awaited`](crate::Awaited).
    Field,
}

/// Where one of actor, source and object comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From the event's fields.
    Fields,
    /// Always the same; the name of the kind and the value, such as `service` and `updater`.
    Always(&'static str, &'static str),
    /// There is none, and this is why.
    None(&'static str),
    /// From the [`Context`](crate::Context) that the caller gives.
    Context,
}

/// One recorded field. Only the derives make one, of a Rust type's own type and class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The field's name, which is its key in a line's `data`.
    pub name: &'static str,
    /// Where in a line its value stands.
    pub place: Place,
    /// What its values are.
    pub ty: Type,
    /// How far it may travel.
    pub class: Class,
    /// How it came to be recorded.
    pub treatment: Treatment,
    /// Why it may be absent, where its type is an `Option` and it is part of an actor, source or
    /// object.
    pub absent: Option<&'static str>,
}

/// Where in a line a field's value stands. The order is that of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The outcome, with its reason.
    Outcome,
    /// The reason of a constant outcome.
    Reason,
    /// The whole actor, from a context.
    Actor,
    /// The actor's user name.
    ActorUser,
    /// The actor's session.
    ActorSession,
    /// The whole source, from a context.
    Source,
    /// The source's address.
    SourceAddress,
    /// The object's id.
    ObjectId,
    /// The object's name.
    ObjectName,
    /// A key of `data`.
    Data,
}

impl Place {
    /// The place's name in a schema line.
    pub const fn name(self) -> &'static str {
        match self {
            Place::Outcome => "outcome",
            Place::Reason => "reason",
            Place::Actor => "actor",
            Place::ActorUser => "actor.user",
            Place::ActorSession => "actor.session",
            Place::Source => "source",
            Place::SourceAddress => "source.address",
            Place::ObjectId => "object.id",
            Place::ObjectName => "object.name",
            Place::Data => "data",
        }
    }
}

/// How a field came to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Treatment {
    /// Its type is vocabulary, or withheld.
    ByType,
    /// Its author disclosed it, for this reason.
    Disclosed(&'static str),
}

impl Schema {
    /// How loudly a record of this event speaks that ended so: a beginning is as expected, an end
    /// speaks by its outcome.
    pub const fn level_of(&self, outcome: OutcomeKind, phase: Option<Phase>) -> Level {
        match (self.level, phase) {
            (Some(level), _) => level,
            (None, Some(Phase::Begun)) => Level::Info,
            (None, _) => outcome.level(),
        }
    }

    /// The longest record of this event, in bytes.
    pub const fn max_encoded(&self) -> usize {
        fields_max_encoded(self.fields)
    }

    /// An upper bound of this event's line, in bytes.
    pub const fn max_line(&self) -> usize {
        /// Keys, punctuation, numbers and times of every line.
        const ENVELOPE: usize = 512;
        let names = escaped_len(self.event)
            + escaped_len(self.category)
            + escaped_len(self.action.success)
            + escaped_len(self.action.denied)
            + escaped_len(self.action.failure)
            + escaped_len(self.object_type);
        ENVELOPE
            + names
            + self.actor.max_line()
            + self.source.max_line()
            + self.object.max_line()
            + fields_max_line(self.fields)
    }

    /// An upper bound of the line that describes this event, in bytes.
    pub const fn max_schema_line(&self) -> usize {
        self.max_line()
            + 528
            + escaped_len(self.about)
            + escaped_len(self.stream.name())
            + self.mapping.max_line()
            + fields_max_schema(self.fields)
    }
}

/// The longest record of an event with these schemas, in bytes.
pub(crate) const fn longest_encoded(schemas: &[&Schema]) -> usize {
    let mut longest = 0;
    let mut rest = schemas;
    while let [schema, tail @ ..] = rest {
        longest = max(longest, schema.max_encoded());
        rest = tail;
    }
    longest
}

/// Whether each event and its schema fit into a line.
pub(crate) const fn fit_lines(schemas: &[&Schema]) -> bool {
    let mut rest = schemas;
    while let [schema, tail @ ..] = rest {
        // A schema's line is longer than any of its events'.
        if schema.max_schema_line() > LINE_BYTES_MAX {
            return false;
        }
        rest = tail;
    }
    true
}

/// Whether one of these schemas takes its actor or source from a context.
pub(crate) const fn takes_context(schemas: &[&Schema]) -> bool {
    let mut rest = schemas;
    while let [schema, tail @ ..] = rest {
        if let (Part::Context, _) | (_, Part::Context) = (schema.actor, schema.source) {
            return true;
        }
        rest = tail;
    }
    false
}

/// The class of a group: that of its most confined field. Withheld fields do not count, because
/// nothing of them is in the group's values; where there are no others, the group is withheld too.
#[doc(hidden)]
pub const fn class_of_group(group: &Type) -> Class {
    let mut rest: &[Field] = match group {
        Type::Group(fields) => fields,
        _ => &[],
    };
    let mut class = Class::Withheld;
    while let [field, tail @ ..] = rest {
        class = match (class, field.class) {
            (_, Class::Withheld) => class,
            (Class::Withheld, first) => first,
            (Class::Personal, _) | (_, Class::Personal) => Class::Personal,
            (Class::Internal, _) | (_, Class::Internal) => Class::Internal,
            (Class::Public, Class::Public) => Class::Public,
        };
        rest = tail;
    }
    class
}

impl Part {
    const fn max_line(&self) -> usize {
        match self {
            Part::Fields | Part::Context => 0,
            Part::Always(kind, value) => escaped_len(kind) + escaped_len(value) + 8,
            Part::None(why) => escaped_len(why) + 16,
        }
    }
}

/// The longest encoding of fields, in bytes.
pub(crate) const fn fields_max_encoded(fields: &'static [Field]) -> usize {
    let mut total = 0;
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        total += field.ty.max_encoded();
        rest = tail;
    }
    total
}

/// The summed width of fields as `"name":value,` in a line.
pub(crate) const fn fields_max_line(fields: &'static [Field]) -> usize {
    /// Quotation marks, colons and commas, and the longest suffix of a key.
    const AROUND: usize = 32;
    let mut total = 2;
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        let absent = match field.absent {
            Some(why) => escaped_len(why) + 16,
            None => 0,
        };
        let name = escaped_len(field.name);
        // Its key, and once more beside it: how much was cut, or its name among what is withheld,
        // as that of each field of a group is, behind the group's.
        total += 2 * name + AROUND + max(field.ty.max_line(), absent);
        total += field.ty.leaves() * (name + 1);
        rest = tail;
    }
    total
}

/// The summed width of fields as a schema line lists them.
pub(crate) const fn fields_max_schema(fields: &'static [Field]) -> usize {
    let mut total = 0;
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        let reason = match field.treatment {
            Treatment::Disclosed(why) => escaped_len(why),
            Treatment::ByType => 0,
        };
        let absent = match field.absent {
            Some(why) => escaped_len(why),
            None => 0,
        };
        // Its row, and its name before those of each field of it.
        let name = escaped_len(field.name);
        total += 192 + 2 * name + reason + absent + field.ty.max_schema();
        total += field.ty.leaves() * (name + 1);
        rest = tail;
    }
    total
}
