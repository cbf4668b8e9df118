//! The code of a value.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Path, Type};

use super::{Requirement, check_parametric, local, take_apart, where_clause};
use crate::model::{Class, Field, Item, Label, Value};

pub(crate) fn value(item: &Item<'_>, value: &Value<'_>) -> TokenStream {
    let Item { ident, generics, krate } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let (required, body) = match value {
        Value::Labels { class, labels } => (Vec::new(), label_body(krate, *class, labels)),
        Value::Newtype { ty } => {
            (vec![Requirement::new(ty, quote!(#krate::AuditValue))], newtype_body(krate, ty))
        }
        Value::Group { fields } => (
            fields.iter().map(|field| field.requirement(krate)).collect(),
            group_body(krate, fields),
        ),
    };
    let (qualified, check) = (where_clause(item, &required), check_parametric(item, &required));
    let reason = match value {
        Value::Labels { .. } => quote! {
            #[automatically_derived]
            unsafe impl #impl_generics #krate::AuditReason for #ident #ty_generics #declared {}
        },
        Value::Newtype { .. } | Value::Group { .. } => TokenStream::new(),
    };
    quote! {
        const _: () = {
            #[automatically_derived]
            unsafe impl #impl_generics #krate::AuditValue for #ident #ty_generics #qualified {
                #body
            }

            #reason
            #check
        };
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
        const TYPE: #krate::Type = #krate::Type::Enum(&[#(#texts),*]);
        const CLASS: #krate::Class = #krate::#class;

        fn encode(&self, #out: &mut #krate::Encoder<'_>) {
            #krate::__private::encode_label(match self { #(#arms)* }, #out);
        }
    }
}

fn newtype_body(krate: &Path, ty: &Type) -> TokenStream {
    let (value, out) = (local("value"), local("out"));
    quote! {
        const TYPE: #krate::Type = <#ty as #krate::AuditValue>::TYPE;
        const CLASS: #krate::Class = <#ty as #krate::AuditValue>::CLASS;

        fn encode(&self, #out: &mut #krate::Encoder<'_>) {
            let Self(#value) = self;
            <#ty as #krate::AuditValue>::encode(#value, #out);
        }
    }
}

fn group_body(krate: &Path, fields: &[Field<'_>]) -> TokenStream {
    let out = local("out");
    let schemas = fields.iter().map(|field| field.schema(krate));
    let statements = fields.iter().map(|field| field.encode(krate, &out));
    let take_apart = take_apart(fields);
    quote! {
        const TYPE: #krate::Type = #krate::Type::Group(&[#(#schemas),*]);
        const CLASS: #krate::Class = #krate::__private::class_of_group(&<Self as #krate::AuditValue>::TYPE);

        fn encode(&self, #out: &mut #krate::Encoder<'_>) {
            #take_apart
            #(#statements)*
        }
    }
}
