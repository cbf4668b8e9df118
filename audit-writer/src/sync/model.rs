//! Stand-ins for models: a queue whose every call is one step, as crossbeam-channel's behave to
//! those who look from outside, and waits that end by themselves.

use std::sync::PoisonError;
use std::time::Duration;

use shuttle::sync::{Condvar, Mutex, MutexGuard};

/// So much time may pass in a model. What waits for longer waits until it is woken: where that is
/// forgotten, no thread can go on in the end, which shuttle reports.
const PASSES: Duration = Duration::from_millis(1);

/// Waits while the condition holds, for at most so long: a short time may be over at any moment.
pub(crate) fn wait_while<'a, T>(
    wakes: &Condvar,
    mutex: &'a Mutex<T>,
    at_most: Duration,
    condition: impl FnMut(&mut T) -> bool,
) -> MutexGuard<'a, T> {
    let lock = || mutex.lock().unwrap_or_else(PoisonError::into_inner);
    if at_most <= PASSES {
        shuttle::thread::yield_now();
        return lock();
    }
    wakes.wait_while(lock(), condition).unwrap_or_else(PoisonError::into_inner)
}

pub(crate) mod thread {
    //! Time does not pass in a model. Who waits for it lets others go on, for as long as the
    //! scheduler likes.

    use std::time::Duration;

    pub(crate) use shuttle::thread::{Thread, current};

    pub(crate) fn sleep(_: Duration) {
        shuttle::thread::yield_now();
    }

    /// Ends without being woken, as it may: shuttle's own waits for ever, which is what a model asks
    /// for that must see whether it is woken.
    pub(crate) fn park_timeout(at_most: Duration) {
        match at_most > super::PASSES {
            true => shuttle::thread::park(),
            false => shuttle::thread::yield_now(),
        }
    }
}

pub(crate) mod queue {
    //! The part of crossbeam-channel that the channel uses, with its names and its errors.

    use std::collections::VecDeque;
    use std::fmt;
    use std::sync::{Arc, PoisonError};
    use std::time::Duration;

    pub(crate) use crossbeam_channel::{RecvTimeoutError, TryRecvError, TrySendError};
    use shuttle::sync::{Mutex, MutexGuard};

    struct Shared<T> {
        capacity: usize,
        state: Mutex<State<T>>,
    }

    struct State<T> {
        messages: VecDeque<T>,
        senders: usize,
        has_receiver: bool,
    }

    pub(crate) struct Sender<T>(Arc<Shared<T>>);

    pub(crate) struct Receiver<T>(Arc<Shared<T>>);

    pub(crate) fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
        let state = State { messages: VecDeque::new(), senders: 1, has_receiver: true };
        let shared = Arc::new(Shared { capacity, state: Mutex::new(state) });
        (Sender(Arc::clone(&shared)), Receiver(shared))
    }

    impl<T> Shared<T> {
        /// Nobody else goes on while the lock is held: what is done under it is one step.
        fn step(&self) -> MutexGuard<'_, State<T>> {
            self.state.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl<T> Sender<T> {
        pub(crate) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
            let mut state = self.0.step();
            if !state.has_receiver {
                return Err(TrySendError::Disconnected(message));
            }
            if state.messages.len() == self.0.capacity {
                return Err(TrySendError::Full(message));
            }
            state.messages.push_back(message);
            Ok(())
        }

        pub(crate) fn len(&self) -> usize {
            self.0.step().messages.len()
        }

        #[expect(clippy::unnecessary_wraps, reason = "crossbeam-channel's has queues without one")]
        pub(crate) fn capacity(&self) -> Option<usize> {
            Some(self.0.capacity)
        }
    }

    impl<T> fmt::Debug for Sender<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Sender { .. }")
        }
    }

    impl<T> Clone for Sender<T> {
        fn clone(&self) -> Sender<T> {
            self.0.step().senders += 1;
            Sender(Arc::clone(&self.0))
        }
    }

    impl<T> Drop for Sender<T> {
        fn drop(&mut self) {
            self.0.step().senders -= 1;
        }
    }

    impl<T> Receiver<T> {
        pub(crate) fn try_recv(&self) -> Result<T, TryRecvError> {
            let mut state = self.0.step();
            match state.messages.pop_front() {
                Some(message) => Ok(message),
                None if state.senders == 0 => Err(TryRecvError::Disconnected),
                None => Err(TryRecvError::Empty),
            }
        }

        /// Looks, lets others go on, and looks once more.
        pub(crate) fn recv_timeout(&self, _: Duration) -> Result<T, RecvTimeoutError> {
            let first = self.try_recv();
            if !matches!(first, Err(TryRecvError::Empty)) {
                return first.map_err(|_no_senders| RecvTimeoutError::Disconnected);
            }
            shuttle::thread::yield_now();
            self.try_recv().map_err(|nothing| match nothing {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            })
        }

        pub(crate) fn len(&self) -> usize {
            self.0.step().messages.len()
        }

        pub(crate) fn is_empty(&self) -> bool {
            self.0.step().messages.is_empty()
        }

        #[expect(clippy::unnecessary_wraps, reason = "crossbeam-channel's has queues without one")]
        pub(crate) fn capacity(&self) -> Option<usize> {
            Some(self.0.capacity)
        }
    }

    impl<T> Drop for Receiver<T> {
        fn drop(&mut self) {
            let mut state = self.0.step();
            state.has_receiver = false;
            let unread = std::mem::take(&mut state.messages);
            // What a message holds may take a step of its own as it goes.
            drop(state);
            drop(unread);
        }
    }
}
