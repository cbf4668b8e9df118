//! What a set of events may record, checked when they compile.

use crate::schema::{Field, Schema, Treatment};
use crate::text_buffer::TextBuffer;
use crate::value::Type;
use crate::{Catalog, Class};

/// No text or number disclosed by word that is a text: whatever is recorded as text is vocabulary.
///
/// The policy of a device that sees keystrokes and pasted text.
pub const NO_CONTENT: Policy = Policy::named("NO_CONTENT").without_disclosed_text();

/// Nothing about persons: no names, no addresses.
pub const NO_PERSONAL: Policy = Policy::named("NO_PERSONAL").at_most(Class::Internal);

/// A rule on what events may record. It starts with everything allowed, and each method takes
/// something away; what is withheld is always allowed, for nothing of it is recorded.
///
/// ```
/// use audit_core::policy::{NO_CONTENT, Policy};
/// use audit_core::vocab::PasteSize;
/// use audit_core::{AuditEvent, Withheld, policy};
///
/// /// No addresses in this program's log.
/// const NO_ADDRESSES: Policy = Policy::named("NO_ADDRESSES").without_addresses();
///
/// /// Text was pasted.
/// #[must_use]
/// #[derive(AuditEvent)]
/// #[audit(action = "paste", category = "input", outcome = "success", policy = NO_CONTENT)]
/// #[audit(actor(service = "paste"), source(local = "browser"))]
/// #[audit(object(id = "keyboard"), object_type = "device")]
/// struct PasteUsed<'a> {
///     size: PasteSize,
///     text: Withheld<&'a str>,
/// }
///
/// policy!(NO_ADDRESSES: PasteUsed<'_>);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    name: &'static str,
    at_most: Class,
    disclosed: Disclosed,
    without_addresses: bool,
}

/// What may be disclosed by word.
#[derive(Clone, Copy, Debug)]
enum Disclosed {
    Anything,
    Numbers,
    Nothing,
}

impl Policy {
    /// A policy that allows everything yet. The name stands in the compiler's message.
    pub const fn named(name: &'static str) -> Policy {
        let at_most = Class::Personal;
        Policy { name, at_most, disclosed: Disclosed::Anything, without_addresses: false }
    }

    /// Allows nothing that is confined more narrowly than this.
    pub const fn at_most(self, class: Class) -> Policy {
        Policy { at_most: class, ..self }
    }

    /// Allows no text that is recorded by `disclose`.
    pub const fn without_disclosed_text(self) -> Policy {
        match self.disclosed {
            Disclosed::Anything => Policy { disclosed: Disclosed::Numbers, ..self },
            Disclosed::Numbers | Disclosed::Nothing => self,
        }
    }

    /// Allows nothing that is recorded by `disclose`.
    pub const fn without_disclosed(self) -> Policy {
        Policy { disclosed: Disclosed::Nothing, ..self }
    }

    /// Allows no network address, wherever it stands, and no source from a context, which may be
    /// one.
    pub const fn without_addresses(self) -> Policy {
        Policy { without_addresses: true, ..self }
    }

    /// The first field that the policy does not allow, if there is one.
    pub const fn offence(&self, schema: &'static Schema) -> Option<Offence> {
        match self.offence_in(schema.fields) {
            Some((field, why)) => {
                Some(Offence { policy: self.name, event: schema.event, field: field.name, why })
            }
            None => None,
        }
    }

    /// Stops the compiler at the first field that the policy does not allow.
    #[doc(hidden)]
    pub const fn enforce(&self, schemas: &[&'static Schema]) {
        let mut rest = schemas;
        while let [schema, tail @ ..] = rest {
            if let Some(offence) = self.offence(schema) {
                offence.stop();
            }
            rest = tail;
        }
    }

    /// The same for all events of a catalogue.
    #[doc(hidden)]
    pub const fn enforce_in(&self, catalog: &Catalog) {
        let mut rest = catalog.events();
        while let [schemas, tail @ ..] = rest {
            self.enforce(schemas);
            rest = tail;
        }
    }

    const fn offence_in(&self, fields: &'static [Field]) -> Option<(&'static Field, &'static str)> {
        let mut rest = fields;
        while let [field, tail @ ..] = rest {
            if let Some(why) = self.forbids(field) {
                return Some((field, why));
            }
            if let Type::Group(inner) = inner_type(&field.ty)
                && let Some(offence) = self.offence_in(inner)
            {
                return Some(offence);
            }
            rest = tail;
        }
        None
    }

    const fn forbids(&self, field: &Field) -> Option<&'static str> {
        if self.without_addresses
            && matches!(inner_type(&field.ty), Type::Ip | Type::Address | Type::Source)
        {
            return Some("it is an address, or may be one");
        }
        let is_text = matches!(inner_type(&field.ty), Type::Text(_));
        match (self.disclosed, field.treatment) {
            (Disclosed::Nothing, Treatment::Disclosed(_)) => return Some("it is disclosed"),
            (Disclosed::Numbers, Treatment::Disclosed(_)) if is_text => {
                return Some("it is disclosed text");
            }
            _ => {}
        }
        match field.class {
            Class::Withheld => None,
            Class::Personal if (self.at_most as u8) < Class::Personal as u8 => {
                Some("it is personal")
            }
            Class::Internal if (self.at_most as u8) < Class::Internal as u8 => {
                Some("it is internal")
            }
            _ => None,
        }
    }
}

/// The type behind an `Option`.
const fn inner_type(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => inner_type(inner),
        other => other,
    }
}

/// A field that a policy does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offence {
    /// The policy's name.
    pub policy: &'static str,
    /// The event's name.
    pub event: &'static str,
    /// The field's name.
    pub field: &'static str,
    why: &'static str,
}

impl Offence {
    const fn message(&self) -> TextBuffer<512> {
        TextBuffer::new()
            .and("the policy `")
            .and(self.policy)
            .and("` does not allow the field `")
            .and(self.field)
            .and("` of the event `")
            .and(self.event)
            .and("`, because ")
            .and(self.why)
    }

    #[expect(clippy::panic, reason = "at compile time, where a panic is the message")]
    const fn stop(&self) -> ! {
        panic!("{}", self.message().as_str())
    }
}

impl core::fmt::Display for Offence {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.message().as_str())
    }
}

/// Checks that events keep to a policy, whenever they compile, under `cargo check` too.
///
/// ```
/// use audit_core::policy::NO_PERSONAL;
/// # use audit_core::AuditEvent;
/// # /// It started.
/// # #[must_use]
/// # #[derive(AuditEvent)]
/// # #[audit(action = "start", category = "life", outcome = "success")]
/// # #[audit(actor(service = "init"), source(local = "boot"), none(object = "itself"))]
/// # struct Started {}
/// # /// It stopped.
/// # #[must_use]
/// # #[derive(AuditEvent)]
/// # #[audit(action = "stop", category = "life", outcome = "success")]
/// # #[audit(actor(service = "init"), source(local = "boot"), none(object = "itself"))]
/// # struct Stopped {}
/// audit_core::policy!(NO_PERSONAL: Started, Stopped);
///
/// // Or all events of a list that is there already:
/// const EVENTS: audit_core::Catalog = audit_core::catalog![Started, Stopped];
/// audit_core::policy!(NO_PERSONAL: in EVENTS);
/// ```
#[macro_export]
macro_rules! policy {
    ($policy:path: in $catalog:path) => {
        const _: () = $crate::policy::Policy::enforce_in(&$policy, &$catalog);
    };
    ($policy:path: $($event:ty),+ $(,)?) => {
        $(
            const _: () = $crate::policy::Policy::enforce(
                &$policy,
                <$event as $crate::AuditEvent>::SCHEMAS,
            );
        )+
    };
}
