//! From what was written to the model: one function a rule, the rule in prose above it. A function
//! that returns something returns the part of the model that the rule vouches for; without it, it
//! has told why.

pub(crate) mod event;
mod field;
mod mapping;
mod outcome;
mod part;
mod reserved;
mod said;
pub(crate) mod value;

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{GenericArgument, LitStr, PathArguments, Type};

use crate::attr::FieldAttrs;
use crate::errors::Errors;
use crate::model::{Class, Place, Treatment};
use crate::text::snake_case;

/// The longest name, in bytes.
const NAME_MAX: usize = 64;

/// A name that lines carry is lower snake_case and short: readers search for it, and shells and
/// queries take it as it is.
fn name(text: &LitStr, errors: &mut Errors) -> Option<String> {
    let name = text.value();
    if let Some(remedy) = name_fault(&name) {
        errors.push(text, format!("\"{name}\" cannot be a name: {remedy}"));
        return None;
    }
    Some(name)
}

/// A name that follows from an identifier is held to the same rule.
fn name_of(ident: &Ident, errors: &mut Errors) -> Option<String> {
    name_from(snake_case(ident), ident, errors)
}

fn name_from(name: String, ident: &Ident, errors: &mut Errors) -> Option<String> {
    if let Some(remedy) = name_fault(&name) {
        let message = format!(
            "\"{name}\", from `{}`, cannot be a name: {remedy}\nsay another with `#[audit(name = \"…\")]`",
            ident.unraw()
        );
        errors.push(ident, message);
        return None;
    }
    Some(name)
}

fn name_fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("say which".to_owned());
    }
    let tail = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) || !name.bytes().all(tail) {
        return Some("it starts with `a`-`z` and goes on with `a`-`z`, `0`-`9` and `_`".to_owned());
    }
    (name.len() > NAME_MAX).then(|| format!("it takes at most {NAME_MAX} bytes"))
}

/// A reason is there for a reviewer to read, so it says something.
fn reason(text: &LitStr, errors: &mut Errors) -> Option<String> {
    let why = text.value().trim().to_owned();
    if why.is_empty() {
        errors.push(text, "this reason is empty: say why, for whoever reviews what is recorded");
        return None;
    }
    Some(why)
}

/// What is disclosed has a reason; it has no role, because the types of roles need no disclosing;
/// no name calls it content or credential; and it is neither withheld nor a sequence. A class goes
/// with `disclose` only: vocabulary has its own. Nothing is a sequence of what is withheld.
fn treatment(
    attrs: &FieldAttrs,
    place: Place,
    ty: &Type,
    telling: Option<&Ident>,
    errors: &mut Errors,
) -> Option<Treatment> {
    if is_sequence_of_withheld(ty) {
        let message = "the number of items would reveal something about the withheld data: withhold all of it, as \
             `Withheld<Vec<…>>`, or declare a field for each";
        errors.push(ty, message);
        return None;
    }
    let Some(disclose) = &attrs.disclose else {
        if let Some(class) = &attrs.class {
            let message =
                "`class` goes with `disclose = \"why\"`: other types have a class of their own";
            errors.push(&class.key, message);
            return None;
        }
        return Some(Treatment::ByType);
    };
    let why = reason(&disclose.value, errors);
    if place != Place::Data {
        let message =
            "`disclose` is for data only: a part, outcome or reason is recorded by its type";
        errors.push(&disclose.key, message);
        return None;
    }
    if let Some(telling) = telling {
        let message = format!(
            "the name `{}` says content or credential, and that is not disclosed: \
             withhold it as `Withheld<…>`, or rename it if it is no such thing",
            telling.unraw()
        );
        errors.push(&disclose.key, message);
        return None;
    }
    if let Some(message) = undisclosable(ty) {
        errors.push(ty, message);
        return None;
    }
    let class = attrs.class.as_ref().map_or(Class::Personal, |class| class.value);
    Some(Treatment::Disclosed { why: why?, class })
}

fn undisclosable(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Array(_) | Type::Slice(_) => Some(
            "bytes and sequences cannot be disclosed: record their size as \
             `audit_core::vocab::ByteSize`, or declare the field as `Withheld<…>`",
        ),
        Type::Reference(reference) => undisclosable(&reference.elem),
        Type::Group(group) => undisclosable(&group.elem),
        Type::Paren(paren) => undisclosable(&paren.elem),
        Type::Path(_) if is_path_to(ty, "Withheld") => {
            Some("what is withheld cannot be disclosed: remove either `disclose` or `Withheld`")
        }
        _ => None,
    }
}

/// Whether a type is a sequence of `Withheld`, as far as can be seen; behind an alias it is refused
/// for being no `AuditValue`, as every sequence is.
fn is_sequence_of_withheld(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => is_path_to(&array.elem, "Withheld"),
        Type::Slice(slice) => is_path_to(&slice.elem, "Withheld"),
        Type::Reference(reference) => is_sequence_of_withheld(&reference.elem),
        Type::Group(group) => is_sequence_of_withheld(&group.elem),
        Type::Paren(paren) => is_sequence_of_withheld(&paren.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return false };
            let types = arguments.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            let is_sequence = SEQUENCES.iter().any(|name| last.ident == name);
            let mut types = types.filter(|ty| match is_sequence {
                true => is_path_to(ty, "Withheld"),
                false => last.ident != "Withheld" && is_sequence_of_withheld(ty),
            });
            types.next().is_some()
        }),
        _ => false,
    }
}

/// The sequences of the standard library.
const SEQUENCES: &[&str] = &["BTreeSet", "BinaryHeap", "HashSet", "LinkedList", "Vec", "VecDeque"];

/// Whether a type's path ends in this name, as far as can be seen: an alias hides it.
pub(crate) fn is_path_to(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        Type::Group(group) => is_path_to(&group.elem, name),
        Type::Paren(paren) => is_path_to(&paren.elem, name),
        _ => false,
    }
}
