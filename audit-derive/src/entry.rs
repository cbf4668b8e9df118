//! The syntax of `#[audit(…)]`: entries `key`, `key = "text"`, `key = 7`, `key = a::path` and
//! `key(entries)`, before they mean anything.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Lit, LitBool, LitInt, LitStr, Path, Token, parenthesized};

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
    Number(LitInt),
    /// `key = a::path`.
    Path(Path),
    /// A path of several segments alone; its first is taken for the key.
    Segments(Path),
    List(Vec<RawEntry>),
}

/// Whether an attribute has this name, raw (`r#audit`) or not.
pub(crate) fn is_called(attr: &Attribute, name: &str) -> bool {
    attr.path().get_ident().is_some_and(|ident| ident.unraw() == name)
}

/// All entries of an item's `#[audit(…)]` attributes.
pub(crate) fn entries(attrs: &[Attribute], site: &'static Site, errors: &mut Errors) -> Vec<Entry> {
    let mut raw = Vec::new();
    for attr in attrs.iter().filter(|attr| is_called(attr, AUDIT)) {
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
            Form::Number(number) => {
                errors.push_unread(&number, "expected a text in quotes");
                None
            }
            Form::Bare | Form::Path(_) | Form::Segments(_) | Form::List(_) => {
                let message = format!("`{0}` takes a text: `{0} = \"…\"`", self.word);
                errors.push_unread(&self.key, message);
                None
            }
        }
    }

    /// The number of `key = 7`.
    pub(crate) fn number(self, errors: &mut Errors) -> Option<LitInt> {
        match self.form {
            Form::Number(number) => Some(number),
            Form::Text(text) => {
                errors.push_unread(&text, "expected a number, without quotes");
                None
            }
            Form::Bare | Form::Path(_) | Form::Segments(_) | Form::List(_) => {
                let message = format!("`{0}` takes a number: `{0} = …`", self.word);
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
            _ => {
                let valid = list(site.keys.iter().copied());
                let message = format!("`{0}` takes, in parentheses: {valid}", self.word);
                errors.push_unread(&self.key, message);
                Vec::new()
            }
        }
    }

    /// The paths of `key = path` or `key(path, path)`.
    pub(crate) fn paths(self, errors: &mut Errors) -> Option<Vec<Path>> {
        let paths = match self.form {
            Form::Path(path) => Some(vec![path]),
            Form::List(entries) if !entries.is_empty() => {
                entries.into_iter().map(RawEntry::into_path).collect()
            }
            _ => None,
        };
        if paths.is_none() {
            let message = format!(
                "`{0}` takes a path, without quotes: `{0} = A`; or several: `{0}(A, B)`",
                self.word
            );
            errors.push_unread(&self.key, message);
        }
        paths
    }

    /// The key of a `key` that stands alone.
    pub(crate) fn bare(self, errors: &mut Errors) -> Option<Ident> {
        match self.form {
            Form::Bare => Some(self.key),
            Form::Text(_) | Form::Number(_) | Form::Path(_) | Form::Segments(_) | Form::List(_) => {
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

impl RawEntry {
    fn into_path(self) -> Option<Path> {
        match self.form {
            Form::Bare => Some(Path::from(self.key)),
            Form::Segments(path) => Some(path),
            Form::Text(_) | Form::Number(_) | Form::Path(_) | Form::List(_) => None,
        }
    }
}

impl Parse for RawEntry {
    fn parse(input: ParseStream<'_>) -> syn::Result<RawEntry> {
        if input.peek(Token![::]) || input.peek2(Token![::]) {
            let path = input.call(Path::parse_mod_style)?;
            let first = path.segments.first().map(|first| first.ident.clone());
            let key = first.ok_or_else(|| input.error("expected a path"))?;
            return Ok(RawEntry { key, form: Form::Segments(path) });
        }
        // Any word, because `crate` is one.
        let key = Ident::parse_any(input)?;
        let form = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            value(input)?
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

/// What stands after `=`.
fn value(input: ParseStream<'_>) -> syn::Result<Form> {
    if input.peek(Token![::]) || (input.peek(Ident::peek_any) && !input.peek(LitBool)) {
        return input.call(Path::parse_mod_style).map(Form::Path);
    }
    match input.parse()? {
        Lit::Str(text) => Ok(Form::Text(text)),
        Lit::Int(number) => Ok(Form::Number(number)),
        other => Err(syn::Error::new_spanned(other, "expected a text in quotes")),
    }
}
