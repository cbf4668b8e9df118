//! Where a value or an event may go.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Type, parse_quote};

use super::Requirement;
use crate::model::{Class, Field, Item, Treatment};

/// What must be cleared before the whole is.
#[derive(Clone, Copy)]
pub(crate) enum Flow<'a> {
    Type(&'a Type),
    Class(Class),
}

/// The implementation of `FlowsTo`. It has a parameter of its own, so that a field that flows
/// nowhere is told of where somebody sends it, and not here.
pub(crate) fn flow(item: &Item<'_>, flows: &[Flow<'_>]) -> TokenStream {
    let Item { ident, generics, krate, .. } = item;
    let (_, ty_generics, declared) = generics.split_for_impl();
    let declared = declared.iter().flat_map(|clause| &clause.predicates);
    let clearance = format_ident!("__AuditClearance");
    let mut widened = (*generics).clone();
    widened.params.push(parse_quote!(#clearance));
    let (impl_generics, ..) = widened.split_for_impl();
    let required = flows.iter().map(|flow| match flow {
        Flow::Type(ty) => {
            let path = quote!(#krate::flow::FlowsTo<#clearance>);
            Requirement::new(ty, path).predicate()
        }
        Flow::Class(class) => {
            let class = class_type(*class);
            quote!(#clearance: #krate::flow::Covers<#krate::flow::#class>)
        }
    });
    quote! {
        #[automatically_derived]
        unsafe impl #impl_generics #krate::flow::FlowsTo<#clearance> for #ident #ty_generics
        where
            #(#declared,)*
            #(#required,)*
        {
            const FLOWS: () = ();
        }
    }
}

impl Field<'_> {
    pub(super) fn flow(&self) -> Flow<'_> {
        match self.treatment {
            Treatment::ByType => Flow::Type(self.ty),
            Treatment::Disclosed { class, .. } => Flow::Class(class),
        }
    }
}

fn class_type(class: Class) -> TokenStream {
    match class {
        Class::Public => quote!(Public),
        Class::Internal => quote!(Internal),
        Class::Personal => quote!(Personal),
    }
}

/// Each class once.
pub(super) fn classes_once(mut flows: Vec<Flow<'_>>) -> Vec<Flow<'_>> {
    let mut seen = Vec::new();
    flows.retain(|flow| match flow {
        Flow::Type(_) => true,
        Flow::Class(class) if seen.contains(class) => false,
        Flow::Class(class) => {
            seen.push(*class);
            true
        }
    });
    flows
}
