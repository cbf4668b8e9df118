//! The code of an event.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;
use syn::ext::IdentExt;

use super::{check_parametric, local, option, take_apart, where_clause};
use crate::model::{Action, Event, Field, Item, OutcomeRule, Part, Place};
use crate::symbol;

pub(crate) fn event(item: &Item<'_>, event: &Event<'_>) -> TokenStream {
    let Item { ident, generics, krate } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let required: Vec<_> = event.fields.iter().map(|field| field.requirement(krate)).collect();
    let (qualified, check) = (where_clause(item, &required), check_parametric(item, &required));
    let schema = schema(krate, event);
    let encode = encode(krate, event);
    let methods = match event.takes_context() {
        TakesContext::No => quote!(#krate::__emit_methods! {}),
        TakesContext::Yes => quote!(#krate::__emit_in_methods! {}),
    };
    let debug = debug(item);
    quote! {
        const _: () = {
            #[automatically_derived]
            unsafe impl #impl_generics #krate::AuditEvent for #ident #ty_generics #qualified {
                #schema
                #encode
            }

            #[automatically_derived]
            impl #impl_generics #ident #ty_generics #declared {
                #methods
            }

            #debug
            #check
        };
    }
}

/// A `Debug` that tells the event's name and nothing of its fields.
pub(crate) fn debug(item: &Item<'_>) -> TokenStream {
    let Item { ident, generics, .. } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let (name, formatter) = (ident.unraw().to_string(), local("formatter"));
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #ident #ty_generics #declared {
            fn fmt(&self, #formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #formatter.debug_struct(#name).finish_non_exhaustive()
            }
        }
    }
}

fn schema(krate: &Path, event: &Event<'_>) -> TokenStream {
    let Event { name, about, category, object_type, .. } = event;
    let Action { success, denied, failure } = &event.action;
    let outcome = match event.outcome {
        OutcomeRule::Always(kind) => quote!(Always(#krate::#kind)),
        OutcomeRule::Field => quote!(Field),
    };
    let level = option(event.level.map(|level| quote!(#krate::#level)));
    let actor = part(krate, &event.actor);
    let source = part(krate, &event.source);
    let object = part(krate, &event.object);
    let fields = event.recorded().into_iter().map(|recorded| recorded.schema(krate));
    quote! {
        const SCHEMA: &'static #krate::Schema = &#krate::Schema {
            event: #name,
            about: #about,
            category: #category,
            action: #krate::ActionNames { success: #success, denied: #denied, failure: #failure },
            outcome: #krate::OutcomeRule::#outcome,
            level: #level,
            actor: #actor,
            source: #source,
            object: #object,
            object_type: #object_type,
            fields: &[#(#fields),*],
        };
    }
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

fn encode(krate: &Path, event: &Event<'_>) -> TokenStream {
    let (context, out) = (local("context"), local("out"));
    let recorded = event.recorded();
    let statements = recorded.iter().map(|recorded| match recorded {
        Recorded::Field(field) => field.encode(krate, &out),
        Recorded::Actor => quote!(#krate::__private::encode_context_actor(#context, #out);),
        Recorded::Source => quote!(#krate::__private::encode_context_source(#context, #out);),
    });
    // A parameter that nothing uses has no name, because a lint would have something to say of it.
    let context = match event.takes_context() {
        TakesContext::Yes => context.to_token_stream(),
        TakesContext::No => quote!(_),
    };
    let out = if recorded.is_empty() { quote!(_) } else { out.to_token_stream() };
    let statements = statements.collect::<TokenStream>();
    let take_apart = take_apart(&event.fields);
    quote! {
        fn encode(
            &self,
            #context: ::core::option::Option<&#krate::Context<'_>>,
            #out: &mut #krate::Encoder<'_>,
        ) {
            #take_apart
            #statements
        }
    }
}

/// What a record of the event holds a value of.
enum Recorded<'e> {
    Field(&'e Field<'e>),
    /// The actor of the context.
    Actor,
    /// The source of the context.
    Source,
}

impl Recorded<'_> {
    fn place(&self) -> Place {
        match self {
            Recorded::Field(field) => field.place,
            Recorded::Actor => Place::Actor,
            Recorded::Source => Place::Source,
        }
    }

    fn schema(&self, krate: &Path) -> TokenStream {
        match self {
            Recorded::Field(field) => field.schema(krate),
            Recorded::Actor => from_context(krate, symbol::ACTOR, Place::Actor, quote!(Actor)),
            Recorded::Source => from_context(krate, symbol::SOURCE, Place::Source, quote!(Source)),
        }
    }
}

/// The schema of what is no field and comes from the context.
fn from_context(krate: &Path, name: &str, place: Place, ty: TokenStream) -> TokenStream {
    quote! {
        #krate::Field {
            name: #name,
            place: #krate::#place,
            ty: #krate::Type::#ty,
            class: #krate::Class::Personal,
            treatment: #krate::Treatment::ByType,
            absent: ::core::option::Option::None,
        }
    }
}

enum TakesContext {
    Yes,
    No,
}

impl Event<'_> {
    /// What is recorded, by place, then in the order of declaration.
    fn recorded(&self) -> Vec<Recorded<'_>> {
        let mut recorded: Vec<_> = self.fields.iter().map(Recorded::Field).collect();
        if let Part::Context = self.actor {
            recorded.push(Recorded::Actor);
        }
        if let Part::Context = self.source {
            recorded.push(Recorded::Source);
        }
        recorded.sort_by_key(Recorded::place);
        recorded
    }

    fn takes_context(&self) -> TakesContext {
        match (&self.actor, &self.source) {
            (Part::Context, _) | (_, Part::Context) => TakesContext::Yes,
            _ => TakesContext::No,
        }
    }
}
