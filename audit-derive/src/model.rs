//! What was declared, as a small tree of our own. It is complete by construction: `check` makes it
//! of what was written, `expand` makes code of it and cannot fail.

pub(crate) use audit_names::Carries;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Generics, Path, Type};

use crate::symbol;

/// The item that derives.
pub(crate) struct Item<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    /// Where audit-core lives.
    pub(crate) home: Path,
    /// What the code calls it.
    pub(crate) krate: Path,
}

/// An item that is an event.
pub(crate) struct Event<'a> {
    pub(crate) shape: Shape<'a>,
    /// What it must keep to.
    pub(crate) policies: Vec<&'a Path>,
}

pub(crate) enum Shape<'a> {
    Struct(Box<Variant<'a>>),
    /// At least one, in the order of declaration.
    Enum(Vec<Variant<'a>>),
}

/// What has one schema: an event's struct, or one variant of its enum.
pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) name: String,
    /// The first paragraph of its documentation.
    pub(crate) about: String,
    pub(crate) stream: Stream,
    pub(crate) category: String,
    pub(crate) action: Action,
    pub(crate) outcome: OutcomeRule<'a>,
    /// The level, if it does not follow from the outcome.
    pub(crate) level: Option<Level>,
    pub(crate) actor: Part,
    pub(crate) source: Part,
    pub(crate) object: Part,
    /// Empty where there is no object.
    pub(crate) object_type: String,
    pub(crate) mapping: Mapping,
    /// In the order of declaration.
    pub(crate) fields: Vec<Field<'a>>,
}

/// The names of an action, by outcome.
#[derive(Clone)]
pub(crate) struct Action {
    pub(crate) success: String,
    pub(crate) denied: String,
    pub(crate) failure: String,
}

/// What others call an event.
pub(crate) struct Mapping {
    pub(crate) ocsf: Option<Ocsf>,
    pub(crate) ecs: Option<Ecs>,
    pub(crate) redfish: Option<String>,
}

#[derive(Clone, Copy)]
pub(crate) struct Ocsf {
    pub(crate) class: u32,
    pub(crate) activity: u8,
}

#[derive(Clone, Copy)]
pub(crate) struct Ecs {
    pub(crate) category: &'static str,
    pub(crate) event_type: &'static str,
}

/// Where the outcome comes from.
pub(crate) enum OutcomeRule<'a> {
    Always(OutcomeKind),
    Field,
    /// A field, once the operation is over: the event has two phases.
    Awaited {
        field: &'a Ident,
        ty: &'a Type,
    },
}

/// Where an actor, source or object comes from.
#[derive(Clone)]
pub(crate) enum Part {
    Fields,
    /// The name of the kind and the value, such as `service` and `updater`.
    Always(&'static str, String),
    /// And why.
    None(String),
    Context,
}

/// A field that is recorded, which every field is.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    /// The identifier without `r#`.
    pub(crate) name: String,
    pub(crate) ty: &'a Type,
    pub(crate) place: Place,
    pub(crate) treatment: Treatment,
    pub(crate) carries: Carries,
    /// Why it may be absent.
    pub(crate) absent: Option<String>,
}

/// How a field comes to be recorded.
pub(crate) enum Treatment {
    /// Its type says that it may be.
    ByType,
    /// Its author says so.
    Disclosed { why: String, class: Class },
}

/// A type that is a value.
pub(crate) enum Value<'a> {
    /// A fieldless enum.
    Labels { class: Class, labels: Vec<Label<'a>> },
    /// A struct around one value, as which it is recorded.
    Newtype { ty: &'a Type },
    /// A struct with named fields.
    Group { fields: Vec<Field<'a>> },
}

/// A variant of a fieldless enum.
pub(crate) struct Label<'a> {
    pub(crate) variant: &'a Ident,
    pub(crate) text: String,
}

/// One of the three parts that every event owes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartKind {
    Actor,
    Source,
    Object,
}

impl PartKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            PartKind::Actor => symbol::ACTOR,
            PartKind::Source => symbol::SOURCE,
            PartKind::Object => symbol::OBJECT,
        }
    }
}

/// Declares enums of audit-core once more: as tokens they are their path in it, for the path of the
/// crate to lead to.
macro_rules! mirrors {
    ($($(#[$doc:meta])* $name:ident as $path:path { $($variant:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum $name { $($variant,)* }

        impl ToTokens for $name {
            fn to_tokens(&self, tokens: &mut TokenStream) {
                tokens.extend(match self { $($name::$variant => quote!($path::$variant),)* });
            }
        }
    )*};
}

mirrors! {
    /// Where in a line a field's value stands. The order is that of a record.
    Place as schema::Place {
        Outcome,
        Reason,
        Actor,
        ActorUser,
        ActorSession,
        Source,
        SourceAddress,
        ObjectId,
        ObjectName,
        Data,
    }
    /// How an action ended.
    OutcomeKind as schema::OutcomeKind { Success, Denied, Failure, Unknown, }
    /// How loudly a record speaks.
    Level as Level { Info, Warn, Error, }
    /// Which log an event goes into.
    Stream as Stream { Audit, Access, Application, }
    /// How far a value may travel, as far as an attribute may say it.
    Class as Class { Public, Internal, Personal, }
}

impl Place {
    /// The part that a field at this place belongs to.
    pub(crate) fn part(self) -> Option<PartKind> {
        match self {
            Place::Actor | Place::ActorUser | Place::ActorSession => Some(PartKind::Actor),
            Place::Source | Place::SourceAddress => Some(PartKind::Source),
            Place::ObjectId | Place::ObjectName => Some(PartKind::Object),
            Place::Outcome | Place::Reason | Place::Data => None,
        }
    }
}

impl OutcomeKind {
    pub(crate) const WORDS: &'static [(&'static str, OutcomeKind)] = &[
        (symbol::SUCCESS, OutcomeKind::Success),
        (symbol::DENIED, OutcomeKind::Denied),
        (symbol::FAILURE, OutcomeKind::Failure),
        (symbol::UNKNOWN, OutcomeKind::Unknown),
    ];
}

impl Level {
    pub(crate) const WORDS: &'static [(&'static str, Level)] =
        &[(symbol::INFO, Level::Info), (symbol::WARN, Level::Warn), (symbol::ERROR, Level::Error)];
}

impl Stream {
    pub(crate) const WORDS: &'static [(&'static str, Stream)] = &[
        (symbol::AUDIT, Stream::Audit),
        (symbol::ACCESS, Stream::Access),
        (symbol::APPLICATION, Stream::Application),
    ];
}

impl Class {
    pub(crate) const WORDS: &'static [(&'static str, Class)] = &[
        (symbol::PUBLIC, Class::Public),
        (symbol::INTERNAL, Class::Internal),
        (symbol::PERSONAL, Class::Personal),
    ];
}
