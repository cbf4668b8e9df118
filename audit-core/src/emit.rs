//! The methods of every event. The derive gives them to the struct as inherent methods, so that a
//! method of the same name is a compiler error and not a silent replacement.

use crate::slot::{count_unrecorded, recorder_or_error};
use crate::{AuditEvent, Context, EmitError, EventRef, Recorder};

/// An event with what it is emitted with: generated methods end here.
#[doc(hidden)]
#[derive(Debug)]
pub struct Emission<'a>(EventRef<'a>);

impl<'a> Emission<'a> {
    pub fn new<E: AuditEvent>(event: &'a E) -> Emission<'a> {
        Emission(EventRef::new(event, None))
    }

    pub fn new_in<E: AuditEvent>(event: &'a E, context: &'a Context<'a>) -> Emission<'a> {
        Emission(EventRef::new(event, Some(context)))
    }

    pub fn emit(&self) -> Result<(), EmitError> {
        self.0.tell();
        recorder_or_error()?.record(self.0)
    }

    pub fn emit_to(&self, recorder: &dyn Recorder) -> Result<(), EmitError> {
        self.0.tell();
        recorder.record(self.0)
    }

    pub fn emit_or_count(&self) {
        self.0.tell();
        match crate::recorder() {
            None => count_unrecorded(),
            Some(recorder) => {
                if let Err(why) = recorder.record(self.0) {
                    recorder.count_lost(self.0.schema(), why);
                }
            }
        }
    }

    #[cfg(feature = "std")]
    pub fn begin_durable(&self) -> Result<crate::Pending, EmitError> {
        self.0.tell();
        recorder_or_error()?.record_durable(self.0)
    }

    #[cfg(feature = "std")]
    pub fn begin_durable_to(&self, recorder: &dyn Recorder) -> Result<crate::Pending, EmitError> {
        self.0.tell();
        recorder.record_durable(self.0)
    }

    #[cfg(feature = "std")]
    pub fn emit_durable(&self) -> Result<crate::Receipt, EmitError> {
        self.0.tell();
        let recorder = recorder_or_error()?;
        recorder.record_durable(self.0)?.wait_for(recorder.durable_within())
    }
}

/// [`AuditEvent`], as the methods require it. The lifetime means nothing; but the compiler checks a
/// predicate that names only concrete types where it stands, and would tell of one faulty field
/// once more for each method.
#[doc(hidden)]
pub trait Emittable<'x>: AuditEvent {}

impl<E: AuditEvent> Emittable<'_> for E {}

/// The methods of an event that knows its actor and source.
#[doc(hidden)]
#[macro_export]
macro_rules! __emit_methods {
    () => {
        /// Hands the event to the program's recorder. `Ok` means accepted: it will be written, or
        /// its loss recorded.
        #[inline]
        pub fn emit(&self) -> ::core::result::Result<(), $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new(self).emit()
        }

        /// Hands the event to the program's recorder. What cannot be accepted is counted, and the
        /// count reaches the log, unless the recorder was shut down or is in another process.
        #[inline]
        pub fn emit_or_count(&self)
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new(self).emit_or_count()
        }

        /// Hands the event to this recorder instead of the program's.
        #[inline]
        pub fn emit_to(
            &self,
            recorder: &dyn $crate::Recorder,
        ) -> ::core::result::Result<(), $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new(self).emit_to(recorder)
        }

        $crate::__durable_methods! {}
    };
}

/// The methods of an event that takes actor or source from a context.
#[doc(hidden)]
#[macro_export]
macro_rules! __emit_in_methods {
    () => {
        /// Hands the event to the program's recorder. `Ok` means accepted: it will be written, or
        /// its loss recorded.
        #[inline]
        pub fn emit_in(
            &self,
            context: &$crate::Context<'_>,
        ) -> ::core::result::Result<(), $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new_in(self, context).emit()
        }

        /// Hands the event to the program's recorder. What cannot be accepted is counted, and the
        /// count reaches the log, unless the recorder was shut down or is in another process.
        #[inline]
        pub fn emit_or_count_in(&self, context: &$crate::Context<'_>)
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new_in(self, context).emit_or_count()
        }

        /// Hands the event to this recorder instead of the program's.
        #[inline]
        pub fn emit_to_in(
            &self,
            recorder: &dyn $crate::Recorder,
            context: &$crate::Context<'_>,
        ) -> ::core::result::Result<(), $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new_in(self, context).emit_to(recorder)
        }

        $crate::__durable_in_methods! {}
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(feature = "std")]
macro_rules! __durable_methods {
    () => {
        /// Hands the event to the program's recorder and waits until it is on stable storage: no
        /// record, no action. The recorder bounds the wait, as a rule to 10 s.
        #[inline]
        pub fn emit_durable(&self) -> ::core::result::Result<$crate::Receipt, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new(self).emit_durable()
        }

        /// As `emit_durable`, without waiting: what comes back can be waited for, or awaited.
        #[inline]
        pub fn begin_durable(&self) -> ::core::result::Result<$crate::Pending, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new(self).begin_durable()
        }

        /// As `begin_durable`, with this recorder instead of the program's.
        #[inline]
        pub fn begin_durable_to(
            &self,
            recorder: &dyn $crate::Recorder,
        ) -> ::core::result::Result<$crate::Pending, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new(self).begin_durable_to(recorder)
        }
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(feature = "std")]
macro_rules! __durable_in_methods {
    () => {
        /// Hands the event to the program's recorder and waits until it is on stable storage: no
        /// record, no action. The recorder bounds the wait, as a rule to 10 s.
        #[inline]
        pub fn emit_durable_in(
            &self,
            context: &$crate::Context<'_>,
        ) -> ::core::result::Result<$crate::Receipt, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new_in(self, context).emit_durable()
        }

        /// As `emit_durable_in`, without waiting: what comes back can be waited for, or awaited.
        #[inline]
        pub fn begin_durable_in(
            &self,
            context: &$crate::Context<'_>,
        ) -> ::core::result::Result<$crate::Pending, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new_in(self, context).begin_durable()
        }

        /// As `begin_durable_in`, with this recorder instead of the program's.
        #[inline]
        pub fn begin_durable_to_in(
            &self,
            recorder: &dyn $crate::Recorder,
            context: &$crate::Context<'_>,
        ) -> ::core::result::Result<$crate::Pending, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Emittable<'__audit>,
        {
            $crate::__private::Emission::new_in(self, context).begin_durable_to(recorder)
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
macro_rules! __durable_in_methods {
    () => {};
}

/// The methods of an event of two phases.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "std")]
macro_rules! __two_phase_methods {
    () => {
        /// Records that the operation begins, and waits until that is on stable storage: no
        /// record, no operation. The recorder bounds the wait, as a rule to 10 s.
        #[inline]
        pub fn begin(
            self,
        ) -> ::core::result::Result<$crate::Begun<'static, Self>, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Phased<'__audit>,
        {
            $crate::__private::begin(self)
        }

        /// As `begin`, with this recorder instead of the program's.
        #[inline]
        pub fn begin_to(
            self,
            recorder: &dyn $crate::Recorder,
        ) -> ::core::result::Result<$crate::Begun<'_, Self>, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Phased<'__audit>,
        {
            $crate::__private::begin_to(self, recorder)
        }
    };
}

/// The methods of an event of two phases that takes actor or source from a context.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "std")]
macro_rules! __two_phase_in_methods {
    () => {
        /// Records that the operation begins, and waits until that is on stable storage: no
        /// record, no operation. The recorder bounds the wait, as a rule to 10 s.
        #[inline]
        pub fn begin_in<'__audit_r>(
            self,
            context: &$crate::Context<'__audit_r>,
        ) -> ::core::result::Result<$crate::Begun<'__audit_r, Self>, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Phased<'__audit>,
        {
            $crate::__private::begin_in(self, context)
        }

        /// As `begin_in`, with this recorder instead of the program's.
        #[inline]
        pub fn begin_to_in<'__audit_r>(
            self,
            recorder: &'__audit_r dyn $crate::Recorder,
            context: &$crate::Context<'__audit_r>,
        ) -> ::core::result::Result<$crate::Begun<'__audit_r, Self>, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Phased<'__audit>,
        {
            $crate::__private::begin_to_in(self, recorder, context)
        }
    };
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
macro_rules! __two_phase_in_methods {
    () => {};
}
