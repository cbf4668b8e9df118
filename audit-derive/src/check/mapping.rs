//! What others call an event.

use std::ops::RangeInclusive;

use syn::{LitInt, LitStr};

use super::event::Written;
use super::said::{Stated, Told};
use crate::attr::{EcsAttr, EventAttrs, OcsfAttr};
use crate::errors::Errors;
use crate::model::{Ecs, Mapping, Ocsf};
use crate::text::{list, nearest};

/// What a struct, an enum or a variant says of it.
pub(super) struct SaidMapping {
    ocsf: Stated<Ocsf>,
    ecs: Stated<Ecs>,
    redfish: Stated<String>,
}

impl SaidMapping {
    pub(super) fn check(attrs: &EventAttrs, errors: &mut Errors) -> SaidMapping {
        SaidMapping {
            ocsf: attrs.ocsf.as_ref().map(|it| ocsf(it, errors).ok_or(Told)),
            ecs: attrs.ecs.as_ref().map(|it| ecs(it, errors).ok_or(Told)),
            redfish: attrs.redfish.as_ref().map(|it| redfish(it, errors).ok_or(Told)),
        }
    }
}

/// Each of the three is said or not; a variant's own word leaves aside what its enum says.
pub(super) fn mapping(event: &Written<'_, '_>) -> Option<Mapping> {
    Some(Mapping {
        ocsf: event.stated(|said| said.mapping.ocsf).transpose().ok()?,
        ecs: event.stated(|said| said.mapping.ecs).transpose().ok()?,
        redfish: event.stated(|said| said.mapping.redfish.clone()).transpose().ok()?,
    })
}

/// The classes' numbers begin behind the base event's.
const OCSF_CLASSES: RangeInclusive<u32> = 1001..=99_999_999;
/// The type of an event is its class times 100, and the activity.
const OCSF_ACTIVITIES: RangeInclusive<u32> = 0..=99;

/// Both numbers are there, and such as OCSF has them.
fn ocsf(said: &OcsfAttr, errors: &mut Errors) -> Option<Ocsf> {
    let OcsfAttr { key, class, activity } = said;
    if class.is_none() || activity.is_none() {
        let message = "`ocsf(…)` takes both numbers: `ocsf(class = 3002, activity = 1)`";
        errors.push_missing(key, message);
    }
    let class = class.as_ref().map(|it| number(it, OCSF_CLASSES, errors));
    let activity = activity.as_ref().map(|it| number(it, OCSF_ACTIVITIES, errors));
    let activity = activity??.try_into().ok()?;
    Some(Ocsf { class: class??, activity })
}

fn number(written: &LitInt, range: RangeInclusive<u32>, errors: &mut Errors) -> Option<u32> {
    let number = written.base10_parse().ok().filter(|number| range.contains(number));
    if number.is_none() {
        let message = format!("expected a number from {} to {}", range.start(), range.end());
        errors.push(written, message);
    }
    number
}

/// Both names are there, and ECS has the type for the category.
fn ecs(said: &EcsAttr, errors: &mut Errors) -> Option<Ecs> {
    let EcsAttr { key, category, event_type } = said;
    if category.is_none() || event_type.is_none() {
        let message =
            "`ecs(…)` takes both names: `ecs(category = \"authentication\", type = \"start\")`";
        errors.push_missing(key, message);
    }
    let (category, event_type) = (category.as_ref()?, event_type.as_ref()?);
    let categories = ECS_TYPES.iter().map(|(category, _)| *category);
    let at = one_of(category, categories, "ECS has the categories", errors)?;
    let types = ECS_TYPES.iter().find(|(category, _)| *category == at).map(|(_, types)| *types);
    let types = types.unwrap_or_default().iter().copied();
    let event_type = one_of(event_type, types, &format!("with `{at}` ECS has the types"), errors)?;
    Some(Ecs { category: at, event_type })
}

fn one_of(
    written: &LitStr,
    words: impl Iterator<Item = &'static str> + Clone,
    there_are: &str,
    errors: &mut Errors,
) -> Option<&'static str> {
    let word = written.value();
    let known = words.clone().find(|known| *known == word);
    if known.is_none() {
        let meant = nearest(&word, words.clone())
            .map(|meant| format!(", did you mean `{meant}`?"))
            .unwrap_or_default();
        errors.push(written, format!("unknown `{word}`{meant}\n{there_are}: {}", list(words)));
    }
    known
}

/// `event.category` of ECS 9, and for each what `event.type` may be.
const ECS_TYPES: &[(&str, &[&str])] = &[
    (
        "api",
        &[
            "access", "admin", "allowed", "change", "creation", "deletion", "denied", "end",
            "info", "start", "user",
        ],
    ),
    ("authentication", &["end", "info", "start"]),
    ("configuration", &["access", "change", "creation", "deletion", "info"]),
    ("database", &["access", "change", "error", "info"]),
    ("driver", &["change", "end", "info", "start"]),
    ("email", &["info"]),
    ("file", &["access", "change", "creation", "deletion", "info"]),
    ("host", &["access", "change", "end", "info", "start"]),
    ("iam", &["admin", "change", "creation", "deletion", "group", "info", "user"]),
    ("intrusion_detection", &["allowed", "denied", "info"]),
    ("library", &["start"]),
    ("malware", &["info"]),
    ("network", &["access", "allowed", "connection", "denied", "end", "info", "protocol", "start"]),
    ("package", &["access", "change", "deletion", "info", "installation", "start"]),
    ("process", &["access", "change", "end", "info", "start"]),
    ("registry", &["access", "change", "creation", "deletion"]),
    ("session", &["end", "info", "start"]),
    ("threat", &["indicator"]),
    ("vulnerability", &["info"]),
    ("web", &["access", "error", "info"]),
];

/// A message's id is that of its registry, two numbers of the registry's version, and the
/// message's own name.
fn redfish(written: &LitStr, errors: &mut Errors) -> Option<String> {
    /// The longest id, in bytes.
    const MAX: usize = 128;
    let id = written.value();
    let parts: Vec<&str> = id.split('.').collect();
    let is_name = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = match parts.as_slice() {
        [registry, major, minor, message] => {
            is_name(registry) && is_number(major) && is_number(minor) && is_name(message)
        }
        _ => false,
    };
    if !is_id || id.len() > MAX {
        let message = "expected a `MessageId`: a registry, two numbers of its version, a message, \
             such as \"AccountSecurity.1.0.SuccessfulLogin\"";
        errors.push(written, message);
        return None;
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use syn::LitStr;

    use super::{ECS_TYPES, redfish};
    use crate::errors::Errors;

    #[test]
    fn a_message_id_has_four_parts() {
        fn check(id: &str, is_one: bool) {
            let mut errors = Errors::new();
            let read = redfish(&LitStr::new(id, Span::call_site()), &mut errors);
            assert_eq!(read.as_deref(), is_one.then_some(id));
            assert_eq!(errors.finish().is_none(), is_one, "{id}");
        }
        check("AccountSecurity.1.0.SuccessfulLogin", true);
        check("A1.12.3.B", true);
        check("", false);
        check("AccountSecurity.SuccessfulLogin", false);
        check("AccountSecurity.1.0.0.SuccessfulLogin", false);
        check("AccountSecurity.1.x.SuccessfulLogin", false);
        check("AccountSecurity.1..SuccessfulLogin", false);
        check("Account Security.1.0.SuccessfulLogin", false);
        check("1.1.0.SuccessfulLogin", false);
        check(&format!("A.1.0.{}", "B".repeat(122)), true);
        check(&format!("A.1.0.{}", "B".repeat(123)), false);
    }

    #[test]
    fn categories_and_types_are_sorted_as_messages_list_them() {
        assert!(ECS_TYPES.is_sorted());
        assert!(ECS_TYPES.iter().all(|(_, types)| types.is_sorted()));
    }
}
