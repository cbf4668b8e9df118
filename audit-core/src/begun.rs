//! Between the two phases of an event.

use crate::recorder::EventRef;
use crate::slot::recorder_or_error;
use crate::{Awaited, Context, EmitError, Outcome, Receipt, Recorder, TwoPhase};

/// An operation whose beginning is on stable storage and whose end is not recorded yet.
///
/// [`finish`](Begun::finish) it. Dropped unfinished, by a panic or an early return, it records
/// that the operation was abandoned; after a crash or a power cut the next run of the log records
/// for it that its outcome is unknown.
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

impl<'r, E: TwoPhase> Begun<'r, E> {
    /// Records the beginning and waits until it is durable: no record, no operation.
    pub(crate) fn begin(
        mut event: E,
        context: Option<Context<'r>>,
        recorder: &'r dyn Recorder,
    ) -> Result<Begun<'r, E>, EmitError> {
        *event.awaited() = Awaited::new();
        let pending = {
            let event = EventRef::new(&event, context.as_ref());
            event.tell();
            recorder.record_durable(event)?
        };
        let Receipt { seq: begun } = pending.wait_for(recorder.durable_within())?;
        Ok(Begun { event, context, recorder, begun, state: State::Open })
    }

    /// The number of the line that says that the operation begins.
    pub fn receipt(&self) -> Receipt {
        Receipt { seq: self.begun }
    }

    /// Records how the operation ended. `Ok` means accepted: it will be written, or its loss
    /// recorded.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why the end was not accepted. It is counted as lost, and after the
    /// program's end the next run of the log records that the outcome is unknown.
    pub fn finish(mut self, outcome: Outcome<E::Reason>) -> Result<(), EmitError> {
        self.state = State::Recorded;
        *self.event.awaited() = Awaited::ended(self.begun, outcome);
        self.record()
    }

    /// As [`finish`](Begun::finish), and waits until the end is on stable storage.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why it is not known to be there.
    pub fn finish_durable(mut self, outcome: Outcome<E::Reason>) -> Result<Receipt, EmitError> {
        self.state = State::Recorded;
        *self.event.awaited() = Awaited::ended(self.begun, outcome);
        let event = EventRef::new(&self.event, self.context.as_ref());
        event.tell();
        self.recorder.record_durable(event)?.wait_for(self.recorder.durable_within())
    }

    fn record(&self) -> Result<(), EmitError> {
        let event = EventRef::new(&self.event, self.context.as_ref());
        event.tell();
        self.recorder.record(event).inspect_err(|why| {
            self.recorder.count_lost(event.schema(), *why);
        })
    }
}

impl<E: TwoPhase> Drop for Begun<'_, E> {
    fn drop(&mut self) {
        if self.state == State::Open {
            *self.event.awaited() = Awaited::abandoned(self.begun);
            // What is not accepted is counted, and a destructor has nobody to tell.
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

#[doc(hidden)]
pub fn begin<E: TwoPhase>(event: E) -> Result<Begun<'static, E>, EmitError> {
    Begun::begin(event, None, recorder_or_error()?)
}

#[doc(hidden)]
pub fn begin_to<E: TwoPhase>(event: E, recorder: &dyn Recorder) -> Result<Begun<'_, E>, EmitError> {
    Begun::begin(event, None, recorder)
}

#[doc(hidden)]
pub fn begin_in<'r, E: TwoPhase>(
    event: E,
    context: &Context<'r>,
) -> Result<Begun<'r, E>, EmitError> {
    Begun::begin(event, Some(*context), recorder_or_error()?)
}

#[doc(hidden)]
pub fn begin_to_in<'r, E: TwoPhase>(
    event: E,
    recorder: &'r dyn Recorder,
    context: &Context<'r>,
) -> Result<Begun<'r, E>, EmitError> {
    Begun::begin(event, Some(*context), recorder)
}
