//! The schema of a struct or a variant.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use super::event::Recorded;
use super::option;
use crate::model::{Action, Ecs, Mapping, Ocsf, OutcomeRule, Part, Variant};

pub(super) fn schema(krate: &Path, variant: &Variant<'_>) -> TokenStream {
    let Variant { name, about, stream, category, object_type, .. } = variant;
    let action = action(krate, &variant.action);
    let outcome = match variant.outcome {
        OutcomeRule::Always(kind) => quote!(Always(#krate::#kind)),
        OutcomeRule::Field | OutcomeRule::Awaited { .. } => quote!(Field),
    };
    let level = option(variant.level.map(|level| quote!(#krate::#level)));
    let actor = part(krate, &variant.actor);
    let source = part(krate, &variant.source);
    let object = part(krate, &variant.object);
    let mapping = mapping(krate, &variant.mapping);
    let fields = variant.recorded().into_iter().map(|recorded| match recorded {
        Recorded::Field(field) => field.schema(krate),
        Recorded::Actor => quote!(#krate::__private::CONTEXT_ACTOR),
        Recorded::Source => quote!(#krate::__private::CONTEXT_SOURCE),
    });
    quote! {
        #krate::schema::Schema {
            event: #name,
            about: #about,
            stream: #krate::#stream,
            category: #category,
            action: #action,
            outcome: #krate::schema::OutcomeRule::#outcome,
            level: #level,
            actor: #actor,
            source: #source,
            object: #object,
            object_type: #object_type,
            mapping: #mapping,
            fields: &[#(#fields),*],
        }
    }
}

fn action(krate: &Path, action: &Action) -> TokenStream {
    let Action { success, denied, failure } = action;
    if success == denied && success == failure {
        return quote!(#krate::schema::ActionNames::always(#success));
    }
    quote!(#krate::schema::ActionNames { success: #success, denied: #denied, failure: #failure })
}

fn mapping(krate: &Path, mapping: &Mapping) -> TokenStream {
    let Mapping { ocsf, ecs, redfish } = mapping;
    if ocsf.is_none() && ecs.is_none() && redfish.is_none() {
        return quote!(#krate::schema::Mapping::NONE);
    }
    let ocsf = option(ocsf.map(
        |Ocsf { class, activity }| quote!(#krate::schema::Ocsf { class: #class, activity: #activity }),
    ));
    let ecs = option(ecs.map(|Ecs { category, event_type }| {
        quote!(#krate::schema::Ecs { category: #category, event_type: #event_type })
    }));
    let redfish = option(redfish.as_ref().map(|message| quote!(#message)));
    quote!(#krate::schema::Mapping::__new(#ocsf, #ecs, #redfish))
}

fn part(krate: &Path, part: &Part) -> TokenStream {
    let part = match part {
        Part::Fields => quote!(Fields),
        Part::Always(what, which) => quote!(Always(#what, #which)),
        Part::None(why) => quote!(None(#why)),
        Part::Context => quote!(Context),
    };
    quote!(#krate::schema::Part::#part)
}
