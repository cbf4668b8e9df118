//! The code of a value.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Path, Type};

use super::flow::{Flow, classes_once, flow};
use super::{Requirement, check_parametric, local, quiet, take_apart, where_clause};
use crate::model::{Class, Field, Item, Label, Value};

pub(crate) fn value(item: &Item<'_>, value: &Value<'_>) -> TokenStream {
    let Item { ident, generics, home, krate } = item;
    let (impl_generics, ty_generics, _) = generics.split_for_impl();
    let required = required(krate, value);
    let (qualified, check) = (where_clause(item, &required), check_parametric(item, &required));
    let body = match value {
        Value::Labels { class, labels } => label_body(krate, *class, labels),
        Value::Newtype { ty } => newtype_body(krate, ty),
        Value::Group { fields } => group_body(krate, fields),
    };
    let markers = markers(item, value);
    let flow = flow(item, &value.flows());
    let quiet = quiet();
    quote! {
        #quiet
        const _: () = {
            use #home as #krate;

            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            unsafe impl #impl_generics #krate::AuditValue for #ident #ty_generics #qualified {
                #body
            }

            #markers
            #flow
            #check
        };
    }
}

fn required<'a>(krate: &Path, value: &'a Value<'_>) -> Vec<Requirement<'a>> {
    match value {
        Value::Labels { .. } => Vec::new(),
        Value::Newtype { ty } => vec![Requirement::new(ty, quote!(#krate::AuditValue))],
        Value::Group { fields } => fields.iter().flat_map(|it| it.requirements(krate)).collect(),
    }
}

/// What else the type is, each with the item that tells our trait from any other of no items: a fieldless enum is a code, and a struct carries no text, or tells no
/// length, if none of its fields does.
fn markers(item: &Item<'_>, value: &Value<'_>) -> TokenStream {
    let Item { ident, generics, krate, .. } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let types: Vec<&Type> = match value {
        Value::Labels { .. } => {
            return quote! {
                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                unsafe impl #impl_generics #krate::AuditReason for #ident #ty_generics #declared {
                    const IS_A_REASON: () = ();
                }

                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                unsafe impl #impl_generics #krate::vocab::CarriesNoText for #ident #ty_generics #declared {
                    const HAS_NO_TEXT: () = ();
                }

                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                unsafe impl #impl_generics #krate::vocab::TellsNoLength for #ident #ty_generics #declared {
                    const HAS_NO_LENGTH: () = ();
                }
            };
        }
        Value::Newtype { ty } => vec![ty],
        Value::Group { fields } => fields.iter().map(|field| field.ty).collect(),
    };
    let declared: Vec<_> = declared.iter().flat_map(|clause| &clause.predicates).collect();
    let marker = |marker: TokenStream, lazily: TokenStream, item: TokenStream| {
        let required = types.iter().map(|ty| {
            let path = quote!(#krate::__private::#lazily<'__audit>);
            let predicate = Requirement::new(ty, path).predicate();
            quote!(for<'__audit> #predicate)
        });
        quote! {
            #[automatically_derived]
            unsafe impl #impl_generics #krate::#marker for #ident #ty_generics
            where
                #(#declared,)*
                #(#required,)*
            {
                const #item: () = ();
            }
        }
    };
    let no_text = marker(quote!(vocab::CarriesNoText), quote!(NoText), quote!(HAS_NO_TEXT));
    let no_length = marker(quote!(vocab::TellsNoLength), quote!(NoLength), quote!(HAS_NO_LENGTH));
    quote!(#no_text #no_length)
}

impl Value<'_> {
    fn flows(&self) -> Vec<Flow<'_>> {
        match self {
            Value::Labels { class, .. } => vec![Flow::Class(*class)],
            Value::Newtype { ty } => vec![Flow::Type(ty)],
            Value::Group { fields } => classes_once(fields.iter().map(Field::flow).collect()),
        }
    }
}

fn label_body(krate: &Path, class: Class, labels: &[Label<'_>]) -> TokenStream {
    let out = local("out");
    let texts = labels.iter().map(|label| &label.text);
    let arms = (0u16..).zip(labels).map(|(number, label)| {
        let variant = label.variant;
        quote!(Self::#variant => #number,)
    });
    quote! {
        const TYPE: #krate::schema::Type = #krate::schema::Type::Enum(&[#(#texts),*]);
        const CLASS: #krate::Class = #krate::#class;

        #[inline]
        fn encode(&self, #out: &mut #krate::record::Encoder<'_>) {
            #out.label(match self { #(#arms)* });
        }
    }
}

fn newtype_body(krate: &Path, ty: &Type) -> TokenStream {
    let (value, out) = (local("value"), local("out"));
    quote! {
        const TYPE: #krate::schema::Type = <#ty as #krate::AuditValue>::TYPE;
        const CLASS: #krate::Class = <#ty as #krate::AuditValue>::CLASS;

        #[inline]
        fn encode(&self, #out: &mut #krate::record::Encoder<'_>) {
            let Self(#value) = self;
            #out.value::<#ty>(#value);
        }
    }
}

fn group_body(krate: &Path, fields: &[Field<'_>]) -> TokenStream {
    let out = local("out");
    let schemas = fields.iter().map(|field| field.schema(krate));
    let statements = fields.iter().map(|field| field.encode(&out));
    let take_apart = take_apart(fields);
    quote! {
        const TYPE: #krate::schema::Type = #krate::schema::Type::Group(&[#(#schemas),*]);
        const CLASS: #krate::Class = #krate::__private::class_of_group(&<Self as #krate::AuditValue>::TYPE);

        #[inline]
        fn encode(&self, #out: &mut #krate::record::Encoder<'_>) {
            let Self #take_apart = self;
            #(#statements)*
        }
    }
}
