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
#[cfg(test)]
mod snapshots;
mod symbol;
mod text;

use syn::{Data, DeriveInput, Path, parse_macro_input, parse_quote};

use crate::attr::{EventAttrs, ValueAttrs};
use crate::errors::Errors;
use crate::model::Item;

/// Makes a struct an audit event, or an enum one for each of its variants.
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
/// | `from_context(actor, source)` | the caller's surroundings know: the event is emitted `within(&context)`, and has no `emit()` of its own |
/// | `level = "warn"` | the level, if it does not follow from the outcome: `info`, `warn`, `error` |
/// | `stream = "access"` | which log it goes into: `audit`, unless said, `access`, `application` |
/// | `ocsf(class = 3002, activity = 1)` | what it is in the Open Cybersecurity Schema Framework: the class's and the activity's number |
/// | `ecs(category = "authentication", type = "start")` | in the Elastic Common Schema: `event.category` and `event.type` |
/// | `redfish = "Registry.1.0.Message"` | in Redfish: the `MessageId` |
/// | `name = "login_refused"` | another name of the event |
/// | `two_phase` | it is recorded before the operation begins and again at its end; below |
/// | `policy = NO_CONTENT`, `policy(A, B)` | what it must keep to; a field that does not stops the compiler |
/// | `crate = "::path"` | where audit-core lives, from a crate on, if not at `::audit_core` |
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
/// | `outcome` | how it ended, of type `Outcome<Reason>`; with `two_phase`, `Awaited<Reason>` |
/// | `reason` | why it was denied or failed, if the outcome stands on the struct: a fieldless enum |
/// | `disclose = "why"` | text or a number that is recorded all the same, for this reason |
/// | `class = "internal"` | how far that may travel: `public`, `internal` or, unless said, `personal` |
///
/// # Names that say content or credential
///
/// A field called `password`, `api_key`, `pasteText` or `r#pin` carries no text, whatever its type:
/// the type must be `CarriesNoText` (`Withheld`, `bool`, a measure, a size bucket, a fieldless enum,
/// a struct of these), and `disclose` does not help. Whole words count, alone or joined, in every
/// case and in the plural: `user_pin` says a credential and `spinner` does not. A field that
/// merely sounds so gets another name. The same holds in structs with `#[derive(AuditValue)]`, and
/// for all data of a variant whose name says what there is (`Password`); one that says what happened
/// (`PasswordChanged`) says nothing of its data.
///
/// What was typed or pasted (`password`, `pin`, `paste`, …) tells no length either: its type must be
/// `TellsNoLength`, which `Count` and `ByteSize` are not, unless the name says that it counts
/// something else (`pin_attempts`, `paste_count`).
///
/// # Names that lines use themselves
///
/// What does not stand in clear is marked by a key beside it: `user_pseudonym`, `id_none`,
/// `image_cut`; and where events of several programs disagree about the type of a key, by
/// `size_number`, `size_text`, `size_bool` or `size_group`. So no field of data ends in one of these,
/// nor is it called `actor`, `source` or `object`. The same holds in structs with
/// `#[derive(AuditValue)]`.
///
/// # Enums
///
/// Each variant is an event with a schema and a name of its own: the enum's and the variant's in
/// snake case (`door_opened`), or the variant's `name = "…"`, in full. What stands on the enum holds
/// for every variant, unless the variant says otherwise, in an `#[audit(…)]` of its own or by a
/// field with that role. `name` stands on variants only, `policy` and `crate` on the enum only.
/// Variants have named fields or none. If one takes a context, all are emitted `within` one.
///
/// ```ignore
/// #[must_use]
/// #[derive(AuditEvent)]
/// #[audit(category = "doors", outcome = "success", actor(service = "lock"))]
/// #[audit(source(local = "lobby"), object(id = "door"), object_type = "part")]
/// enum Door {
///     /// Somebody opened it.
///     #[audit(action = "open")]
///     Opened { by_key: bool },
///     /// It did not close.
///     #[audit(action = "close", outcome = "failure")]
///     Stuck {
///         #[audit(reason)]
///         why: DoorFault,
///     },
/// }
/// ```
///
/// # Two phases
///
/// With `two_phase` the event has `begin`, `begin_async` and `to` (with `from_context`: `within`)
/// instead of the methods below. What begins must be finished with the outcome, which is not known
/// before: so the field `outcome` is an `Awaited<Reason>`.
///
/// # What comes of it
///
/// The methods `emit`, `emit_or_count`, `emit_durable`, `submit_durable` and `to(&recorder)`, which
/// gives an `Emission` with the same methods. With `from_context` there is `within(&context)`
/// instead, which gives an `Emission`, too. And a `Debug` that shows the type's name and nothing of
/// its fields.
///
/// # error\[E0119\]: conflicting implementations of trait `Display`
///
/// or `Serialize`, `Debug`, `Deref`, `AsRef`, `Borrow<str>`. The compiler says this where one of
/// them is derived or written beside `AuditEvent`, and points at both. An event has no side door:
/// through these traits its fields would reach a `println!` or a file that knows nothing of classes.
/// `Debug` is there already and shows no field; the others are taken so that nobody has them, and
/// cannot be called (the compiler's note about `NothingElseShowsAnEvent` and `Never` is how). Take the derive or
/// the `impl` away. To show something of an event, show the value that it was made of.
#[proc_macro_derive(AuditEvent, attributes(audit))]
pub fn derive_audit_event(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    event(&input).into()
}

/// Makes a type a value of audit events.
///
/// A fieldless enum is recorded as the name of its variant, and can be a reason; a newtype as the
/// value in it; a struct as its fields, which follow the rules of an event's. An enum carries no
/// text, a struct carries none if none of its fields does: only then may a field with a name such
/// as `paste` have it as its type.
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
/// | `crate = "::path"` | on the type | where audit-core lives, from a crate on, if not at `::audit_core` |
#[proc_macro_derive(AuditValue, attributes(audit))]
pub fn derive_audit_value(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    value(&input).into()
}

fn event(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = Errors::new();
    let site = match input.data {
        Data::Enum(_) => &keys::EVENT_ENUM,
        Data::Struct(_) | Data::Union(_) => &keys::EVENT,
    };
    let attrs = EventAttrs::read(&input.attrs, site, &mut errors);
    let item = item(input, attrs.krate.clone());
    let event = check::event::event(input, &attrs, &mut errors);
    match errors.finish() {
        Some(faults) => fallback::event(&item, input, &attrs, &faults),
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

fn item(input: &DeriveInput, home: Option<Path>) -> Item<'_> {
    Item {
        ident: &input.ident,
        generics: &input.generics,
        home: home.unwrap_or_else(|| parse_quote!(::audit_core)),
        krate: parse_quote!(__audit),
    }
}
