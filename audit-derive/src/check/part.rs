//! Who did it, from where, and to what.

use quote::ToTokens;

use super::event::{Owner, VariantInput, Written};
use super::field::WrittenField;
use super::name;
use super::said::{Said, SaidPart, THERE_IS_NO_OBJECT, Told, said_already, told};
use crate::errors::Errors;
use crate::model::{Part, PartKind};

/// An event says who did it, from where, and to what: each by fields, by a constant, from a
/// context, or by saying why there is none; and each in one way. A variant that says it leaves
/// aside what its enum says.
pub(super) fn part(event: &Written<'_, '_>, kind: PartKind, errors: &mut Errors) -> Option<Part> {
    let mut fields = event.fields.iter().filter(|field| field.is_of(kind));
    let field = fields.next().and_then(|field| field.role.as_ref());
    match (field, event.said.part(kind)) {
        (Some(role), Some(Ok(_))) => {
            errors.push(role, said_already(kind, event.said.place));
            None
        }
        (Some(_), None) => Some(Part::Fields),
        (_, Some(Err(Told))) => None,
        (None, Some(Ok(said))) => Some(said.part.clone()),
        (None, None) => match event.outer().and_then(|outer| outer.part(kind).clone()) {
            Some(said) => told(said).map(|said| said.part),
            None => {
                errors.push_missing(event.ident, missing_part(event, kind));
                None
            }
        },
    }
}

fn missing_part(event: &Written<'_, '_>, kind: PartKind) -> String {
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
    let forms = match event.owner {
        Owner::Struct => forms.to_owned(),
        Owner::VariantOf(..) => forms.replace("the struct", "the variant or the enum"),
    };
    format!(
        "`{}` does not say {question}, its {}: add one of these\n{forms}",
        event.called(),
        kind.name()
    )
}

const AN_OBJECT_HAS_A_TYPE: &str =
    "an object has a type: add `object_type = \"…\"`, such as \"device\" or \"setting\"";

/// An object has one type, which stands on the struct, enum or variant, or on one of the object's
/// fields.
pub(super) fn object_type(event: &Written<'_, '_>, errors: &mut Errors) -> Option<String> {
    object_type_on_objects(event, errors);
    let object: Vec<_> = event.fields.iter().filter(|it| it.is_of(PartKind::Object)).collect();
    let on_fields = object.iter().filter_map(|field| field.attrs.object_type.as_ref());
    let given: Vec<_> = event.attrs.object_type.iter().chain(on_fields).collect();
    if let [_, second, ..] = given.as_slice() {
        errors.push(&second.key, "`object_type` is given twice; it can be given once");
        return None;
    }
    let said = if object.is_empty() { event.stated(|said| said.object.clone()) } else { None };
    let there_is_none = matches!(said, Some(Ok(SaidPart { part: Part::None(_), .. })));
    match given.first() {
        Some(given) if there_is_none => {
            // Where both stand on one level, that was told already.
            if event.said.object.is_none() {
                errors.push(&given.key, THERE_IS_NO_OBJECT);
            }
            None
        }
        Some(given) => match &event.said.object_type {
            Some(stated) => told(stated.clone()),
            None => name(&given.value, errors),
        },
        None if there_is_none => Some(String::new()),
        None => inherited_object_type(event, object.first().copied(), said, errors),
    }
}

fn object_type_on_objects(event: &Written<'_, '_>, errors: &mut Errors) {
    for field in event.fields.iter().filter(|field| !field.is_of(PartKind::Object)) {
        if let Some(given) = &field.attrs.object_type {
            let message = "`object_type` belongs on the field with `object(…)`, or on the struct";
            errors.push(&given.key, message);
        }
    }
}

/// Where nothing here says the type, the enum may; it has been asked already about its own object.
fn inherited_object_type(
    event: &Written<'_, '_>,
    object: Option<&WrittenField<'_>>,
    constant: Option<Result<SaidPart<'_>, Told>>,
    errors: &mut Errors,
) -> Option<String> {
    match (event.outer().and_then(|outer| outer.object_type.clone()), object, constant) {
        (Some(stated), ..) => told(stated),
        (None, Some(field), _) => {
            errors.push_missing(field.role.to_token_stream(), AN_OBJECT_HAS_A_TYPE);
            None
        }
        (None, None, Some(Ok(said))) => {
            errors.push_missing(said.key, AN_OBJECT_HAS_A_TYPE);
            None
        }
        (None, None, _) => Some(String::new()),
    }
}

/// An object that an enum says for its variants has a type, said there too, or by each variant.
pub(super) fn object_type_for_variants(
    outer: &mut Said<'_>,
    variants: &[VariantInput<'_>],
    errors: &mut Errors,
) {
    let Some(Ok(SaidPart { key, part: Part::Always(..) })) = &outer.object else { return };
    let relies = |it: &VariantInput<'_>| {
        it.attrs.object_type.is_none()
            && it.attrs.parts.iter().all(|it| it.kind != PartKind::Object)
    };
    if outer.object_type.is_none() && variants.iter().any(relies) {
        errors.push_missing(key, AN_OBJECT_HAS_A_TYPE);
        outer.object_type = Some(Err(Told));
    }
}
