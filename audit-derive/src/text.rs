//! Names from identifiers and what they say, and the word that somebody meant.

use proc_macro2::Ident;
use syn::ext::IdentExt;

use crate::model::Carries;

/// `LoginFailed` as `login_failed`, `HTTPProxySet` as `http_proxy_set`; without the `r#` of a raw
/// identifier.
pub(crate) fn snake_case(ident: &Ident) -> String {
    audit_names::snake_case(&ident.unraw().to_string())
}

/// What a field of this name may carry.
pub(crate) fn carries(ident: &Ident) -> Carries {
    audit_names::of_field(&ident.unraw().to_string())
}

/// What the data of a variant of this name may carry.
pub(crate) fn data_carries(variant: &Ident) -> Carries {
    audit_names::of_variant(&variant.unraw().to_string())
}

/// The word that `written` was meant to be, if one is near enough.
pub(crate) fn nearest<'w>(
    written: &str,
    words: impl IntoIterator<Item = &'w str>,
) -> Option<&'w str> {
    let (far, word) = words.into_iter().map(|word| (distance(written, word), word)).min()?;
    let near_enough = (written.len() / 3).max(1);
    (far <= near_enough).then_some(word)
}

/// How many characters must be changed, added or taken away to make one word of the other.
fn distance(from: &str, to: &str) -> usize {
    // One row of the usual table at a time: the cost of making each beginning of `to`.
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (done, old) in from.chars().enumerate() {
        let mut above_left = done;
        let mut left = done + 1;
        for (at, cell) in row.iter_mut().enumerate() {
            let above = *cell;
            let new = at.checked_sub(1).and_then(|at| to.chars().nth(at));
            *cell = match new {
                None => left,
                Some(new) => (above_left + usize::from(old != new)).min(above + 1).min(left + 1),
            };
            above_left = above;
            left = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Words as a message lists them: `` `a`, `b` ``.
pub(crate) fn list<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest, snake_case};
    use proc_macro2::{Ident, Span};

    #[test]
    fn names_are_snake_case() {
        fn check(ident: &str, name: &str) {
            assert_eq!(snake_case(&Ident::new(ident, Span::call_site())), name);
        }
        check("LoginFailed", "login_failed");
        check("Login", "login");
        check("HTTPProxySet", "http_proxy_set");
        check("UsbHID", "usb_hid");
        check("Usb2Attached", "usb2_attached");
        check("Already_Snake", "already_snake");
        check("already_snake", "already_snake");
        check("A", "a");
    }

    #[test]
    fn raw_identifiers_lose_their_prefix() {
        assert_eq!(snake_case(&Ident::new_raw("type", Span::call_site())), "type");
    }

    #[test]
    fn distances_count_edits() {
        fn check(from: &str, to: &str, edits: usize) {
            assert_eq!(distance(from, to), edits, "{from} -> {to}");
            assert_eq!(distance(to, from), edits, "{to} -> {from}");
        }
        check("", "", 0);
        check("", "actor", 5);
        check("actor", "actor", 0);
        check("aktor", "actor", 1);
        check("catgory", "category", 1);
        check("sauce", "source", 2);
        check("kitten", "sitting", 3);
    }

    #[test]
    fn only_near_words_are_meant() {
        let words = ["actor", "source", "object", "object_type"];
        assert_eq!(nearest("aktor", words), Some("actor"));
        assert_eq!(nearest("objekt_typ", words), Some("object_type"));
        assert_eq!(nearest("colour", words), None);
        assert_eq!(nearest("", words), None);
    }
}
