//! Waiting for stable storage: blocking, with a deadline, or as a `Future` without a runtime.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::{EmitError, Receipt};

/// An event on its way to stable storage.
///
/// Wait for it with [`wait_for`](Pending::wait_for), or `.await` it: it needs no runtime.
#[derive(Debug)]
#[must_use = "the event is not known to be durable until this says so"]
pub struct Pending(Arc<Cell>);

/// The recorder's end of a [`Pending`]. Dropped without an answer it answers
/// [`EmitError::NotDurable`].
#[derive(Debug)]
pub struct Completer(Arc<Cell>);

#[derive(Debug, Default)]
struct Cell {
    state: Mutex<State>,
    answered: Condvar,
}

#[derive(Debug, Default)]
struct State {
    answer: Option<Result<Receipt, EmitError>>,
    waker: Option<Waker>,
}

/// Both ends, for recorders.
pub fn pending() -> (Completer, Pending) {
    let cell = Arc::new(Cell::default());
    (Completer(Arc::clone(&cell)), Pending(cell))
}

impl Pending {
    /// Waits for the answer, and not longer than `at_most`.
    ///
    /// # Errors
    ///
    /// What the recorder answered, or [`EmitError::TimedOut`]; the event may then still become
    /// durable.
    pub fn wait_for(&self, at_most: Duration) -> Result<Receipt, EmitError> {
        let state = self.0.lock();
        let (state, _) = self
            .0
            .answered
            .wait_timeout_while(state, at_most, |state| state.answer.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        state.answer.unwrap_or(Err(EmitError::TimedOut))
    }
}

impl Future for Pending {
    type Output = Result<Receipt, EmitError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.lock();
        match state.answer {
            Some(answer) => Poll::Ready(answer),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Completer {
    /// Answers whoever waits. Only the first answer counts.
    pub fn complete(self, answer: Result<Receipt, EmitError>) {
        self.0.answer(answer);
    }
}

impl Drop for Completer {
    fn drop(&mut self) {
        self.0.answer(Err(EmitError::NotDurable));
    }
}

impl Cell {
    fn answer(&self, answer: Result<Receipt, EmitError>) {
        let mut state = self.lock();
        if state.answer.is_some() {
            return;
        }
        state.answer = Some(answer);
        let waker = state.waker.take();
        drop(state);
        self.answered.notify_all();
        if let Some(waker) = waker {
            // Whoever answers must not end by a fault of whoever waits.
            let woken = catch_unwind(AssertUnwindSafe(|| waker.wake()));
            // What was thrown may panic again when it is dropped.
            woken.unwrap_or_else(std::mem::forget);
        }
    }

    /// A panic of another thread leaves the state whole, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_counts() {
        let (completer, pending) = pending();
        assert_eq!(pending.wait_for(Duration::ZERO), Err(EmitError::TimedOut));
        completer.complete(Ok(Receipt { seq: 7 }));
        assert_eq!(pending.wait_for(Duration::ZERO), Ok(Receipt { seq: 7 }));
    }

    #[test]
    fn a_dropped_completer_answers() {
        let (completer, pending) = pending();
        drop(completer);
        assert_eq!(pending.wait_for(Duration::from_secs(60)), Err(EmitError::NotDurable));
    }

    #[test]
    fn it_is_a_future_that_wakes() {
        struct Flag(std::sync::atomic::AtomicBool);
        impl std::task::Wake for Flag {
            fn wake(self: Arc<Self>) {
                self.0.store(true, std::sync::atomic::Ordering::SeqCst);
            }
        }
        let flag = Arc::new(Flag(false.into()));
        let waker = Waker::from(Arc::clone(&flag));
        let mut context = Context::from_waker(&waker);
        let (completer, mut pending) = pending();
        assert_eq!(Pin::new(&mut pending).poll(&mut context), Poll::Pending);
        completer.complete(Ok(Receipt { seq: 1 }));
        assert!(flag.0.load(std::sync::atomic::Ordering::SeqCst));
        assert_eq!(Pin::new(&mut pending).poll(&mut context), Poll::Ready(Ok(Receipt { seq: 1 })));
    }
}
