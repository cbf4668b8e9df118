//! The syntax of `#[audit(…)]`: entries `key`, `key = "text"` and `key(entries)`, before they mean
//! anything.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Lit, LitStr, Token, parenthesized};

use crate::errors::Errors;
use crate::keys::{Looked, Site};
use crate::symbol::AUDIT;
use crate::text::{list, nearest};

/// An entry whose key belongs where it stands.
pub(crate) struct Entry {
    /// The key as it is written, for messages to point at.
    pub(crate) key: Ident,
    /// The key as it is meant.
    pub(crate) word: &'static str,
    form: Form,
}

struct RawEntry {
    key: Ident,
    form: Form,
}

enum Form {
    Bare,
    Text(LitStr),
    List(Vec<RawEntry>),
}

/// All entries of an item's `#[audit(…)]` attributes.
pub(crate) fn entries(attrs: &[Attribute], site: &'static Site, errors: &mut Errors) -> Vec<Entry> {
    let mut raw = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(AUDIT)) {
        match attr.parse_args_with(Punctuated::<RawEntry, Token![,]>::parse_terminated) {
            Ok(parsed) => raw.extend(parsed),
            Err(error) => errors.push_syntax(error),
        }
    }
    known(raw, site, errors)
}

/// The entries whose keys belong here, each once. A misspelt one counts as what it was meant to be,
/// so that its fault is not told again as something missing.
fn known(raw: Vec<RawEntry>, site: &'static Site, errors: &mut Errors) -> Vec<Entry> {
    let mut known: Vec<Entry> = Vec::new();
    for RawEntry { key, form } in raw {
        let word = match site.look_up(&key) {
            Looked::Up(word) if known.iter().any(|entry| entry.word == word) => {
                errors.push(&key, format!("`{word}` is given twice; it can be given once"));
                continue;
            }
            Looked::Up(word) => word,
            Looked::Alike(word, message) => {
                errors.push(&key, message);
                word
            }
            Looked::Nowhere(message) => {
                errors.push_unread(&key, message);
                continue;
            }
        };
        known.push(Entry { key, word, form });
    }
    known
}

impl Entry {
    /// The text of `key = "text"`.
    pub(crate) fn text(self, errors: &mut Errors) -> Option<LitStr> {
        match self.form {
            Form::Text(text) => Some(text),
            Form::Bare | Form::List(_) => {
                let message = format!("`{0}` takes a text: `{0} = \"…\"`", self.word);
                errors.push_unread(&self.key, message);
                None
            }
        }
    }

    /// The text of `key = "text"`, where it is one of these words.
    pub(crate) fn choice<T: Copy>(
        self,
        words: &'static [(&'static str, T)],
        errors: &mut Errors,
    ) -> Option<T> {
        let text = self.text(errors)?;
        let written = text.value();
        let chosen = words.iter().find(|(word, _)| *word == written);
        if chosen.is_none() {
            let known = || words.iter().map(|(word, _)| *word);
            let meant = nearest(&written, known())
                .map(|meant| format!(", did you mean `{meant}`?"))
                .unwrap_or_default();
            let message = format!("unknown `{written}`{meant}\nit is one of: {}", list(known()));
            errors.push_unread(&text, message);
        }
        chosen.map(|(_, value)| *value)
    }

    /// The entries of `key(entries)`.
    pub(crate) fn list(self, site: &'static Site, errors: &mut Errors) -> Vec<Entry> {
        match self.form {
            Form::List(entries) if !entries.is_empty() => known(entries, site, errors),
            Form::List(_) | Form::Bare | Form::Text(_) => {
                let valid = list(site.keys.iter().copied());
                let message = format!("`{0}` takes, in parentheses: {valid}", self.word);
                errors.push_unread(&self.key, message);
                Vec::new()
            }
        }
    }

    /// The key of a `key` that stands alone.
    pub(crate) fn bare(self, errors: &mut Errors) -> Option<Ident> {
        match self.form {
            Form::Bare => Some(self.key),
            Form::Text(_) | Form::List(_) => {
                let message = format!("`{}` stands alone here, without a value", self.word);
                errors.push_unread(&self.key, message);
                None
            }
        }
    }

    /// Whether it is `key(entries)`.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.form, Form::List(_))
    }
}

impl Parse for RawEntry {
    fn parse(input: ParseStream<'_>) -> syn::Result<RawEntry> {
        // Any word, because `crate` is one.
        let key = Ident::parse_any(input)?;
        let form = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            match input.parse()? {
                Lit::Str(text) => Form::Text(text),
                other => return Err(syn::Error::new_spanned(other, "expected a text in quotes")),
            }
        } else if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            let entries = content.call(Punctuated::<RawEntry, Token![,]>::parse_terminated)?;
            Form::List(entries.into_iter().collect())
        } else {
            Form::Bare
        };
        Ok(RawEntry { key, form })
    }
}
