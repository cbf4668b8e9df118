//! What stands in for the code of a faulty declaration: the faults, and just enough for its uses to
//! compile. Otherwise every call of `emit` would tell of the one fault again.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::event::debug;
use crate::model::Item;

pub(crate) fn event(item: &Item<'_>, faults: &syn::Error) -> TokenStream {
    let Item { ident, generics, krate } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let faults = faults.to_compile_error();
    let debug = debug(item);
    quote! {
        #faults
        const _: () = {
            #[automatically_derived]
            unsafe impl #impl_generics #krate::AuditEvent for #ident #ty_generics #declared {
                const SCHEMA: &'static #krate::Schema = &#krate::Schema {
                    event: "",
                    about: "",
                    category: "",
                    action: #krate::ActionNames::always(""),
                    outcome: #krate::OutcomeRule::Field,
                    level: ::core::option::Option::None,
                    actor: #krate::Part::Fields,
                    source: #krate::Part::Fields,
                    object: #krate::Part::Fields,
                    object_type: "",
                    fields: &[],
                };

                fn encode(
                    &self,
                    _: ::core::option::Option<&#krate::Context<'_>>,
                    _: &mut #krate::Encoder<'_>,
                ) {
                }
            }

            // Whether it takes a context cannot be known.
            #[automatically_derived]
            impl #impl_generics #ident #ty_generics #declared {
                #krate::__emit_methods! {}
                #krate::__emit_in_methods! {}
            }

            #debug
        };
    }
}

pub(crate) fn value(item: &Item<'_>, faults: &syn::Error) -> TokenStream {
    let Item { ident, generics, krate } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let faults = faults.to_compile_error();
    quote! {
        #faults
        const _: () = {
            #[automatically_derived]
            unsafe impl #impl_generics #krate::AuditValue for #ident #ty_generics #declared {
                const TYPE: #krate::Type = #krate::Type::Enum(&[]);
                const CLASS: #krate::Class = #krate::Class::Withheld;

                fn encode(&self, _: &mut #krate::Encoder<'_>) {}
            }

            // Whether it was to be one cannot be known.
            #[automatically_derived]
            unsafe impl #impl_generics #krate::AuditReason for #ident #ty_generics #declared {}
        };
    }
}
