//! The code of an event.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{ConstParam, Generics, Path, Type, TypeParam};

use super::flow::{Flow, classes_once, flow};
use super::schema::schema;
use super::{Requirement, check_parametric, local, moved, quiet, take_apart, where_clause};
use crate::model::{Class, Event, Field, Item, OutcomeRule, Part, Place, Shape, Variant};

pub(crate) fn event(item: &Item<'_>, event: &Event<'_>) -> TokenStream {
    let Item { ident, generics, home, krate } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let required: Vec<_> = event.variants().iter().flat_map(|it| it.requirements(krate)).collect();
    let (qualified, check) = (where_clause(item, &required), check_parametric(item, &required));
    let schemas = event.variants().iter().map(|variant| schema(krate, variant));
    let variant = variant(event);
    let encode = encode(krate, event);
    let flow = flow(item, &event.flows());
    let methods = methods(home, event);
    let two_phase = two_phase(item, event);
    let closed = closed(item);
    let checks = checks(item, event);
    let quiet = quiet();
    quote! {
        #quiet
        const _: () = {
            use #home as #krate;

            #[automatically_derived]
            unsafe impl #impl_generics #krate::AuditEvent for #ident #ty_generics #qualified {
                const SCHEMAS: &'static [&'static #krate::schema::Schema] = &[#(&#schemas),*];

                #variant
                #encode
            }

            #flow

            #[automatically_derived]
            impl #impl_generics #ident #ty_generics #declared {
                #methods
            }

            #two_phase
            #closed
            #check
            #checks
        };
    }
}

/// A `Debug` that tells the event's name and nothing of its fields, and no side door.
pub(crate) fn closed(item: &Item<'_>) -> TokenStream {
    let Item { ident, generics, home, .. } = item;
    let (_, ty_generics, declared) = generics.split_for_impl();
    let declared = declared.iter().flat_map(|clause| &clause.predicates);
    let parameters = parameters(generics);
    let name = ident.unraw().to_string();
    quote! {
        #home::__closed! { #name, [#parameters] #ident #ty_generics, [#(#declared,)*] }
    }
}

/// The parameters for an `impl` that adds its own after them.
fn parameters(generics: &Generics) -> TokenStream {
    let lifetimes = generics.lifetimes();
    let types = generics.type_params().map(|it| {
        let TypeParam { ident, bounds, .. } = it;
        quote!(#ident: #bounds)
    });
    let consts = generics.const_params().map(|it| {
        let ConstParam { ident, ty, .. } = it;
        quote!(const #ident: #ty)
    });
    quote!(#(#lifetimes,)* #(#types,)* #(#consts,)*)
}

/// The place of an event's schema, which for a struct is the first, as the trait has it.
fn variant(event: &Event<'_>) -> TokenStream {
    let Shape::Enum(variants) = &event.shape else { return TokenStream::new() };
    let arms = variants.iter().enumerate().map(|(place, variant)| {
        let (ident, place) = (variant.ident, Literal::usize_unsuffixed(place));
        quote!(Self::#ident { .. } => #place,)
    });
    quote! {
        #[inline]
        fn variant(&self) -> ::core::primitive::usize {
            match self { #(#arms)* }
        }
    }
}

fn encode(krate: &Path, event: &Event<'_>) -> TokenStream {
    let body = match &event.shape {
        Shape::Struct(variant) => {
            let (take_apart, statements) = (take_apart(&variant.fields), statements(variant));
            quote!(let Self #take_apart = self; #statements)
        }
        Shape::Enum(variants) => {
            let arms = variants.iter().map(|variant| {
                let (ident, take_apart) = (variant.ident, take_apart(&variant.fields));
                let statements = statements(variant);
                quote!(Self::#ident #take_apart => { #statements })
            });
            quote!(match self { #(#arms)* })
        }
    };
    // A parameter that nothing uses has no name, because a lint would have something to say of it.
    let named = |name: &str, is_used: bool| match is_used {
        true => local(name).to_token_stream(),
        false => quote!(_),
    };
    let context = named("context", event.takes_context());
    let out = named("out", event.variants().iter().any(|it| !it.recorded().is_empty()));
    quote! {
        #[inline]
        fn encode(
            &self,
            #context: ::core::option::Option<&#krate::Context<'_>>,
            #out: &mut #krate::record::Encoder<'_>,
        ) {
            #body
        }
    }
}

fn statements(variant: &Variant<'_>) -> TokenStream {
    let (context, out) = (local("context"), local("out"));
    let statements = variant.recorded().into_iter().map(|recorded| match recorded {
        Recorded::Field(field) => field.encode(&out),
        Recorded::Actor => quote!(#out.context_actor(#context);),
        Recorded::Source => quote!(#out.context_source(#context);),
    });
    statements.collect()
}

fn methods(home: &Path, event: &Event<'_>) -> TokenStream {
    match (event.awaited(), event.takes_context()) {
        (None, false) => quote!(#home::__emit_methods! {}),
        (None, true) => quote!(#home::__within_methods! {} #home::__no_bare_emit! {}),
        (Some(_), false) => quote!(#home::__two_phase_methods! {}),
        (Some(_), true) => {
            quote!(#home::__two_phase_within_methods! {} #home::__no_bare_begin! {})
        }
    }
}

fn two_phase(item: &Item<'_>, event: &Event<'_>) -> TokenStream {
    let Some((field, ty)) = event.awaited() else { return TokenStream::new() };
    let krate = &item.krate;
    begun(item, ty, &quote!(<#ty as #krate::__private::IsAwaited>::awaited(&mut self.#field)))
}

/// The implementation of `TwoPhase`. Its conditions are those that the event and its outcome have
/// been asked already, in the form in which the compiler does not ask them again.
pub(crate) fn begun(item: &Item<'_>, ty: &Type, awaited: &TokenStream) -> TokenStream {
    let Item { ident, generics, krate, .. } = item;
    let (impl_generics, ty_generics, _) = generics.split_for_impl();
    let declared = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    quote! {
        #[automatically_derived]
        unsafe impl #impl_generics #krate::TwoPhase for #ident #ty_generics
        where
            #(#declared,)*
            for<'__audit> Self: #krate::__private::Emittable<'__audit>,
            for<'__audit> #ty: #krate::__private::KnownLater<'__audit>,
        {
            type Reason = <#ty as #krate::__private::IsAwaited>::Reason;

            #[inline]
            fn awaited(&mut self) -> &mut #krate::Awaited<Self::Reason> {
                #awaited
            }
        }
    }
}

/// What is checked of the schemas, under `cargo check` too: that each event fits into a line, and
/// its policies. The compiler's message points at the event, or at the policy. The schemas of a
/// generic event are known only where it is emitted, and its line is checked there.
fn checks(item: &Item<'_>, event: &Event<'_>) -> TokenStream {
    let Item { ident, generics, krate, .. } = item;
    if generics.type_params().next().is_some() || generics.const_params().next().is_some() {
        return TokenStream::new();
    }
    let lifetimes = generics.lifetimes().map(|_| quote!('_));
    let schemas = quote!(<#krate::__private::Schemas<#ident<#(#lifetimes),*>>>::ALL);
    let fits = moved(&quote!(#krate::__private::assert_fit_lines(#schemas)), ident);
    let policies = event
        .policies
        .iter()
        .map(|policy| moved(&quote!(#krate::policy::Policy::enforce(&#policy, #schemas)), policy));
    quote! {
        const _: () = {
            use #krate::__private::NoSchemas as _;
            #fits;
            #(#policies;)*
        };
    }
}

/// What a record of a variant holds a value of.
pub(super) enum Recorded<'e> {
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
}

impl<'a> Event<'a> {
    fn variants(&self) -> &[Variant<'a>] {
        match &self.shape {
            Shape::Struct(variant) => std::slice::from_ref(variant),
            Shape::Enum(variants) => variants,
        }
    }

    fn takes_context(&self) -> bool {
        self.variants().iter().any(Variant::takes_context)
    }

    /// The field that waits for the outcome of an event of two phases.
    fn awaited(&self) -> Option<(&'a Ident, &'a Type)> {
        let Shape::Struct(variant) = &self.shape else { return None };
        let OutcomeRule::Awaited { field, ty } = variant.outcome else { return None };
        Some((field, ty))
    }

    /// What must flow to a destination before the event does.
    fn flows(&self) -> Vec<Flow<'_>> {
        let fields = self.variants().iter().flat_map(|it| &it.fields);
        let mut flows: Vec<_> = fields.map(Field::flow).collect();
        if self.takes_context() {
            flows.push(Flow::Class(Class::Personal));
        }
        classes_once(flows)
    }
}

impl Variant<'_> {
    /// What is recorded, by place, then in the order of declaration.
    pub(super) fn recorded(&self) -> Vec<Recorded<'_>> {
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

    fn takes_context(&self) -> bool {
        matches!((&self.actor, &self.source), (Part::Context, _) | (_, Part::Context))
    }

    fn requirements(&self, krate: &Path) -> Vec<Requirement<'_>> {
        let awaits = matches!(self.outcome, OutcomeRule::Awaited { .. });
        let required = self.fields.iter().flat_map(|field| match field.place {
            Place::Outcome if awaits => {
                vec![Requirement::new(field.ty, quote!(#krate::__private::IsAwaited))]
            }
            _ => field.requirements(krate),
        });
        required.collect()
    }
}
