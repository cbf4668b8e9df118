//! The rules of values.

use std::collections::HashSet;

use syn::ext::IdentExt;
use syn::{Data, DataEnum, DeriveInput, Fields, Variant};

use super::reserved::reserved_in_group;
use super::{name, name_of, treatment};
use crate::attr::{FieldAttrs, ValueAttrs, VariantAttrs};
use crate::errors::Errors;
use crate::keys;
use crate::model::{Carries, Class, Field, Label, Place, Value};
use crate::text::carries;

/// Applies every rule; without a value, at least one fault was told.
pub(crate) fn value<'a>(
    input: &'a DeriveInput,
    attrs: &ValueAttrs,
    errors: &mut Errors,
) -> Option<Value<'a>> {
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => return labels(input, data, attrs, errors),
        Data::Union(data) => {
            let message = "a union cannot be recorded, for nothing says which of its fields is set: \
                 declare a struct, or the field as `Withheld<…>`";
            errors.push(data.union_token, message);
            return None;
        }
    };
    class_of_enums(attrs, errors);
    match &data.fields {
        Fields::Named(fields) if !fields.named.is_empty() => group(&data.fields, errors),
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => newtype(&data.fields, errors),
        Fields::Unnamed(fields) if !fields.unnamed.is_empty() => {
            errors.push(fields, "several values need names: use a struct with named fields");
            None
        }
        Fields::Named(_) | Fields::Unnamed(_) | Fields::Unit => {
            errors.push(&input.ident, "there is nothing here to record: add a named field");
            None
        }
    }
}

/// An enum that is recorded as a label has at least one variant, and no two with one label.
fn labels<'a>(
    input: &'a DeriveInput,
    data: &'a DataEnum,
    attrs: &ValueAttrs,
    errors: &mut Errors,
) -> Option<Value<'a>> {
    if data.variants.is_empty() {
        errors.push(&input.ident, "there is nothing here to record: add a variant");
        return None;
    }
    if data.variants.len() > usize::from(u16::MAX) {
        errors.push(&input.ident, "an enum that is recorded has at most 65,535 variants");
        return None;
    }
    let labels: Vec<_> = data.variants.iter().map(|variant| label(variant, errors)).collect();
    let labels = labels.into_iter().collect::<Option<Vec<_>>>()?;
    let mut taken = HashSet::new();
    for label in &labels {
        if !taken.insert(label.text.as_str()) {
            let message = format!(
                "another variant has the label \"{}\" already: say another with `#[audit(name = \"…\")]`",
                label.text
            );
            errors.push(label.variant, message);
        }
    }
    let class = attrs.class.as_ref().map_or(Class::Internal, |class| class.value);
    Some(Value::Labels { class, labels })
}

/// A label holds nothing else: a payload would come along into the log without anybody having said
/// so.
fn label<'a>(variant: &'a Variant, errors: &mut Errors) -> Option<Label<'a>> {
    let attrs = VariantAttrs::read(&variant.attrs, errors);
    if !matches!(variant.fields, Fields::Unit) {
        let message = "a variant is recorded as its name and holds nothing else: \
             move what it holds into a field of the event";
        errors.push(&variant.fields, message);
        return None;
    }
    let text = match &attrs.name {
        Some(text) => name(text, errors),
        None => name_of(&variant.ident, errors),
    };
    Some(Label { variant: &variant.ident, text: text? })
}

/// The class of a struct follows from its fields.
fn class_of_enums(attrs: &ValueAttrs, errors: &mut Errors) {
    if let Some(class) = &attrs.class {
        let message = "`class` is for enums: the class of a struct follows from its fields";
        errors.push(&class.key, message);
    }
}

/// A newtype is recorded as the value in it, so nothing can be said about that value here.
fn newtype<'a>(fields: &'a Fields, errors: &mut Errors) -> Option<Value<'a>> {
    let field = fields.iter().next()?;
    let attrs = FieldAttrs::read(&field.attrs, &keys::VALUE_FIELD, errors);
    for key in attrs.disclose.iter().map(|it| &it.key).chain(attrs.class.iter().map(|it| &it.key)) {
        let message = "a newtype is recorded as the value in it, and the reason would be lost: \
             disclose the field of the event, or use a struct with a named field";
        errors.push(key, message);
    }
    Some(Value::Newtype { ty: &field.ty })
}

/// The fields of a group follow the rules of data in an event.
fn group<'a>(fields: &'a Fields, errors: &mut Errors) -> Option<Value<'a>> {
    let fields: Vec<_> = fields.iter().map(|field| group_field(field, errors)).collect();
    let fields = fields.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Value::Group { fields })
}

fn group_field<'a>(field: &'a syn::Field, errors: &mut Errors) -> Option<Field<'a>> {
    let attrs = FieldAttrs::read(&field.attrs, &keys::VALUE_FIELD, errors);
    let ident = field.ident.as_ref()?;
    reserved_in_group(ident, errors);
    let carries = carries(ident);
    let telling = (carries != Carries::Anything).then_some(ident);
    Some(Field {
        ident,
        name: ident.unraw().to_string(),
        ty: &field.ty,
        place: Place::Data,
        treatment: treatment(&attrs, Place::Data, &field.ty, telling, errors)?,
        carries,
        absent: None,
    })
}
