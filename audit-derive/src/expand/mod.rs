//! From the model to code. Nothing here can fail.
//!
//! Paths are absolute and bindings have names of their own, because the code stands among the
//! user's names. The tokens of `unsafe impl` keep the macro's span: with one of the user's, a
//! `#![forbid(unsafe_code)]` would refuse them.

pub(crate) mod event;
pub(crate) mod value;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{Generics, Path, Type};

use crate::model::{Field, Item, Place, Treatment};

/// `Option` as code.
pub(crate) fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// A field's type and the trait that it must implement.
pub(crate) struct Requirement<'a> {
    ty: &'a Type,
    path: TokenStream,
}

impl<'a> Requirement<'a> {
    pub(crate) fn new(ty: &'a Type, path: TokenStream) -> Requirement<'a> {
        Requirement { ty, path }
    }

    /// The trait in the place of the type: its first and last token get the spans of the type's,
    /// because messages underline from the one to the other.
    fn path_at_type(&self) -> TokenStream {
        let mut spans = self.ty.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        let last = spans.last().unwrap_or(first);
        let spans = std::iter::once(first).chain(std::iter::repeat(last));
        let tokens = self.path.clone().into_iter().zip(spans);
        let moved = tokens.map(|(mut token, span)| {
            token.set_span(span);
            token
        });
        moved.collect()
    }

    /// Whether the compiler would believe the requirement as a predicate, and could check it all
    /// the same: the type has lifetime or const parameters, and no type parameter, which must
    /// be known first.
    fn would_be_believed(&self, generics: &Generics) -> bool {
        let mut words = Vec::new();
        collect_words(self.ty.to_token_stream(), &mut words);
        let has = |ident: &Ident| words.contains(ident);
        let is_parametric = generics.lifetimes().any(|it| has(&it.lifetime.ident))
            || generics.const_params().any(|it| has(&it.ident));
        is_parametric && !generics.type_params().any(|it| has(&it.ident))
    }
}

fn collect_words(tokens: TokenStream, words: &mut Vec<Ident>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => words.push(word),
            TokenTree::Group(group) => collect_words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The declared predicates, and the requirements. They stand here once, and what follows the clause
/// may rely on them, so that a fault is told once.
pub(crate) fn where_clause(item: &Item<'_>, requirements: &[Requirement<'_>]) -> TokenStream {
    let declared = item.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let required = requirements.iter().map(|requirement| {
        let (ty, path) = (requirement.ty, requirement.path_at_type());
        quote!(#ty: #path)
    });
    quote!(where #(#declared,)* #(#required,)*)
}

/// A function that compiles only if the fields with lifetimes or const parameters qualify.
///
/// The compiler checks a predicate without parameters at once; one with parameters it believes
/// until somebody relies on it from outside. So these are checked here, where no predicate says
/// them. The item itself is an argument because what it implies of its lifetimes holds for its
/// fields too.
pub(crate) fn check_parametric(item: &Item<'_>, requirements: &[Requirement<'_>]) -> TokenStream {
    let Item { ident, generics, .. } = item;
    let (impl_generics, ty_generics, declared) = generics.split_for_impl();
    let believed = requirements.iter().filter(|it| it.would_be_believed(generics));
    let checks = believed.map(|requirement| {
        let (ty, path) = (requirement.ty, requirement.path_at_type());
        quote! {{
            fn qualifies<T: #path>() {}
            qualifies::<#ty>();
        }}
    });
    let checks = checks.collect::<TokenStream>();
    if checks.is_empty() {
        return checks;
    }
    quote! {
        fn __audit_check_fields #impl_generics (_: &#ident #ty_generics) #declared {
            #checks
        }
    }
}

impl Field<'_> {
    /// What the field's type must be.
    fn requirement(&self, krate: &Path) -> Requirement<'_> {
        let path = match (&self.treatment, self.place) {
            (Treatment::Disclosed { .. }, _) => quote!(#krate::Disclosable),
            (_, Place::Outcome) => quote!(#krate::__private::IsOutcome),
            (_, Place::Reason) => quote!(#krate::AuditReason),
            (_, Place::ActorUser) => quote!(#krate::vocab::ActorUser),
            (_, Place::ActorSession) => quote!(#krate::vocab::ActorSession),
            (_, Place::SourceAddress) => quote!(#krate::vocab::SourceAddress),
            (_, Place::ObjectId) => quote!(#krate::vocab::IsObjectId),
            (_, Place::ObjectName) => quote!(#krate::vocab::IsObjectName),
            (_, Place::Actor | Place::Source | Place::Data) => quote!(#krate::AuditValue),
        };
        Requirement::new(self.ty, path)
    }

    /// The field in a schema.
    fn schema(&self, krate: &Path) -> TokenStream {
        let Field { name, ty, place, .. } = self;
        let encoded = self.encoded(krate);
        let class = match &self.treatment {
            Treatment::ByType => quote!(<#ty as #krate::AuditValue>::CLASS),
            Treatment::Disclosed { class, .. } => quote!(#krate::#class),
        };
        let treatment = match &self.treatment {
            Treatment::ByType => quote!(ByType),
            Treatment::Disclosed { why, .. } => quote!(Disclosed(#why)),
        };
        let absent = option(self.absent.as_ref());
        quote! {
            #krate::Field {
                name: #name,
                place: #krate::#place,
                ty: <#ty as #encoded>::TYPE,
                class: #class,
                treatment: #krate::Treatment::#treatment,
                absent: #absent,
            }
        }
    }

    /// The statement that writes the field's value.
    fn encode(&self, krate: &Path, out: &Ident) -> TokenStream {
        let (ty, binding) = (self.ty, self.binding());
        let encoded = self.encoded(krate);
        quote!(<#ty as #encoded>::encode(#binding, #out);)
    }

    /// The trait that knows the type's values.
    fn encoded(&self, krate: &Path) -> TokenStream {
        match self.treatment {
            Treatment::ByType => quote!(#krate::AuditValue),
            Treatment::Disclosed { .. } => quote!(#krate::Disclosable),
        }
    }

    /// A name for the field's value that no constant of the user has, which would turn the binding
    /// into a comparison.
    fn binding(&self) -> Ident {
        local(&format!("field_{}", self.name))
    }
}

/// The statement that takes `self` apart. All fields are named and none is skipped, so that a field
/// that another macro adds behind the derive's back does not compile.
fn take_apart(fields: &[Field<'_>]) -> TokenStream {
    let idents = fields.iter().map(|field| field.ident);
    let bindings = fields.iter().map(Field::binding);
    quote!(let Self { #(#idents: #bindings),* } = self;)
}

/// A name of the macro's own.
fn local(name: &str) -> Ident {
    format_ident!("__audit_{name}", span = Span::mixed_site())
}
