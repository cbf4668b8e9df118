//! The fields of an event.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Fields, Type};

use super::event::{Owner, Written};
use super::reserved::reserved_in_event;
use super::{is_path_to, reason, treatment};
use crate::attr::FieldAttrs;
use crate::errors::Errors;
use crate::keys;
use crate::model::{Carries, Field, PartKind, Place};
use crate::text::{carries, data_carries};

pub(super) struct WrittenField<'a> {
    pub(super) ident: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) attrs: FieldAttrs,
    pub(super) place: Place,
    /// The token that says so.
    pub(super) role: Option<Ident>,
}

/// Fields have names, because their names are the keys of the record.
pub(super) fn written_fields<'a>(
    fields: &'a Fields,
    errors: &mut Errors,
) -> Option<Vec<WrittenField<'a>>> {
    if let Fields::Unnamed(unnamed) = fields {
        let message = "name the fields: their names are the keys of the record";
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

/// No two fields have one role; data may be many.
pub(super) fn one_field_a_place(event: &Written<'_, '_>, errors: &mut Errors) {
    let mut taken = Vec::new();
    for field in &event.fields {
        let Some(role) = &field.role else { continue };
        if taken.contains(&field.place) {
            errors.push(role, "another field has this role already: remove one of the two");
        }
        taken.push(field.place);
    }
}

/// Every field is recorded.
pub(super) fn event_fields<'a>(
    event: Written<'a, '_>,
    errors: &mut Errors,
) -> Option<Vec<Field<'a>>> {
    let variant = match event.owner {
        Owner::Struct => None,
        Owner::VariantOf(..) => Some(event.ident),
    };
    let fields = event.fields.into_iter().map(|field| event_field(field, variant, errors));
    fields.collect::<Vec<_>>().into_iter().collect()
}

/// A field is recorded in one way; one of an actor, source or object may be absent only for a
/// reason.
fn event_field<'a>(
    field: WrittenField<'a>,
    variant: Option<&Ident>,
    errors: &mut Errors,
) -> Option<Field<'a>> {
    reserved_in_event(field.ident, field.place, errors);
    let absent = absent(&field, errors);
    let (carries, telling) = telling(&field, variant);
    let treatment = treatment(&field.attrs, field.place, field.ty, telling, errors);
    Some(Field {
        ident: field.ident,
        name: field.ident.unraw().to_string(),
        ty: field.ty,
        place: field.place,
        treatment: treatment?,
        carries,
        absent: absent?,
    })
}

/// What a name calls content or credential carries no text: a field's name says it of the field, a
/// variant's of all its data. Outcome and reason are codes by their types.
fn telling<'n>(
    field: &WrittenField<'n>,
    variant: Option<&'n Ident>,
) -> (Carries, Option<&'n Ident>) {
    let own = carries(field.ident);
    match (field.place, variant) {
        (Place::Outcome | Place::Reason, _) => (Carries::Anything, None),
        (Place::Data, Some(variant)) if own == Carries::Anything => {
            // Of a variant it is not known what a count in it counts.
            let said = data_carries(variant).min(Carries::NoText);
            (said, (said != Carries::Anything).then_some(variant))
        }
        _ => (own, (own != Carries::Anything).then_some(field.ident)),
    }
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
        // Whether the type is an `Option` at all is for the compiler to say, because of aliases.
        (Some(absent), Some(_)) => reason(&absent.value, errors).map(Some),
        (Some(absent), None) => {
            let message = "`absent` is for fields of an actor, source or object only";
            errors.push(&absent.key, message);
            None
        }
    }
}

impl Written<'_, '_> {
    pub(super) fn role_at(&self, place: Place) -> Option<&Ident> {
        self.fields.iter().find(|field| field.place == place)?.role.as_ref()
    }
}

impl WrittenField<'_> {
    pub(super) fn is_of(&self, kind: PartKind) -> bool {
        self.place.part() == Some(kind)
    }
}
