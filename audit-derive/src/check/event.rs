//! The rules of events.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Fields, Lit, LitStr, Meta, Type};

use super::{is_path_to, name, name_of, reason, treatment};
use crate::attr::{EventAttrs, FieldAttrs, PartAttr, PartForm};
use crate::errors::Errors;
use crate::keys;
use crate::model::{Action, Event, Field, OutcomeKind, OutcomeRule, Part, PartKind, Place};
use crate::symbol::MUST_USE;

/// An event as it is written.
struct Written<'a> {
    ident: &'a Ident,
    attrs: &'a EventAttrs,
    fields: Vec<WrittenField<'a>>,
}

struct WrittenField<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    attrs: FieldAttrs,
    place: Place,
    /// The token that says so.
    role: Option<Ident>,
}

/// Applies every rule; without an event, at least one fault was told.
pub(crate) fn event<'a>(
    input: &'a DeriveInput,
    attrs: &'a EventAttrs,
    errors: &mut Errors,
) -> Option<Event<'a>> {
    must_use(input, errors);
    let fields = written_fields(input, errors)?;
    let written = Written { ident: &input.ident, attrs, fields };
    let name = event_name(&written, errors);
    let category = category(&written, errors);
    let action = action(&written, errors);
    let outcome = outcome(&written, errors);
    let actor = part(&written, PartKind::Actor, errors);
    let source = part(&written, PartKind::Source, errors);
    let object = part(&written, PartKind::Object, errors);
    let object_type = object_type(&written, errors);
    one_field_a_place(&written, errors);
    let fields = written.fields.into_iter().map(|field| event_field(field, errors));
    let fields = fields.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>();
    Some(Event {
        name: name?,
        about: about(&input.attrs),
        category: category?,
        action: action?,
        outcome: outcome?,
        level: attrs.level,
        actor: actor?,
        source: source?,
        object: object?,
        object_type: object_type?,
        fields: fields?,
    })
}

/// An event that is built and dropped is an event lost, and without `#[must_use]` the compiler
/// would not say so.
fn must_use(input: &DeriveInput, errors: &mut Errors) {
    if !input.attrs.iter().any(|attr| attr.path().is_ident(MUST_USE)) {
        let message = "add `#[must_use]`: an event that is built and not emitted is lost";
        errors.push(&input.ident, message);
    }
}

/// An event is a struct with named fields, because their names are the keys of its record; or a
/// unit struct.
fn written_fields<'a>(
    input: &'a DeriveInput,
    errors: &mut Errors,
) -> Option<Vec<WrittenField<'a>>> {
    let fields = match &input.data {
        Data::Struct(data) => &data.fields,
        Data::Enum(data) => {
            let message =
                "one schema per variant comes in a later version: declare a struct per variant";
            errors.push(data.enum_token, message);
            return None;
        }
        Data::Union(data) => {
            let message = "a union cannot be an audit event, for nothing says which of its fields is set: declare a struct";
            errors.push(data.union_token, message);
            return None;
        }
    };
    if let Fields::Unnamed(unnamed) = fields {
        let message = "an audit event has named fields: their names are the keys of its record";
        errors.push(unnamed, message);
        return None;
    }
    let named = fields.iter().filter_map(|field| Some((field, field.ident.as_ref()?)));
    Some(named.map(|(field, ident)| written_field(field, ident, errors)).collect())
}

/// A field has one role, or none: then it is data.
fn written_field<'a>(
    field: &'a syn::Field,
    ident: &'a Ident,
    errors: &mut Errors,
) -> WrittenField<'a> {
    let mut attrs = FieldAttrs::read(&field.attrs, &keys::EVENT_FIELD, errors);
    let mut roles = std::mem::take(&mut attrs.roles).into_iter();
    let (place, role) = match roles.next() {
        Some(role) => (role.value, Some(role.key)),
        None => (Place::Data, None),
    };
    for other in roles {
        let message = "a field has one role, and this one has one already: use a field for each";
        errors.push(other.key, message);
    }
    WrittenField { ident, ty: &field.ty, attrs, place, role }
}

/// An event has a name: the struct's, unless it says another.
fn event_name(event: &Written<'_>, errors: &mut Errors) -> Option<String> {
    match &event.attrs.name {
        Some(text) => name(text, errors),
        None => name_of(event.ident, errors),
    }
}

/// An event says what kind of action it is.
fn category(event: &Written<'_>, errors: &mut Errors) -> Option<String> {
    let Some(text) = &event.attrs.category else {
        let message = format!(
            "`{}` does not say what kind of action it is, its category: add `#[audit(category = \"…\")]` to the struct",
            event.ident.unraw()
        );
        errors.push_missing(event.ident, message);
        return None;
    };
    name(text, errors)
}

/// An event names its action; the names for other outcomes follow that of success unless they are
/// said.
fn action(event: &Written<'_>, errors: &mut Errors) -> Option<Action> {
    let Some(action) = &event.attrs.action else {
        let message = format!(
            "`{}` does not say what was done, its action: add one of these to the struct\n\
             `#[audit(action = \"…\")]`\n\
             `#[audit(action(success = \"…\", denied = \"…\", failure = \"…\"))]`",
            event.ident.unraw()
        );
        errors.push_missing(event.ident, message);
        return None;
    };
    let Some(success) = &action.success else {
        let message = "`action(…)` lacks `success = \"…\"`, the name that the others follow";
        errors.push_missing(&action.key, message);
        return None;
    };
    let mut other = |text: &Option<LitStr>| text.as_ref().map(|text| name(text, errors));
    let (denied, failure) = (other(&action.denied), other(&action.failure));
    let success = name(success, errors)?;
    Some(Action {
        denied: denied.unwrap_or_else(|| Some(success.clone()))?,
        failure: failure.unwrap_or_else(|| Some(success.clone()))?,
        success,
    })
}

/// An event says how its action ended: always the same, or by a field, and not both. What was
/// denied or did not work has a reason, in a field of its own or in the outcome's type; what
/// succeeded has none.
fn outcome(event: &Written<'_>, errors: &mut Errors) -> Option<OutcomeRule> {
    let field = event.role_at(Place::Outcome);
    let reason = event.role_at(Place::Reason);
    match (&event.attrs.outcome, field, reason) {
        (Some(_), Some(role), _) => {
            let message = "the outcome is said on the struct already: leave away one of the two";
            errors.push(role, message);
        }
        (None, Some(_), Some(reason)) => {
            let message = "leave this away: the type of the field `outcome`, `Outcome<…>`, carries the reason";
            errors.push(reason, message);
        }
        (None, Some(_), None) => return Some(OutcomeRule::Field),
        (None, None, _) => {
            let message = format!(
                "`{}` does not say how it ended, its outcome: add one of these\n\
                 `#[audit(outcome = \"success\")]` to the struct; or \"denied\", \"failure\", \"unknown\"\n\
                 `#[audit(outcome)]` to a field of type `Outcome<…>`",
                event.ident.unraw()
            );
            errors.push_missing(event.ident, message);
        }
        (Some(outcome), None, reason) => match (outcome.value, reason) {
            (OutcomeKind::Denied | OutcomeKind::Failure, None) => {
                let message = "what was denied or failed has a reason: add `#[audit(reason)]` to a field \
                     whose type is a fieldless enum with `#[derive(AuditValue)]`";
                errors.push_missing(&outcome.key, message);
            }
            (OutcomeKind::Success | OutcomeKind::Unknown, Some(reason)) => {
                let message = "only what was denied or failed has a reason: leave it away, or correct the outcome";
                errors.push(reason, message);
            }
            (kind, _) => return Some(OutcomeRule::Always(kind)),
        },
    }
    None
}

/// An event says who did it, from where, and to what: each by fields, by a constant, from a
/// context, or by saying why there is none; and each in one way.
fn part(event: &Written<'_>, kind: PartKind, errors: &mut Errors) -> Option<Part> {
    let mut said = event.attrs.parts.iter().filter(|part| part.kind == kind);
    let first = said.next();
    let field = event.fields.iter().find(|field| field.place.part() == Some(kind));
    let field = field.and_then(|field| field.role.as_ref());
    let second = said.next().map(|part| &part.key);
    let contradiction = second.or(if first.is_some() { field } else { None });
    if let Some(key) = contradiction {
        let message =
            format!("the {} is said already on the struct: leave away one of the two", kind.name());
        errors.push(key, message);
        return None;
    }
    match (first, field) {
        (Some(part), _) => said_part(part, errors),
        (None, Some(_)) => Some(Part::Fields),
        (None, None) => {
            errors.push_missing(event.ident, missing_part(event.ident, kind));
            None
        }
    }
}

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

fn missing_part(ident: &Ident, kind: PartKind) -> String {
    let (question, forms) = match kind {
        PartKind::Actor => (
            "who did it",
            "`#[audit(actor(user))]` or `#[audit(actor(session))]` to a field\n\
             `#[audit(actor(service = \"…\"))]` to the struct, if it is always the same\n\
             `#[audit(from_context(actor))]` to the struct, if the caller's surroundings know\n\
             `#[audit(none(actor = \"why\"))]` to the struct, if there is none",
        ),
        PartKind::Source => (
            "from where it was done",
            "`#[audit(source(address))]` to a field\n\
             `#[audit(source(local = \"…\"))]` to the struct, if it is always the same\n\
             `#[audit(from_context(source))]` to the struct, if the caller's surroundings know\n\
             `#[audit(none(source = \"why\"))]` to the struct, if there is none",
        ),
        PartKind::Object => (
            "what it was done to",
            "`#[audit(object(id), object_type = \"…\")]` to a field; or `object(name)`\n\
             `#[audit(object(id = \"…\"), object_type = \"…\")]` to the struct, if it is always the same\n\
             `#[audit(none(object = \"why\"))]` to the struct, if there is none",
        ),
    };
    let (event, part) = (ident.unraw(), kind.name());
    format!("`{event}` does not say {question}, its {part}: add one of these\n{forms}")
}

/// An object has one type, which stands on the struct or on one of the object's fields.
fn object_type(event: &Written<'_>, errors: &mut Errors) -> Option<String> {
    let object = event.fields.iter().filter(|field| field.place.part() == Some(PartKind::Object));
    let object: Vec<_> = object.collect();
    for field in &event.fields {
        if let (Some(given), false) = (&field.attrs.object_type, field.is_of(PartKind::Object)) {
            let message = "`object_type` belongs on the field with `object(…)`, or on the struct";
            errors.push(&given.key, message);
        }
    }
    let on_fields = object.iter().filter_map(|field| field.attrs.object_type.as_ref());
    let mut given = event.attrs.object_type.iter().chain(on_fields);
    let constant = event.attrs.parts.iter().find(|part| part.kind == PartKind::Object);
    let there_is_none = matches!(constant.map(|part| &part.form), Some(PartForm::None(_)));
    let first = given.next();
    if let Some(second) = given.next() {
        errors.push(&second.key, "`object_type` is given twice; it can be given once");
    }
    match (first, object.first(), constant) {
        (Some(given), ..) if there_is_none => {
            let message = "there is no object, by `none(object = …)`: leave away one of the two";
            errors.push(&given.key, message);
            None
        }
        (Some(given), ..) => name(&given.value, errors),
        (None, Some(field), _) => {
            let message = "an object has a type: add `object_type = \"…\"`, such as \"device\" or \"setting\"";
            errors.push_missing(field.role.to_token_stream(), message);
            None
        }
        (None, None, Some(part)) if !there_is_none => {
            let message = "an object has a type: add `object_type = \"…\"`, such as \"device\" or \"setting\"";
            errors.push_missing(&part.key, message);
            None
        }
        (None, None, _) => Some(String::new()),
    }
}

/// No two fields have one role; data may be many.
fn one_field_a_place(event: &Written<'_>, errors: &mut Errors) {
    let mut taken = Vec::new();
    for field in &event.fields {
        let Some(role) = &field.role else { continue };
        if taken.contains(&field.place) {
            errors.push(role, "another field has this role already: leave away one of the two");
        }
        taken.push(field.place);
    }
}

/// A field is recorded in one way; one of an actor, source or object may be absent only for a
/// reason.
fn event_field<'a>(field: WrittenField<'a>, errors: &mut Errors) -> Option<Field<'a>> {
    let absent = absent(&field, errors);
    let treatment = treatment(&field.attrs, field.place, field.ty, errors);
    Some(Field {
        ident: field.ident,
        name: field.ident.unraw().to_string(),
        ty: field.ty,
        place: field.place,
        treatment: treatment?,
        absent: absent?,
    })
}

/// Where an actor, source or object is optional, the event says why it may be absent; elsewhere
/// nothing needs saying.
fn absent(field: &WrittenField<'_>, errors: &mut Errors) -> Option<Option<String>> {
    let is_optional = is_path_to(field.ty, "Option");
    match (&field.attrs.absent, field.place.part()) {
        (None, Some(part)) if is_optional => {
            let message = format!(
                "this {} may be absent: say why with `absent = \"why\"` in the field's `#[audit(…)]`",
                part.name()
            );
            errors.push_missing(field.ty, message);
            None
        }
        (None, _) => Some(None),
        (Some(absent), Some(_)) if is_optional => reason(&absent.value, errors).map(Some),
        (Some(absent), Some(_)) => {
            let message = "`absent` is for a field of type `Option<…>`; this one is always there";
            errors.push(&absent.key, message);
            None
        }
        (Some(absent), None) => {
            let message = "`absent` is for fields of an actor, source or object only";
            errors.push(&absent.key, message);
            None
        }
    }
}

impl Written<'_> {
    fn role_at(&self, place: Place) -> Option<&Ident> {
        self.fields.iter().find(|field| field.place == place)?.role.as_ref()
    }
}

impl WrittenField<'_> {
    fn is_of(&self, kind: PartKind) -> bool {
        self.place.part() == Some(kind)
    }
}

/// The first paragraph of the documentation.
fn about(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(doc_line).map(|line| line.trim().to_owned());
    let paragraph = lines.skip_while(String::is_empty).take_while(|line| !line.is_empty());
    paragraph.collect::<Vec<_>>().join(" ")
}

fn doc_line(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
