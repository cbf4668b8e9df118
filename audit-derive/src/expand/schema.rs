//! The schema of a struct or a variant.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use super::event::Recorded;
use super::option;
use crate::model::{Action, OutcomeRule, Part, Variant};

pub(super) fn schema(krate: &Path, variant: &Variant<'_>) -> TokenStream {
    let Variant { name, about, category, object_type, .. } = variant;
    let action = action(krate, &variant.action);
    let outcome = match variant.outcome {
        OutcomeRule::Always(kind) => quote!(Always(#krate::#kind)),
        OutcomeRule::Field | OutcomeRule::Awaited { .. } => quote!(Field),
    };
    let level = option(variant.level.map(|level| quote!(#krate::#level)));
    let actor = part(krate, &variant.actor);
    let source = part(krate, &variant.source);
    let object = part(krate, &variant.object);
    let fields = variant.recorded().into_iter().map(|recorded| match recorded {
        Recorded::Field(field) => field.schema(krate),
        Recorded::Actor => quote!(#krate::__private::CONTEXT_ACTOR),
        Recorded::Source => quote!(#krate::__private::CONTEXT_SOURCE),
    });
    quote! {
        #krate::Schema {
            event: #name,
            about: #about,
            category: #category,
            action: #action,
            outcome: #krate::OutcomeRule::#outcome,
            level: #level,
            actor: #actor,
            source: #source,
            object: #object,
            object_type: #object_type,
            fields: &[#(#fields),*],
        }
    }
}

fn action(krate: &Path, action: &Action) -> TokenStream {
    let Action { success, denied, failure } = action;
    if success == denied && success == failure {
        return quote!(#krate::ActionNames::always(#success));
    }
    quote!(#krate::ActionNames { success: #success, denied: #denied, failure: #failure })
}

fn part(krate: &Path, part: &Part) -> TokenStream {
    let part = match part {
        Part::Fields => quote!(Fields),
        Part::Always(what, which) => quote!(Always(#what, #which)),
        Part::None(why) => quote!(None(#why)),
        Part::Context => quote!(Context),
    };
    quote!(#krate::Part::#part)
}
