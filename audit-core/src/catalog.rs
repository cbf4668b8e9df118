//! The events of a program, listed.
#![expect(unsafe_code, reason = "only schemas of events make a catalogue")]

use crate::policy::{Offence, Policy};
use crate::{clash, schema::Schema};

/// The events of a program, by [`catalog!`](crate::catalog): what a reviewer reads, what a lock
/// file holds, and what tells records apart that come from elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Catalog(&'static [&'static [&'static Schema]]);

impl Catalog {
    /// What [`catalog!`](crate::catalog) calls.
    ///
    /// # Safety
    ///
    /// The schemas are those of events: by a catalogue bytes become records.
    #[doc(hidden)]
    pub const unsafe fn __new<const SLOTS: usize>(
        events: &'static [&'static [&'static Schema]],
    ) -> Catalog {
        clash::refuse::<SLOTS>(events);
        Catalog(events)
    }

    /// For unit tests of what is done with catalogues: nothing there is parsed.
    #[cfg(test)]
    pub(crate) const fn of_schemas(events: &'static [&'static [&'static Schema]]) -> Catalog {
        Catalog(events)
    }

    /// The schemas of each event.
    pub(crate) const fn events(&self) -> &'static [&'static [&'static Schema]] {
        self.0
    }

    /// The schemas, in the order of the list.
    pub fn schemas(&self) -> impl Iterator<Item = &'static Schema> + use<> {
        self.0.iter().copied().flatten().copied()
    }

    /// The names that more than one of the events has, each once. Give one of them another name:
    /// who reads a log would take them for one event.
    pub fn duplicates(&self) -> impl Iterator<Item = &'static str> + use<> {
        let catalog = *self;
        let named = move |name: &str, first: usize| {
            catalog.schemas().take(first).filter(|schema| schema.event == name).count()
        };
        let schemas = self.schemas().enumerate();
        schemas.filter(move |(at, schema)| named(schema.event, *at) == 1).map(|(_, it)| it.event)
    }

    /// The fields that a policy does not allow, the first of each event. For a check at compile
    /// time there is [`policy!`](crate::policy!).
    pub fn offences(&self, policy: &Policy) -> impl Iterator<Item = Offence> {
        self.schemas().filter_map(|schema| policy.offence(schema))
    }
}

/// Lists events.
///
/// A field of `data` has one type of JSON in all of them, whatever event and group it is in: a list
/// with two does not compile, under `cargo check` too.
///
/// ```
/// use audit_core::Catalog;
/// # use audit_core::AuditEvent;
/// # /// It started.
/// # #[must_use]
/// # #[derive(AuditEvent)]
/// # #[audit(action = "start", category = "life", outcome = "success")]
/// # #[audit(actor(service = "init"), source(local = "boot"), none(object = "itself"))]
/// # struct Started {}
/// pub const EVENTS: Catalog = audit_core::catalog![Started];
/// assert_eq!(EVENTS.schemas().map(|schema| schema.event).collect::<Vec<_>>(), ["started"]);
/// ```
#[macro_export]
macro_rules! catalog {
    [$($event:ty),* $(,)?] => {{
        const __SCHEMAS: &[&[&$crate::schema::Schema]] =
            &[$(<$event as $crate::AuditEvent>::SCHEMAS),*];
        // A constant, so that what must not stand in one list is found when this compiles.
        const __CATALOG: $crate::Catalog = {
            const __SLOTS: usize = $crate::__private::slots(__SCHEMAS);
            // SAFETY: they are the schemas of events.
            unsafe { $crate::Catalog::__new::<__SLOTS>(__SCHEMAS) }
        };
        __CATALOG
    }};
}
