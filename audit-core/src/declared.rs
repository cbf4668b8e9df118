//! What generated code is made of: it calls these instead of spelling them out, because what is
//! compiled here once need not be compiled for every event.

use crate::schema::fit_lines;
use crate::value::AuditValue;
use crate::{
    AuditEvent, Class, Stream,
    schema::{ActionNames, Field, Mapping, OutcomeRule, Part, Place, Schema, Treatment, Type},
    vocab::{CarriesNoText, Disclosable, TellsNoLength},
};

/// A field whose type says that it may be recorded.
pub const fn field<T: AuditValue>(name: &'static str, place: Place) -> Field {
    let treatment = Treatment::ByType;
    Field { name, place, ty: T::TYPE, class: T::CLASS, treatment, absent: None }
}

/// A field whose author says that it may be recorded.
pub const fn disclosed<T: Disclosable>(
    name: &'static str,
    why: &'static str,
    class: Class,
) -> Field {
    let treatment = Treatment::Disclosed(why);
    Field { name, place: Place::Data, ty: T::TYPE, class, treatment, absent: None }
}

/// Part of an actor, source or object that may be absent, and why.
pub const fn or_absent(field: Field, why: &'static str) -> Field {
    Field { absent: Some(why), ..field }
}

/// The actor of the context, in an event's schema.
pub const CONTEXT_ACTOR: Field = from_context("actor", Place::Actor, Type::Actor);

/// The source of the context, in an event's schema.
pub const CONTEXT_SOURCE: Field = from_context("source", Place::Source, Type::Source);

const fn from_context(name: &'static str, place: Place, ty: Type) -> Field {
    let treatment = Treatment::ByType;
    Field { name, place, ty, class: Class::Personal, treatment, absent: None }
}

/// Of an event whose declaration has faults, which does not compile.
pub const SCHEMA_OF_FAULTY: Schema = Schema {
    event: "",
    about: "",
    stream: Stream::Audit,
    category: "",
    action: ActionNames::always(""),
    outcome: OutcomeRule::Field,
    level: None,
    actor: Part::Fields,
    source: Part::Fields,
    object: Part::Fields,
    object_type: "",
    mapping: Mapping::NONE,
    fields: &[],
};

/// [`CarriesNoText`], as the implementation for a struct requires it of the fields. The lifetime is
/// there so that a struct with text does not qualify, instead of not compiling; see
/// [`Emittable`](crate::emit::Emittable).
pub trait NoText<'x>: CarriesNoText {}

impl<T: CarriesNoText> NoText<'_> for T {}

/// [`TellsNoLength`], in the same way.
pub trait NoLength<'x>: TellsNoLength {}

impl<T: TellsNoLength> NoLength<'_> for T {}

/// Stops the compiler where an event could be longer than a line.
pub const fn assert_fit_lines(schemas: &[&Schema]) {
    assert!(
        fit_lines(schemas),
        "this audit event could exceed the longest line of 16 KiB: record fewer or shorter fields, and shorter reasons and documentation"
    );
}

/// The schemas of an event, for its policies to look at. What turned out to be no event has been
/// told of already, and has none.
#[derive(Debug)]
pub struct Schemas<E>(core::marker::PhantomData<E>);

impl<E: AuditEvent> Schemas<E> {
    /// Those of an event.
    pub const ALL: &'static [&'static Schema] = E::SCHEMAS;
}

/// What the compiler falls back to for a type that is no event.
pub trait NoSchemas {
    /// None.
    const ALL: &'static [&'static Schema] = &[];
}

impl<E> NoSchemas for Schemas<E> {}

/// A trait that nothing implements: where an event's implementation of `Display` has as its
/// condition that `Never` does, no other can stand beside it, and it is none.
pub trait NothingElseShowsAnEvent {}

/// What [`NothingElseShowsAnEvent`] is asked of.
#[derive(Debug)]
pub struct Never<'x>(core::marker::PhantomData<&'x ()>);

/// The body of a function that cannot be called.
pub fn never() -> ! {
    unreachable!("it is a method of an impossible implementation")
}

/// Closes the side doors of an event: a `Debug` that tells its name and nothing of its fields, and
/// implementations that are none of whatever else would show them. A derive or a hand-written one
/// beside these is a conflict.
#[doc(hidden)]
#[macro_export]
macro_rules! __closed {
    ($name:literal, [$($generics:tt)*] $event:ty, [$($declared:tt)*]) => {
        #[automatically_derived]
        impl<$($generics)*> ::core::fmt::Debug for $event
        where
            $($declared)*
        {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::debug($name, f)
            }
        }

        #[automatically_derived]
        impl<$($generics)*> ::core::fmt::Display for $event
        where
            $($declared)*
            for<'__audit> $crate::__private::Never<'__audit>: $crate::__private::NothingElseShowsAnEvent,
        {
            #[inline]
            fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::never()
            }
        }

        #[automatically_derived]
        impl<$($generics)*> ::core::ops::Deref for $event
        where
            $($declared)*
            for<'__audit> $crate::__private::Never<'__audit>: $crate::__private::NothingElseShowsAnEvent,
        {
            type Target = ();

            #[inline]
            fn deref(&self) -> &() {
                $crate::__private::never()
            }
        }

        // Of whatever: texts, bytes, paths.
        #[automatically_derived]
        impl<$($generics)* __AuditTarget: ?::core::marker::Sized>
            ::core::convert::AsRef<__AuditTarget> for $event
        where
            $($declared)*
            for<'__audit> $crate::__private::Never<'__audit>: $crate::__private::NothingElseShowsAnEvent,
        {
            #[inline]
            fn as_ref(&self) -> &__AuditTarget {
                $crate::__private::never()
            }
        }

        #[automatically_derived]
        impl<$($generics)*> ::core::borrow::Borrow<::core::primitive::str> for $event
        where
            $($declared)*
            for<'__audit> $crate::__private::Never<'__audit>: $crate::__private::NothingElseShowsAnEvent,
        {
            #[inline]
            fn borrow(&self) -> &::core::primitive::str {
                $crate::__private::never()
            }
        }

        #[automatically_derived]
        impl<$($generics)*> $crate::__private::Serialize for $event
        where
            $($declared)*
            for<'__audit> $crate::__private::Never<'__audit>: $crate::__private::NothingElseShowsAnEvent,
        {
            #[inline]
            fn serialize<__AuditSerializer: $crate::__private::Serializer>(
                &self,
                _: __AuditSerializer,
            ) -> ::core::result::Result<__AuditSerializer::Ok, __AuditSerializer::Error> {
                $crate::__private::never()
            }
        }
    };
}

/// An event's name, and nothing of its fields.
pub fn debug(name: &str, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
    f.debug_struct(name).finish_non_exhaustive()
}
