//! From the model to code. Nothing here can fail.
//!
//! Paths are absolute and bindings have names of their own, because the code stands among the
//! user's names. The tokens of `unsafe impl` keep the macro's span: with one of the user's, a
//! `#![forbid(unsafe_code)]` would refuse them.

pub(crate) mod event;
pub(crate) mod flow;
mod schema;
pub(crate) mod value;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{Generics, Path, Type};

use crate::check::is_path_to;
use crate::model::{Carries, Field, Item, Place, Treatment};

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

    fn predicate(&self) -> TokenStream {
        let (ty, path) = (self.ty, self.path_at_type());
        quote!(#ty: #path)
    }

    /// The trait in the place of the type.
    fn path_at_type(&self) -> TokenStream {
        moved(&self.path, self.ty)
    }

    /// Whether the compiler would believe the requirement as a predicate, and could check it all
    /// the same: the type has lifetime or const parameters, and no type parameter, which must
    /// be known first.
    fn would_be_believed(&self, generics: &Generics) -> bool {
        let mut words = Vec::new();
        collect_words(self.ty.to_token_stream(), &mut words);
        let has = |ident: &Ident| words.contains(ident);
        // A function's type has lifetimes of its own.
        let is_parametric = generics.lifetimes().any(|it| has(&it.lifetime.ident))
            || generics.const_params().any(|it| has(&it.ident))
            || words.iter().any(|it| it == "fn" || it == "for");
        is_parametric && !generics.type_params().any(|it| has(&it.ident))
    }
}

/// Tokens in the place of others: the first and the last get the spans of the others', because
/// messages underline from the one to the other.
fn moved(tokens: &TokenStream, to: &impl ToTokens) -> TokenStream {
    let mut spans = to.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let spans = std::iter::once(first).chain(std::iter::repeat(last));
    let moved = tokens.clone().into_iter().zip(spans).map(|(mut token, span)| {
        token.set_span(span);
        token
    });
    moved.collect()
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
    let required = requirements.iter().map(Requirement::predicate);
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
    /// What the field's type must be. What carries no text is a value, so that for data one
    /// condition says both, and one fault is told once. A part that may be absent is another trait,
    /// so that no alias hides an `Option` from the rule that it needs a reason.
    /// `Withheld` has a condition of its own, which the compiler tells at the field; asked for here,
    /// it would be told again.
    fn requirements(&self, krate: &Path) -> Vec<Requirement<'_>> {
        if matches!((&self.treatment, self.place), (Treatment::ByType, Place::Data))
            && is_path_to(self.ty, "Withheld")
        {
            return Vec::new();
        }
        let role = match (&self.treatment, self.place) {
            (Treatment::Disclosed { .. }, _) => quote!(#krate::vocab::Disclosable),
            (_, Place::Outcome) => quote!(#krate::__private::IsOutcome),
            (_, Place::Reason) => quote!(#krate::AuditReason),
            (_, Place::ActorUser) => self.part(krate, "ActorUser"),
            (_, Place::ActorSession) => self.part(krate, "ActorSession"),
            (_, Place::SourceAddress) => self.part(krate, "SourceAddress"),
            (_, Place::ObjectId) => self.part(krate, "IsObjectId"),
            (_, Place::ObjectName) => self.part(krate, "IsObjectName"),
            (_, Place::Actor | Place::Source | Place::Data) => quote!(#krate::AuditValue),
        };
        let carries = match self.carries {
            Carries::Anything => None,
            Carries::NoText => Some(quote!(#krate::vocab::CarriesNoText)),
            Carries::NoLength => Some(quote!(#krate::vocab::TellsNoLength)),
        };
        let traits = match (carries, self.place) {
            (None, _) => vec![role],
            (Some(carries), Place::Data) => vec![carries],
            (Some(carries), _) => vec![role, carries],
        };
        traits.into_iter().map(|path| Requirement::new(self.ty, path)).collect()
    }

    fn part(&self, krate: &Path, part: &str) -> TokenStream {
        let part = match self.absent {
            None => format_ident!("{part}"),
            Some(_) => format_ident!("Optional{part}"),
        };
        quote!(#krate::vocab::#part)
    }

    /// The field in a schema.
    fn schema(&self, krate: &Path) -> TokenStream {
        let Field { name, ty, place, .. } = self;
        let field = match &self.treatment {
            Treatment::ByType => quote!(#krate::__private::field::<#ty>(#name, #krate::#place)),
            Treatment::Disclosed { why, class } => {
                quote!(#krate::__private::disclosed::<#ty>(#name, #why, #krate::#class))
            }
        };
        match &self.absent {
            Some(why) => quote!(#krate::__private::or_absent(#field, #why)),
            None => field,
        }
    }

    /// The statement that writes the field's value.
    ///
    /// It calls an inherent method of the encoder, so that nothing else is ever given it, whatever
    /// bears the names of audit-core's traits where the code stands. It says the type, so that the
    /// value's is the schema's, whatever the type's name means elsewhere.
    fn encode(&self, out: &Ident) -> TokenStream {
        let (ty, binding) = (self.ty, self.binding());
        match (&self.treatment, self.carries) {
            (Treatment::Disclosed { .. }, _) => quote!(#out.disclosed::<#ty>(#binding);),
            (Treatment::ByType, Carries::Anything) => quote!(#out.value::<#ty>(#binding);),
            (Treatment::ByType, Carries::NoText) => quote!(#out.no_text::<#ty>(#binding);),
            (Treatment::ByType, Carries::NoLength) => quote!(#out.no_length::<#ty>(#binding);),
        }
    }

    /// A name for the field's value that no constant of the user has, which would turn the binding
    /// into a comparison.
    fn binding(&self) -> Ident {
        local(&format!("field_{}", self.name))
    }
}

/// The pattern that takes a struct or variant apart. All fields are named and none is skipped, so
/// that a field that another macro adds behind the derive's back does not compile.
fn take_apart(fields: &[Field<'_>]) -> TokenStream {
    let idents = fields.iter().map(|field| field.ident);
    let bindings = fields.iter().map(Field::binding);
    quote!({ #(#idents: #bindings),* })
}

/// Lints that would speak of the user's fields and types at every place where the code names them.
pub(crate) fn quiet() -> TokenStream {
    quote!(#[allow(deprecated, unused_qualifications, clippy::absolute_paths)])
}

/// A name of the macro's own.
fn local(name: &str) -> Ident {
    format_ident!("__audit_{name}", span = Span::mixed_site())
}
