//! Names that fields of data do not have: those that lines use, and those that are not ASCII.

use proc_macro2::Ident;
use syn::ext::IdentExt;

use crate::errors::Errors;
use crate::model::Place;
use crate::symbol;

/// What a key that ends so stands for; `_` is the name before the ending.
const ENDINGS: &[(&str, &str)] = &[
    ("_pseudonym", "the pseudonym of `_`"),
    ("_none", "the reason why there is no `_`"),
    ("_cut", "the number of bytes cut from `_`"),
    ("_number", "a number called `_` where another event's `_` is of another type"),
    ("_text", "a text called `_` where another event's `_` is of another type"),
    ("_bool", "a bool called `_` where another event's `_` is of another type"),
    ("_group", "a group called `_` where another event's `_` is of another type"),
];

/// What lines say beside their data.
const PARTS: &[&str] = &[symbol::ACTOR, symbol::SOURCE, symbol::OBJECT];

/// A key has one meaning in all lines, so a field of data is not called as a part of a line is, nor
/// as what marks another field. A field that is a part, the outcome or the reason has a key that is
/// not its name.
pub(super) fn reserved_in_event(ident: &Ident, place: Place, errors: &mut Errors) {
    if place == Place::Data {
        let or_part = |name: &str| format!(", or, if it is the {name}, say so with `{name}(…)`");
        reserved(ident, or_part, errors);
    }
}

/// The same holds in a group, where nothing is a part.
pub(super) fn reserved_in_group(ident: &Ident, errors: &mut Errors) {
    reserved(ident, |_| String::new(), errors);
}

fn reserved(ident: &Ident, or_part: impl Fn(&str) -> String, errors: &mut Errors) {
    let name = ident.unraw().to_string();
    if !name.is_ascii() {
        // What a name says is judged by words that are written so, and readers of logs type it.
        errors.push(ident, "a field's name is its key in the log: write it in ASCII");
    }
    if PARTS.contains(&name.as_str()) {
        let or_part = or_part(&name);
        let message = format!("`{name}` is a part of every line: rename the field{or_part}");
        errors.push(ident, message);
    }
    for (ending, used_for) in ENDINGS {
        let Some(stem) = name.strip_suffix(ending) else { continue };
        let used_for = used_for.replace("`_`", &format!("`{stem}`"));
        let message = format!(
            "`{name}` ends in `{ending}`, which lines use for {used_for}: rename the field"
        );
        errors.push(ident, message);
    }
}
