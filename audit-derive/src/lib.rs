//! The derive macros of audit-core, which re-exports them; use them from there.
//!
//! Each is a pipeline: `entry` and `attr` read what was written, `check` makes the `model` of it or
//! tells why it cannot, and `expand` makes code of the model. With faults, `fallback` takes the
//! place of `expand`.

mod attr;
mod check;
mod entry;
mod errors;
mod expand;
mod fallback;
mod keys;
mod model;
mod symbol;
mod text;

use syn::{DeriveInput, Path, parse_macro_input, parse_quote};

use crate::attr::{EventAttrs, ValueAttrs};
use crate::errors::Errors;
use crate::model::Item;

/// Makes a struct an audit event.
///
/// A field compiles only if its type says that it may be recorded, and an event compiles only if it
/// is complete. Every fault is told on its own token, with its remedy.
///
/// ```ignore
/// /// A vault was opened, or not.
/// #[must_use]
/// #[derive(AuditEvent)]
/// #[audit(action(success = "vault_get", denied = "vault_get_denied"), category = "vault")]
/// #[audit(source(local = "front panel"))]
/// pub struct VaultOpened<'a> {
///     #[audit(actor(session), absent = "before anybody has logged in")]
///     pub session: Option<SessionRef<'a>>,
///     #[audit(object(id), object_type = "vault")]
///     pub vault: ObjectId<'a>,
///     #[audit(outcome)]
///     pub outcome: Outcome<VaultRefusal>,
///     #[audit(disclose = "chosen from a list, not typed", class = "internal")]
///     pub drawer: u8,
///     pub code: Withheld<&'a str>,
/// }
/// ```
///
/// # On the struct
///
/// `#[must_use]` is required: an event that is built and not emitted is lost. The first paragraph
/// of the documentation goes into the schema. The event's name is the struct's in snake case.
///
/// | attribute | what it says |
/// |---|---|
/// | `action = "login"` | what was done |
/// | `action(success = "…", denied = "…", failure = "…")` | the same by outcome; the last two follow the first |
/// | `category = "authentication"` | what kind of action it is |
/// | `outcome = "denied"` | how it ended, if always the same: `success`, `denied`, `failure`, `unknown` |
/// | `actor(service = "updater")` | who did it, if always the same part of the system |
/// | `source(local = "serial console")` | from where, if always the same place on the device |
/// | `object(id = "clock")` | to what, if always the same |
/// | `object_type = "setting"` | what the object is; here or on its field |
/// | `none(actor = "why", source = "why", object = "why")` | there is none, and why |
/// | `from_context(actor, source)` | the caller's surroundings know: the event has `emit_in(&context)`, no `emit()` |
/// | `level = "warn"` | the level, if it does not follow from the outcome: `info`, `warn`, `error` |
/// | `name = "login_refused"` | another name of the event |
/// | `crate = "path"` | where audit-core lives, if not at `::audit_core` |
///
/// # On a field
///
/// A field without an attribute is data, recorded under its name; its type must be an `AuditValue`.
///
/// | attribute | what the field is |
/// |---|---|
/// | `actor(user)`, `actor(session)` | who did it |
/// | `source(address)` | from where |
/// | `object(id)`, `object(name)` | to what |
/// | `absent = "why"` | why a part of type `Option` may be absent; required there |
/// | `outcome` | how it ended, of type `Outcome<Reason>` |
/// | `reason` | why it was denied or failed, if the outcome stands on the struct: a fieldless enum |
/// | `disclose = "why"` | text or a number that is recorded all the same, for this reason |
/// | `class = "internal"` | how far that may travel: `public`, `internal` or, unless said, `personal` |
///
/// # What comes of it
///
/// The methods `emit`, `emit_or_count`, `emit_to`, `emit_durable`, `begin_durable` and
/// `begin_durable_to` (with `from_context`: each with `_in` and a context), and a `Debug` that
/// shows the struct's name and nothing of its fields.
#[proc_macro_derive(AuditEvent, attributes(audit))]
pub fn derive_audit_event(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    event(&input).into()
}

/// Makes a type a value of audit events.
///
/// A fieldless enum is recorded as the name of its variant, and can be a reason; a newtype as the
/// value in it; a struct as its fields, which follow the rules of an event's.
///
/// ```ignore
/// #[derive(AuditValue)]
/// #[audit(class = "public")]
/// enum Door {
///     Front,
///     #[audit(name = "loading_dock")]
///     Back,
/// }
///
/// #[derive(AuditValue)]
/// struct Serial<'a>(ObjectId<'a>);
///
/// #[derive(AuditValue)]
/// struct Image<'a> {
///     version: Version<'a>,
///     #[audit(disclose = "numbered by the build", class = "internal")]
///     build: u32,
/// }
/// ```
///
/// | attribute | where | what it says |
/// |---|---|---|
/// | `class = "public"` | on an enum | how far it may travel; `internal` unless said |
/// | `name = "…"` | on a variant | another label than the variant's name in snake case |
/// | `disclose = "why"`, `class = "…"` | on a struct's field | as in an event |
/// | `crate = "path"` | on the type | where audit-core lives, if not at `::audit_core` |
#[proc_macro_derive(AuditValue, attributes(audit))]
pub fn derive_audit_value(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    value(&input).into()
}

fn event(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = Errors::new();
    let attrs = EventAttrs::read(&input.attrs, &mut errors);
    let item = item(input, attrs.krate.clone());
    let event = check::event::event(input, &attrs, &mut errors);
    match errors.finish() {
        Some(faults) => fallback::event(&item, &faults),
        None => event.map(|event| expand::event::event(&item, &event)).unwrap_or_default(),
    }
}

fn value(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = Errors::new();
    let attrs = ValueAttrs::read(&input.attrs, &mut errors);
    let item = item(input, attrs.krate.clone());
    let value = check::value::value(input, &attrs, &mut errors);
    match errors.finish() {
        Some(faults) => fallback::value(&item, &faults),
        None => value.map(|value| expand::value::value(&item, &value)).unwrap_or_default(),
    }
}

fn item(input: &DeriveInput, krate: Option<Path>) -> Item<'_> {
    Item {
        ident: &input.ident,
        generics: &input.generics,
        krate: krate.unwrap_or_else(|| parse_quote!(::audit_core)),
    }
}
