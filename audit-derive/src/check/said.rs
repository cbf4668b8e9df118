//! What a struct, an enum or a variant says of itself, checked where it stands: what an enum says
//! wrongly for its variants is one fault, however many they are.

use proc_macro2::Ident;

use super::mapping::SaidMapping;
use super::{name, reason};
use crate::attr::{ActionAttr, EventAttrs, Keyed, PartAttr, PartForm};
use crate::errors::Errors;
use crate::model::{Action, Level, OutcomeKind, Part, PartKind, Stream};

/// What somebody may state: nothing, something that was refused and told of, or this.
pub(super) type Stated<T> = Option<Result<T, Told>>;

/// The fault was told.
#[derive(Clone, Copy)]
pub(super) struct Told;

/// What was stated, if it was not refused.
pub(super) fn told<T>(stated: Result<T, Told>) -> Option<T> {
    stated.ok()
}

pub(super) struct Said<'w> {
    /// What says it: `struct`, `enum` or `variant`.
    pub(super) place: &'static str,
    pub(super) action: Stated<Action>,
    pub(super) category: Stated<String>,
    pub(super) outcome: Option<&'w Keyed<OutcomeKind>>,
    pub(super) level: Option<Level>,
    pub(super) actor: Stated<SaidPart<'w>>,
    pub(super) source: Stated<SaidPart<'w>>,
    pub(super) object: Stated<SaidPart<'w>>,
    pub(super) object_type: Stated<String>,
    pub(super) stream: Option<Stream>,
    pub(super) mapping: SaidMapping,
}

/// An actor, source or object, and the token that says it.
#[derive(Clone)]
pub(super) struct SaidPart<'w> {
    pub(super) key: &'w Ident,
    pub(super) part: Part,
}

impl<'w> Said<'w> {
    pub(super) fn check(
        place: &'static str,
        attrs: &'w EventAttrs,
        errors: &mut Errors,
    ) -> Said<'w> {
        let category = attrs.category.as_ref().map(|text| name(text, errors).ok_or(Told));
        let action = attrs.action.as_ref().map(|it| action(it, errors).ok_or(Told));
        let mut part = |kind| part(place, kind, attrs, errors);
        let (actor, source) = (part(PartKind::Actor), part(PartKind::Source));
        let object = part(PartKind::Object);
        let object_type = object_type(attrs, object.as_ref(), errors);
        let (outcome, level, stream) = (attrs.outcome.as_ref(), attrs.level, attrs.stream);
        let mapping = SaidMapping::check(attrs, errors);
        Said {
            place,
            action,
            category,
            outcome,
            level,
            actor,
            source,
            object,
            object_type,
            stream,
            mapping,
        }
    }

    pub(super) fn part(&self, kind: PartKind) -> &Stated<SaidPart<'w>> {
        match kind {
            PartKind::Actor => &self.actor,
            PartKind::Source => &self.source,
            PartKind::Object => &self.object,
        }
    }
}

/// The names of an action for other outcomes follow that of success unless they are said.
fn action(action: &ActionAttr, errors: &mut Errors) -> Option<Action> {
    let Some(success) = &action.success else {
        let message = "`action(…)` lacks `success = \"…\"`, the name that the others follow";
        errors.push_missing(&action.key, message);
        return None;
    };
    let mut other = |text: &Option<_>| text.as_ref().map(|text| name(text, errors));
    let (denied, failure) = (other(&action.denied), other(&action.failure));
    let success = name(success, errors)?;
    Some(Action {
        denied: denied.unwrap_or_else(|| Some(success.clone()))?,
        failure: failure.unwrap_or_else(|| Some(success.clone()))?,
        success,
    })
}

/// An actor, source or object is said in one way.
fn part<'w>(
    place: &str,
    kind: PartKind,
    attrs: &'w EventAttrs,
    errors: &mut Errors,
) -> Stated<SaidPart<'w>> {
    let mut said = attrs.parts.iter().filter(|part| part.kind == kind);
    let first = said.next()?;
    if let Some(second) = said.next() {
        errors.push(&second.key, said_already(kind, place));
        return Some(Err(Told));
    }
    let part = said_part(first, errors).map(|part| SaidPart { key: &first.key, part });
    Some(part.ok_or(Told))
}

pub(super) fn said_already(kind: PartKind, place: &str) -> String {
    format!("the {} is already set on the {place}: remove one of the two", kind.name())
}

/// A constant says which, and where there is none the event says why.
fn said_part(part: &PartAttr, errors: &mut Errors) -> Option<Part> {
    match &part.form {
        PartForm::Always(_, text) if text.value().trim().is_empty() => {
            errors.push(text, "this is empty: say which");
            None
        }
        PartForm::Always(what, text) => Some(Part::Always(what, text.value().trim().to_owned())),
        PartForm::None(why) => reason(why, errors).map(Part::None),
        PartForm::Context => Some(Part::Context),
    }
}

/// What is not there has no type.
fn object_type(
    attrs: &EventAttrs,
    object: Option<&Result<SaidPart<'_>, Told>>,
    errors: &mut Errors,
) -> Stated<String> {
    let given = attrs.object_type.as_ref()?;
    if let Some(Ok(SaidPart { part: Part::None(_), .. })) = object {
        errors.push(&given.key, THERE_IS_NO_OBJECT);
        return Some(Err(Told));
    }
    Some(name(&given.value, errors).ok_or(Told))
}

pub(super) const THERE_IS_NO_OBJECT: &str =
    "there is no object, by `none(object = …)`: remove one of the two";
