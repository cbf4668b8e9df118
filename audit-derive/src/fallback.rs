//! What stands in for the code of a faulty declaration: the faults, and just enough for its uses to
//! compile. Otherwise every call of `emit` would tell of the one fault again.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Type};

use crate::attr::EventAttrs;
use crate::check::is_path_to;
use crate::expand::event::{begun, closed};
use crate::expand::flow::flow;
use crate::model::Item;

pub(crate) fn event(
    item: &Item<'_>,
    input: &DeriveInput,
    attrs: &EventAttrs,
    faults: &syn::Error,
) -> TokenStream {
    let Item { ident, generics, home, krate } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let faults = faults.to_compile_error();
    let methods = methods(item, input, attrs);
    let flow = flow(item, &[]);
    let closed = closed(item);
    quote! {
        #faults
        const _: () = {
            use #home as #krate;

            #[automatically_derived]
            unsafe impl #impl_generics #krate::AuditEvent for #ident #ty_generics #declared {
                const SCHEMAS: &'static [&'static #krate::schema::Schema] =
                    &[&#krate::__private::SCHEMA_OF_FAULTY];

                fn encode(
                    &self,
                    _: ::core::option::Option<&#krate::Context<'_>>,
                    _: &mut #krate::record::Encoder<'_>,
                ) {
                }
            }

            #flow
            #methods
            #closed
        };
    }
}

/// Whether the event takes a context cannot be known, so it has the methods of both. With two
/// phases it begins, if there is an outcome to wait for.
fn methods(item: &Item<'_>, input: &DeriveInput, attrs: &EventAttrs) -> TokenStream {
    let Item { ident, generics, krate, home } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let awaited = attrs.two_phase.as_ref().and_then(|_| awaited(input));
    let (methods, two_phase) = match awaited {
        None => (quote!(#home::__emit_methods! {} #home::__within_methods! {}), None),
        Some(ty) => (
            quote!(#home::__two_phase_methods! {} #home::__two_phase_within_methods! {}),
            Some(begun(item, ty, &quote!(#krate::__private::never()))),
        ),
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics #ident #ty_generics #declared {
            #methods
        }

        #two_phase
    }
}

/// The type of what looks like the outcome of an event of two phases.
fn awaited(input: &DeriveInput) -> Option<&Type> {
    let Data::Struct(data) = &input.data else { return None };
    data.fields.iter().map(|field| &field.ty).find(|ty| is_path_to(ty, "Awaited"))
}

pub(crate) fn value(item: &Item<'_>, faults: &syn::Error) -> TokenStream {
    let Item { ident, generics, home, krate } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let faults = faults.to_compile_error();
    let flow = flow(item, &[]);
    quote! {
        #faults
        const _: () = {
            use #home as #krate;

            #[automatically_derived]
            unsafe impl #impl_generics #krate::AuditValue for #ident #ty_generics #declared {
                const TYPE: #krate::schema::Type = #krate::schema::Type::Enum(&[]);
                const CLASS: #krate::Class = #krate::Class::Withheld;

                fn encode(&self, _: &mut #krate::record::Encoder<'_>) {}
            }

            // Whether it was to be one cannot be known.
            #[automatically_derived]
            unsafe impl #impl_generics #krate::AuditReason for #ident #ty_generics #declared {}

            #[automatically_derived]
            unsafe impl #impl_generics #krate::vocab::CarriesNoText for #ident #ty_generics #declared {}

            #[automatically_derived]
            unsafe impl #impl_generics #krate::vocab::TellsNoLength for #ident #ty_generics #declared {}

            #flow
        };
    }
}
