//! The rules of events: of the item, and of the struct or the variants that have a schema each.

use std::collections::HashSet;

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DataEnum, DeriveInput, Expr, ExprLit, Fields, Lit, Meta, Path};

use super::field::{WrittenField, event_fields, one_field_a_place, written_fields};
use super::mapping::mapping;
use super::outcome::outcome;
use super::part::{object_type, object_type_for_variants, part};
use super::said::{Said, told};
use super::{name, name_of};
use crate::attr::{EventAttrs, Keyed};
use crate::entry::is_called;
use crate::errors::Errors;
use crate::keys;
use crate::model::{Action, Event, PartKind, Shape, Stream, Variant};
use crate::symbol::MUST_USE;
use crate::text::snake_case;

/// A struct or a variant, as it is written.
pub(super) struct Written<'a, 'w> {
    pub(super) ident: &'a Ident,
    pub(super) owner: Owner<'a, 'w>,
    pub(super) attrs: &'w EventAttrs,
    pub(super) said: &'w Said<'w>,
    pub(super) fields: Vec<WrittenField<'a>>,
}

/// Whom a schema belongs to.
#[derive(Clone, Copy)]
pub(super) enum Owner<'a, 'w> {
    Struct,
    /// A variant of this enum, which says what holds for all of its variants.
    VariantOf(&'a Ident, &'w Said<'w>),
}

/// Applies every rule; without an event, at least one fault was told.
pub(crate) fn event<'a>(
    input: &'a DeriveInput,
    attrs: &'a EventAttrs,
    errors: &mut Errors,
) -> Option<Event<'a>> {
    must_use(input, errors);
    let policies = policies(input, attrs, errors);
    let shape = match &input.data {
        Data::Struct(data) => {
            of_struct(input, &data.fields, attrs, errors).map(Box::new).map(Shape::Struct)
        }
        Data::Enum(data) => of_enum(input, data, attrs, errors).map(Shape::Enum),
        Data::Union(data) => {
            let message = "a union cannot be an audit event, for nothing says which of its fields is set: declare a struct";
            errors.push(data.union_token, message);
            None
        }
    };
    Some(Event { shape: shape?, policies: policies? })
}

/// An event that is built and dropped is an event lost, and without `#[must_use]` the compiler
/// would not say so.
fn must_use(input: &DeriveInput, errors: &mut Errors) {
    if !input.attrs.iter().any(|attr| is_called(attr, MUST_USE)) {
        let message = "add `#[must_use]`: an event that is built and not emitted is lost";
        errors.push(&input.ident, message);
    }
}

/// A policy is checked where the event is declared, so what the event records must be known there.
fn policies<'a>(
    input: &DeriveInput,
    attrs: &'a EventAttrs,
    errors: &mut Errors,
) -> Option<Vec<&'a Path>> {
    let Some(policies) = &attrs.policies else { return Some(Vec::new()) };
    let generics = &input.generics;
    if generics.type_params().next().is_some() || generics.const_params().next().is_some() {
        let message = "what this event records follows from its parameters: \
             check each use with `audit_core::policy!(…: Event<…>)`";
        errors.push(&policies.key, message);
        return None;
    }
    Some(policies.value.iter().collect())
}

/// A struct has named fields, because their names are the keys of its record; or none.
fn of_struct<'a>(
    input: &'a DeriveInput,
    fields: &'a Fields,
    attrs: &EventAttrs,
    errors: &mut Errors,
) -> Option<Variant<'a>> {
    let fields = written_fields(fields, errors)?;
    let ident = &input.ident;
    let name = match &attrs.name {
        Some(given) => name(&given.value, errors),
        None => name_of(ident, errors),
    };
    let said = Said::check("struct", attrs, errors);
    let written = Written { ident, owner: Owner::Struct, attrs, said: &said, fields };
    variant(written, name, about(&input.attrs), errors)
}

/// An enum has a schema for each variant. What it says holds for every variant that does not say
/// otherwise; two things belong to the one or the other alone: a name is a variant's, and two
/// phases are a struct's.
fn of_enum<'a>(
    input: &'a DeriveInput,
    data: &'a DataEnum,
    attrs: &EventAttrs,
    errors: &mut Errors,
) -> Option<Vec<Variant<'a>>> {
    if let Some(Keyed { key, .. }) = &attrs.name {
        let message =
            "each variant is an event with a name of its own: say `name` on the variants, in full";
        errors.push(key, message);
    }
    if let Some(two_phase) = &attrs.two_phase {
        let message = "an event of two phases is one and the same at its beginning and its end: declare a struct";
        errors.push(two_phase, message);
    }
    if data.variants.is_empty() {
        errors.push(&input.ident, "an event without variants cannot happen: add a variant");
        return None;
    }
    let mut outer = Said::check("enum", attrs, errors);
    let inner: Vec<_> = data.variants.iter().map(|it| VariantInput::read(it, errors)).collect();
    object_type_for_variants(&mut outer, &inner, errors);
    let variants = inner.iter().map(|it| of_variant(&input.ident, it, &outer, errors));
    let variants = variants.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?;
    one_variant_a_name(&variants, errors);
    Some(variants)
}

/// A variant and what it says.
pub(super) struct VariantInput<'a> {
    variant: &'a syn::Variant,
    pub(super) attrs: EventAttrs,
}

impl<'a> VariantInput<'a> {
    fn read(variant: &'a syn::Variant, errors: &mut Errors) -> VariantInput<'a> {
        let attrs = EventAttrs::read(&variant.attrs, &keys::EVENT_VARIANT, errors);
        VariantInput { variant, attrs }
    }
}

/// A variant has named fields, or none. Its name is the enum's and its own, unless it says another.
fn of_variant<'a>(
    owner: &'a Ident,
    input: &VariantInput<'a>,
    outer: &Said<'_>,
    errors: &mut Errors,
) -> Option<Variant<'a>> {
    let VariantInput { variant: written, attrs } = input;
    let fields = written_fields(&written.fields, errors)?;
    let ident = &written.ident;
    let name = match &attrs.name {
        Some(given) => name(&given.value, errors),
        None => {
            super::name_from(format!("{}_{}", snake_case(owner), snake_case(ident)), ident, errors)
        }
    };
    let said = Said::check("variant", attrs, errors);
    let owner = Owner::VariantOf(owner, outer);
    let about = about(&written.attrs);
    let written = Written { ident, owner, attrs, said: &said, fields };
    variant(written, name, about, errors)
}

/// No two variants have one name: readers of a log tell them apart by it.
fn one_variant_a_name(variants: &[Variant<'_>], errors: &mut Errors) {
    let mut taken = HashSet::new();
    for variant in variants {
        if !taken.insert(variant.name.as_str()) {
            let message = format!(
                "another variant has the name \"{}\" already: say another with `#[audit(name = \"…\")]`",
                variant.name
            );
            errors.push(variant.ident, message);
        }
    }
}

/// What has a schema is complete.
fn variant<'a>(
    written: Written<'a, '_>,
    name: Option<String>,
    about: String,
    errors: &mut Errors,
) -> Option<Variant<'a>> {
    let category = category(&written, errors);
    let action = action(&written, errors);
    let outcome = outcome(&written, errors);
    let actor = part(&written, PartKind::Actor, errors);
    let source = part(&written, PartKind::Source, errors);
    let object = part(&written, PartKind::Object, errors);
    let object_type = object_type(&written, errors);
    let (stream, mapping) = (written.stated(|said| said.stream), mapping(&written));
    one_field_a_place(&written, errors);
    let (ident, level) = (written.ident, written.stated(|said| said.level));
    let fields = event_fields(written, errors);
    Some(Variant {
        ident,
        name: name?,
        about,
        stream: stream.unwrap_or(Stream::Audit),
        category: category?,
        action: action?,
        outcome: outcome?,
        level,
        actor: actor?,
        source: source?,
        object: object?,
        object_type: object_type?,
        mapping: mapping?,
        fields: fields?,
    })
}

/// An event says what kind of action it is.
fn category(event: &Written<'_, '_>, errors: &mut Errors) -> Option<String> {
    let Some(category) = event.stated(|said| said.category.clone()) else {
        let message = format!(
            "`{}` does not say what kind of action it is, its category: add `#[audit(category = \"…\")]` to {}",
            event.called(),
            event.place()
        );
        errors.push_missing(event.ident, message);
        return None;
    };
    told(category)
}

/// An event names its action.
fn action(event: &Written<'_, '_>, errors: &mut Errors) -> Option<Action> {
    let Some(action) = event.stated(|said| said.action.clone()) else {
        let message = format!(
            "`{}` does not say what was done, its action: add one of these to {}\n\
             `#[audit(action = \"…\")]`\n\
             `#[audit(action(success = \"…\", denied = \"…\", failure = \"…\"))]`",
            event.called(),
            event.place()
        );
        errors.push_missing(event.ident, message);
        return None;
    };
    told(action)
}

impl<'w> Written<'_, 'w> {
    /// What is stated here, or else by the enum.
    pub(super) fn stated<T>(&self, of: impl Fn(&'w Said<'w>) -> Option<T>) -> Option<T> {
        of(self.said).or_else(|| of(self.outer()?))
    }

    /// What the enum says for its variants.
    pub(super) fn outer(&self) -> Option<&'w Said<'w>> {
        match self.owner {
            Owner::Struct => None,
            Owner::VariantOf(_, said) => Some(said),
        }
    }

    /// What messages call it.
    pub(super) fn called(&self) -> String {
        match self.owner {
            Owner::Struct => self.ident.unraw().to_string(),
            Owner::VariantOf(owner, _) => format!("{}::{}", owner.unraw(), self.ident.unraw()),
        }
    }

    /// Where what is missing may be said.
    pub(super) fn place(&self) -> &'static str {
        match self.owner {
            Owner::Struct => "the struct",
            Owner::VariantOf(..) => "the variant, or to the enum for all of them",
        }
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
