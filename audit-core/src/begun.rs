//! An operation of two phases: what is asked before it, and what stands between its beginning and its
//! end. It is no commit protocol: the log says what was begun, and how it ended.

use std::future::Future;
use std::time::Duration;

use crate::recorder::EventRef;
use crate::slot::recorder_or_error;
use crate::{Awaited, Context, EmitError, Outcome, Pending, Receipt, Recorder, TwoPhase};

/// So long a future that is dropped while the beginning is on its way to stable storage waits for it.
const ABANDON_WITHIN: Duration = Duration::from_secs(1);

/// An event of two phases together with the context that knows its actor and source, or with the
/// recorder that it goes to: what `event.within(&context)` and `event.to(&recorder)` give. Nothing is
/// recorded until it begins.
#[must_use = "nothing is recorded until it begins"]
pub struct Operation<'r, E: TwoPhase> {
    event: E,
    context: Option<Context<'r>>,
    recorder: Option<&'r dyn Recorder>,
}

impl<'r, E: TwoPhase> Operation<'r, E> {
    #[doc(hidden)]
    pub fn of(event: E) -> Operation<'r, E> {
        Operation { event, context: None, recorder: None }
    }

    #[doc(hidden)]
    pub fn within(self, context: Context<'r>) -> Operation<'r, E> {
        Operation { context: Some(context), ..self }
    }

    /// With this recorder instead of the program's.
    pub fn to(self, recorder: &'r dyn Recorder) -> Operation<'r, E> {
        Operation { recorder: Some(recorder), ..self }
    }

    /// Records that the operation begins, and waits until that is on stable storage: no record, no
    /// operation. The recorder bounds the wait, as a rule to 10 s. It blocks the thread.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why the beginning is not known to be there.
    pub fn begin(self) -> Result<Begun<'r, E>, EmitError> {
        let (operation, pending) = self.start()?;
        let Receipt { seq } = pending.wait_for(operation.recorder.durable_within())?;
        Ok(operation.begun(seq))
    }

    /// Records that the operation begins, and resolves when that is on stable storage. The record is
    /// on its way when this returns. It needs no runtime, and has no limit of time: that is the
    /// runtime's, such as `tokio::time::timeout`.
    ///
    /// Dropped before it resolved, as when a handler is cancelled, it waits up to a second for the
    /// beginning, on the thread that drops it, and records that the operation was abandoned.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why the beginning is not known to be there.
    pub fn begin_async(self) -> impl Future<Output = Result<Begun<'r, E>, EmitError>> {
        let starting = self
            .start()
            .map(|(operation, pending)| Starting { operation: Some(operation), pending });
        async move {
            let mut starting = starting?;
            let Receipt { seq } = (&mut starting.pending).await.inspect_err(|_| {
                starting.operation = None;
            })?;
            let operation = starting.operation.take().ok_or(EmitError::NotDurable)?;
            Ok(operation.begun(seq))
        }
    }

    fn start(mut self) -> Result<(Started<'r, E>, Pending), EmitError> {
        let recorder = match self.recorder {
            Some(recorder) => recorder,
            None => recorder_or_error()?,
        };
        *self.event.awaited() = Awaited::new();
        let event = EventRef::new(&self.event, self.context.as_ref());
        let pending = recorder.record_durable(event)?;
        Ok((Started { event: self.event, context: self.context, recorder }, pending))
    }
}

impl<E: TwoPhase> core::fmt::Debug for Operation<'_, E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let event = EventRef::new(&self.event, self.context.as_ref());
        f.debug_struct("Operation").field("event", &event).finish_non_exhaustive()
    }
}

/// An operation whose beginning is accepted.
struct Started<'r, E: TwoPhase> {
    event: E,
    context: Option<Context<'r>>,
    recorder: &'r dyn Recorder,
}

impl<'r, E: TwoPhase> Started<'r, E> {
    fn begun(self, begun: u64) -> Begun<'r, E> {
        let Started { event, context, recorder } = self;
        Begun { event, context, recorder, begun, state: State::Open }
    }
}

/// An operation whose beginning is awaited.
struct Starting<'r, E: TwoPhase> {
    /// None once it was handed on, or refused.
    operation: Option<Started<'r, E>>,
    pending: Pending,
}

impl<E: TwoPhase> Drop for Starting<'_, E> {
    fn drop(&mut self) {
        let Some(operation) = self.operation.take() else { return };
        match self.pending.wait_for(ABANDON_WITHIN) {
            Ok(Receipt { seq }) => drop(operation.begun(seq)),
            // The number of its line is not known, and its end must name it.
            Err(why) => {
                let schema = EventRef::new(&operation.event, operation.context.as_ref()).schema();
                operation.recorder.count_lost(schema, why);
            }
        }
    }
}

/// An operation whose beginning is on stable storage and whose end is not recorded yet.
///
/// [`finish`](Begun::finish) it. Dropped unfinished, by a panic, an early return or a handler that
/// was cancelled, it records that the operation was abandoned; after a crash or a power cut the next
/// run of the log records for it that its outcome is unknown.
#[must_use = "dropped unfinished, it records that the operation was abandoned"]
pub struct Begun<'r, E: TwoPhase> {
    event: E,
    context: Option<Context<'r>>,
    recorder: &'r dyn Recorder,
    /// The number of the line of the beginning.
    begun: u64,
    state: State,
}

#[derive(PartialEq, Eq)]
enum State {
    Open,
    Recorded,
}

impl<E: TwoPhase> Begun<'_, E> {
    /// The number of the line that says that the operation begins.
    pub fn receipt(&self) -> Receipt {
        Receipt { seq: self.begun }
    }

    /// Records how the operation ended. It waits for no disk; while the queue is full, for room, as `emit`
    /// does. `Ok` means accepted: it will be written, or its loss recorded.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why the end was not accepted. It is counted as lost, and after the
    /// program's end the next run of the log records that the outcome is unknown.
    pub fn finish(mut self, outcome: Outcome<E::Reason>) -> Result<(), EmitError> {
        self.end(outcome);
        self.record()
    }

    /// As [`finish`](Begun::finish), and waits until the end is on stable storage. It blocks the
    /// thread.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why it is not known to be there.
    pub fn finish_durable(self, outcome: Outcome<E::Reason>) -> Result<Receipt, EmitError> {
        let recorder = self.recorder;
        self.submit(outcome)?.wait_for(recorder.durable_within())
    }

    /// As [`finish`](Begun::finish), and resolves when the end is on stable storage. The record is on
    /// its way when this returns, whether the future is awaited or dropped.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why it is not known to be there.
    pub fn finish_async(
        self,
        outcome: Outcome<E::Reason>,
    ) -> impl Future<Output = Result<Receipt, EmitError>> + use<E> {
        let pending = self.submit(outcome);
        async move { pending?.await }
    }

    fn end(&mut self, outcome: Outcome<E::Reason>) {
        self.state = State::Recorded;
        *self.event.awaited() = Awaited::ended(self.begun, outcome);
    }

    fn submit(mut self, outcome: Outcome<E::Reason>) -> Result<Pending, EmitError> {
        self.end(outcome);
        let event = EventRef::new(&self.event, self.context.as_ref());
        self.recorder.record_durable(event)
    }

    fn record(&self) -> Result<(), EmitError> {
        let event = EventRef::new(&self.event, self.context.as_ref());
        self.recorder.record(event).inspect_err(|why| {
            self.recorder.count_lost(event.schema(), *why);
        })
    }
}

impl<E: TwoPhase> Drop for Begun<'_, E> {
    fn drop(&mut self) {
        if self.state == State::Open {
            *self.event.awaited() = Awaited::abandoned(self.begun);
            // What is not accepted is counted, and a destructor has nobody to report to.
            let _counted = self.record();
        }
    }
}

impl<E: TwoPhase> core::fmt::Debug for Begun<'_, E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Begun").field("begun", &self.begun).finish_non_exhaustive()
    }
}

/// [`TwoPhase`], as the methods require it; see [`Emittable`](crate::emit::Emittable).
#[doc(hidden)]
pub trait Phased<'x>: TwoPhase {}

impl<E: TwoPhase> Phased<'_> for E {}

/// The methods of an event of two phases.
#[doc(hidden)]
#[macro_export]
macro_rules! __two_phase_methods {
    () => {
        /// Records that the operation begins, and waits until that is on stable storage: no
        /// record, no operation. The recorder bounds the wait, as a rule to 10 s. It blocks the
        /// thread: async code uses `begin_async`.
        #[inline]
        pub fn begin(
            self,
        ) -> ::core::result::Result<$crate::Begun<'static, Self>, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::Phased<'__audit>,
        {
            $crate::Operation::of(self).begin()
        }

        /// As `begin`, without waiting for the disk: resolves when the beginning is on stable storage.
        #[inline]
        pub fn begin_async(
            self,
        ) -> impl ::core::future::Future<
            Output = ::core::result::Result<$crate::Begun<'static, Self>, $crate::EmitError>,
        >
        where
            for<'__audit> Self: $crate::__private::Phased<'__audit>,
        {
            $crate::Operation::of(self).begin_async()
        }

        /// The operation with this recorder instead of the program's: `event.to(&recorder).begin()`.
        #[inline]
        pub fn to(self, recorder: &dyn $crate::Recorder) -> $crate::Operation<'_, Self>
        where
            for<'__audit> Self: $crate::__private::Phased<'__audit>,
        {
            $crate::Operation::of(self).to(recorder)
        }
    };
}

/// The methods of an event of two phases that takes actor or source from a context.
#[doc(hidden)]
#[macro_export]
macro_rules! __two_phase_within_methods {
    () => {
        /// The operation within a context that knows its actor and source:
        /// `event.within(&context).begin()`.
        #[inline]
        pub fn within<'__audit_r>(
            self,
            context: &'__audit_r (impl $crate::AsContext + ?::core::marker::Sized),
        ) -> $crate::Operation<'__audit_r, Self>
        where
            for<'__audit> Self: $crate::__private::Phased<'__audit>,
        {
            $crate::Operation::of(self).within($crate::AsContext::as_context(context))
        }
    };
}

/// In place of the `begin` of an event that takes actor or source from a context: the message that says
/// how it begins.
#[doc(hidden)]
#[macro_export]
macro_rules! __no_bare_begin {
    () => {
        /// Only `event.within(&context)` can begin.
        #[doc(hidden)]
        pub fn begin(
            self,
        ) -> ::core::result::Result<$crate::Begun<'static, Self>, $crate::EmitError>
        where
            for<'__audit> Self: $crate::__private::KnowsWhoActs<'__audit>,
            for<'__audit> Self: $crate::__private::Phased<'__audit>,
        {
            $crate::__private::never()
        }
    };
}
