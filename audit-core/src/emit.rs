//! Handing an event over: to the program's recorder or another one, with or without a context.
//!
//! The derive gives an event its methods as inherent ones, so that a method of the same name is a
//! compiler error and not a silent replacement. All of them end in [`Emission`].

use crate::recorder::Encode;
use crate::slot::{count_unrecorded, recorder_or_error};
use crate::{AuditEvent, Context, EmitError, Recorder, record::EventRef};

/// An event together with the context that knows its actor and source, or with the recorder that it
/// goes to: what `event.within(&context)` and `event.to(&recorder)` give. Nothing is recorded until
/// one of its methods is called.
///
/// ```
/// use audit_core::testing::MemoryRecorder;
/// use audit_core::{Actor, AuditEvent, Context, Source, lit};
///
/// /// Settings were exported.
/// #[must_use]
/// #[derive(AuditEvent)]
/// #[audit(action = "export", category = "maintenance", outcome = "success")]
/// #[audit(from_context(actor, source), object(id = "settings"), object_type = "file")]
/// struct SettingsExported {}
///
/// let context = Context::new(Actor::Service(lit!("backup")), Source::Local(lit!("cron")));
/// let recorder = MemoryRecorder::new();
/// SettingsExported {}.within(&context).to(&recorder).emit()?;
/// assert_eq!(recorder.take().len(), 1);
/// # Ok::<(), audit_core::EmitError>(())
/// ```
#[derive(Clone, Copy)]
#[must_use = "nothing is recorded until it is emitted"]
pub struct Emission<'a> {
    event: &'a dyn Encode,
    context: Option<Context<'a>>,
    recorder: Option<&'a dyn Recorder>,
}

impl<'a> Emission<'a> {
    #[doc(hidden)]
    #[inline]
    pub fn of<E: AuditEvent>(event: &'a E) -> Emission<'a> {
        const { crate::declared::assert_fit_lines(E::SCHEMAS) };
        Emission::of_encoded(event)
    }

    #[inline]
    pub(crate) fn of_encoded(event: &'a dyn Encode) -> Emission<'a> {
        Emission { event, context: None, recorder: None }
    }

    #[doc(hidden)]
    #[inline]
    pub fn within(self, context: Context<'a>) -> Emission<'a> {
        Emission { context: Some(context), ..self }
    }

    /// With this recorder instead of the program's.
    #[inline]
    pub fn to(self, recorder: &'a dyn Recorder) -> Emission<'a> {
        Emission { recorder: Some(recorder), ..self }
    }

    /// Records the event. `Ok` means accepted: it will be written, or its loss recorded.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why it was not accepted.
    #[inline]
    pub fn emit(self) -> Result<(), EmitError> {
        let event = self.event();
        self.recorder()?.record(event)
    }

    /// Records the event. If it is not accepted it is counted, and the count reaches the log, unless
    /// the recorder was shut down or belongs to another process.
    #[inline]
    pub fn emit_or_count(self) {
        let event = self.event();
        let Ok(recorder) = self.recorder() else { return count_unrecorded() };
        if let Err(why) = recorder.record(event) {
            recorder.count_lost(event.schema(), why);
        }
    }

    /// Records the event and waits until it is on stable storage: no record, no action. The recorder
    /// bounds the wait, as a rule to 10 s. It blocks the thread: async code submits and awaits.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why the event is not known to be there.
    #[cfg(feature = "std")]
    #[inline]
    pub fn emit_durable(self) -> Result<crate::Receipt, EmitError> {
        let recorder = self.recorder()?;
        self.submit_durable()?.wait_for(recorder.durable_within())
    }

    /// As [`emit_durable`](Emission::emit_durable) without the wait: the [`Pending`](crate::Pending)
    /// can be waited for, or awaited.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why it was not accepted.
    #[cfg(feature = "std")]
    #[inline]
    pub fn submit_durable(self) -> Result<crate::Pending, EmitError> {
        let event = self.event();
        self.recorder()?.record_durable(event)
    }

    #[inline]
    fn event(&self) -> EventRef<'_> {
        EventRef::of_encoded(self.event, self.context.as_ref())
    }

    #[inline]
    fn recorder(&self) -> Result<&'a dyn Recorder, EmitError> {
        match self.recorder {
            Some(recorder) => Ok(recorder),
            None => recorder_or_error(),
        }
    }
}

impl core::fmt::Debug for Emission<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Emission").field("event", &self.event()).finish_non_exhaustive()
    }
}

/// [`AuditEvent`], as the methods require it. The lifetime means nothing; but the compiler checks a
/// predicate that names only concrete types where it stands, and would report one faulty field
/// once more for each method.
#[doc(hidden)]
pub trait Emittable<'x>: AuditEvent {}

impl<E: AuditEvent> Emittable<'_> for E {}

/// An event that knows its actor and source. Those that take them from a context do not implement
/// it, and have their `emit` only for this message.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes its actor or source from a context",
    label = "emitted without a context",
    note = "emit it within one: `event.within(&context).emit()`"
)]
pub trait KnowsWhoActs<'x> {}

/// The methods of an event that knows its actor and source.
#[doc(hidden)]
#[macro_export]
macro_rules! __emit_methods {
    () => {
        /// Records the event. `Ok` means accepted: it will be written, or its loss recorded.
        #[inline]
        pub fn emit(&self) -> ::core::result::Result<(), $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::Emission::of(self).emit()
        }

        /// Records the event. If it is not accepted it is counted, and the count reaches the log,
        /// unless the recorder was shut down or belongs to another process.
        #[inline]
        pub fn emit_or_count(&self)
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::Emission::of(self).emit_or_count()
        }

        /// The event with this recorder instead of the program's: `event.to(&recorder).emit()`.
        #[inline]
        pub fn to<'__audit_e>(
            &'__audit_e self,
            recorder: &'__audit_e dyn $crate::Recorder,
        ) -> $crate::Emission<'__audit_e>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::Emission::of(self).to(recorder)
        }

        $crate::__durable_methods! {}
    };
}

/// The methods of an event that takes actor or source from a context.
#[doc(hidden)]
#[macro_export]
macro_rules! __within_methods {
    () => {
        /// The event within a context that knows its actor and source:
        /// `event.within(&context).emit()`.
        #[inline]
        pub fn within<'__audit_e>(
            &'__audit_e self,
            context: &'__audit_e (impl $crate::AsContext + ?::core::marker::Sized),
        ) -> $crate::Emission<'__audit_e>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::Emission::of(self).within($crate::AsContext::as_context(context))
        }
    };
}

/// In place of the `emit` of an event that takes actor or source from a context: the message that says
/// how it is emitted.
#[doc(hidden)]
#[macro_export]
macro_rules! __no_bare_emit {
    () => {
        /// Only `event.within(&context)` can be emitted.
        #[doc(hidden)]
        pub fn emit(&self) -> ::core::result::Result<(), $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::KnowsWhoActs<'__audit>,
        {
            $crate::__private::never()
        }
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(feature = "std")]
macro_rules! __durable_methods {
    () => {
        /// Records the event and waits until it is on stable storage: no record, no action. The
        /// recorder bounds the wait, as a rule to 10 s. It blocks the thread: async code submits and
        /// awaits.
        #[inline]
        pub fn emit_durable(&self) -> ::core::result::Result<$crate::Receipt, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::Emission::of(self).emit_durable()
        }

        /// As `emit_durable` without the wait: the `Pending` can be waited for, or awaited.
        #[inline]
        pub fn submit_durable(&self) -> ::core::result::Result<$crate::Pending, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::Emission::of(self).submit_durable()
        }
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "std"))]
macro_rules! __durable_methods {
    () => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "std"))]
macro_rules! __two_phase_methods {
    () => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "std"))]
macro_rules! __two_phase_within_methods {
    () => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "std"))]
macro_rules! __no_bare_begin {
    () => {};
}
