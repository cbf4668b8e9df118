//! The faults of one derive, collected so that all of them are told at once.

use std::fmt::Display;

use quote::ToTokens;

/// Collects faults. Whoever makes one must [`finish`](Errors::finish) it: a fault that nobody
/// reports would let a faulty event compile.
pub(crate) struct Errors {
    state: State,
    /// Faults on a token.
    found: Vec<syn::Error>,
    /// What is missing, as far as could be seen.
    missing: Vec<syn::Error>,
    reading: Reading,
}

enum State {
    Collecting,
    Finished,
}

/// Whether all attributes were understood.
enum Reading {
    Whole,
    Partial,
}

impl Errors {
    pub(crate) fn new() -> Errors {
        Errors {
            state: State::Collecting,
            found: Vec::new(),
            missing: Vec::new(),
            reading: Reading::Whole,
        }
    }

    /// A fault on these tokens.
    pub(crate) fn push(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.found.push(syn::Error::new_spanned(tokens, message));
    }

    /// A fault on these tokens that leaves them unread.
    pub(crate) fn push_unread(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push_syntax(syn::Error::new_spanned(tokens, message));
    }

    /// A fault that leaves a whole attribute unread.
    pub(crate) fn push_syntax(&mut self, error: syn::Error) {
        self.found.push(error);
        self.reading = Reading::Partial;
    }

    /// Something that is required and was not found. It is told only if everything could be read:
    /// what is missing may be the very thing that was not understood, and that would be one
    /// fault told twice.
    pub(crate) fn push_missing(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.missing.push(syn::Error::new_spanned(tokens, message));
    }

    /// All faults in one, if there are any.
    pub(crate) fn finish(mut self) -> Option<syn::Error> {
        self.state = State::Finished;
        let mut all = std::mem::take(&mut self.found);
        if let Reading::Whole = self.reading {
            all.append(&mut self.missing);
        }
        all.into_iter().reduce(|mut all, error| {
            all.combine(error);
            all
        })
    }
}

impl Drop for Errors {
    #[expect(
        clippy::panic,
        reason = "at compile time, and only if this crate forgets its own faults"
    )]
    fn drop(&mut self) {
        if let State::Collecting = self.state
            && !std::thread::panicking()
        {
            panic!("the faults of an audit derive were collected and not reported");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Errors;
    use quote::quote;

    fn messages(errors: Errors) -> Vec<String> {
        errors.finish().into_iter().flatten().map(|error| error.to_string()).collect()
    }

    #[test]
    fn every_fault_is_told() {
        let mut errors = Errors::new();
        errors.push_missing(quote!(it), "no actor");
        errors.push(quote!(it), "first");
        errors.push(quote!(it), "second");
        assert_eq!(messages(errors), ["first", "second", "no actor"]);
    }

    #[test]
    fn what_was_not_read_is_not_missing() {
        let mut errors = Errors::new();
        errors.push_missing(quote!(it), "no actor");
        errors.push_unread(quote!(it), "what is `aktor`?");
        assert_eq!(messages(errors), ["what is `aktor`?"]);
    }

    #[test]
    #[should_panic(expected = "collected and not reported")]
    fn forgetting_them_panics() {
        drop(Errors::new());
    }
}
