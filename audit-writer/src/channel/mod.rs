//! From the emitting threads to the writer thread: one bounded queue, first in, first out.
//!
//! A record that fits a slot travels inside it; a larger one travels in a box. Slots and boxes each
//! take at most the configured capacity, so the channel never holds more than twice that; while the
//! writer cannot write it keeps as many slots again aside. A thread that finds it full waits in a
//! line (`waiting`), which holds one message for each thread that waits.
//!
//! In the common case an emitting thread takes no lock, allocates nothing and calls nothing of the
//! system: it reads the clock, encodes the event, and takes its place in the queue by one atomic
//! exchange. That exchange also gives the events of all threads their one order.
//!
//! Closing loses nothing, and costs a sender two loads. First no sender is let in any more; then the
//! writer takes what is there, and ends the channel. A sender that was let in takes its place in
//! the queue and then looks whether the channel has ended; the writer ends it and then looks for
//! what is in the queue. All four are sequentially consistent (the queue's exchange of its tail is,
//! in crossbeam-channel), so one of the two sees the other: an event that the writer's last look
//! missed was refused to its sender, with [`EmitError::Closed`](audit_core::EmitError::Closed).

mod gate;
mod idle;
mod message;
// Two conditions and not one of both, which clippy does not take for tests.
#[cfg(test)]
#[cfg(shuttle)]
mod models;
mod receiver;
mod sender;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use self::gate::Gate;
use crate::clock::Clock;
use crate::pseudonym::KeyedHash;
use crate::sync::queue::{Sender as QueueEnd, bounded};

pub(crate) use self::message::{Carried, Message};
pub(crate) use self::receiver::{Next, Receiver};
pub(crate) use self::sender::Sender;

/// Tells the writer to stop: to drain, close and answer until `within` has passed.
pub(crate) struct Stop {
    pub(crate) within: Duration,
}

/// What every event of a channel is sent with.
pub(crate) struct Ends {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pseudonyms: Arc<KeyedHash>,
}

/// How many slots a queue of so many bytes has.
fn slots(capacity_bytes: usize) -> usize {
    let slot_bytes = size_of::<Message>() + size_of::<usize>();
    (capacity_bytes / slot_bytes).max(1)
}

/// At most so many events are in a channel of this capacity, with those that the writer keeps aside
/// while it cannot write.
pub(crate) fn events_max(capacity_bytes: usize) -> u64 {
    2 * slots(capacity_bytes) as u64
}

/// Both ends, and the one that stops the writer, for a queue of at most `capacity_bytes` of slots.
pub(crate) fn channel(capacity_bytes: usize, ends: Ends) -> (Sender, Receiver, QueueEnd<Stop>) {
    let (queue_end, queue) = bounded(slots(capacity_bytes));
    let (stop_end, stop) = bounded(1);
    let gate = Arc::new(Gate::new(capacity_bytes));
    let Ends { clock, pseudonyms } = ends;
    let sender = Sender { queue: queue_end, gate: Arc::clone(&gate), clock, pseudonyms };
    (sender, Receiver::new(queue, stop, gate), stop_end)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use audit_core::{AuditEvent, EmitError, record::EventRef, recorder::pending};

    use super::gate::DRAINED;
    use super::*;
    use crate::clock::Stamp;
    use crate::sync::atomic::{AtomicU64, Ordering};

    static NONE_TAKEN: AtomicU64 = AtomicU64::new(0);

    /// It rang.
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action = "ring", category = "door", outcome = "success")]
    #[audit(none(actor = "a", source = "b", object = "c"))]
    struct Rang {}

    /// A clock that does something when it is read: between a sender's first look at the gate and
    /// its place in the queue.
    #[derive(Default)]
    struct Hook(Mutex<Option<Box<dyn FnOnce() + Send>>>);

    impl Clock for Hook {
        fn now(&self) -> Stamp {
            if let Some(hook) = self.0.lock().unwrap().take() {
                hook();
            }
            Stamp::default()
        }

        fn is_synced(&self) -> bool {
            true
        }

        fn boot_id(&self) -> String {
            String::new()
        }
    }

    fn hooked() -> (Arc<Hook>, Sender, Receiver) {
        let clock = Arc::new(Hook::default());
        let pseudonyms = Arc::new(KeyedHash::with_key(&[1; 32]));
        let ends = Ends { clock: Arc::clone(&clock) as Arc<_>, pseudonyms };
        let (sender, receiver, _) = channel(64 * 1024, ends);
        (clock, sender, receiver)
    }

    fn send(sender: &Sender) -> Result<(), EmitError> {
        sender.send(EventRef::of(&Rang {}), None, Duration::ZERO)
    }

    #[test]
    fn who_comes_as_late_as_the_last_look_is_refused() {
        let (clock, sender, mut receiver) = hooked();
        let gate = Arc::clone(&receiver.gate);
        *clock.0.lock().unwrap() =
            Some(Box::new(move || gate.state.store(DRAINED, Ordering::SeqCst)));
        assert_eq!(send(&sender), Err(EmitError::Closed));
        assert!(!receiver.is_empty(), "it was on its way");
        assert_eq!(send(&sender), Err(EmitError::Closed));
        assert_eq!(sender.let_in(&NONE_TAKEN), 1);
    }

    #[test]
    fn who_was_let_in_before_is_heard() {
        let (clock, sender, mut receiver) = hooked();
        let other = sender.clone();
        *clock.0.lock().unwrap() = Some(Box::new(move || other.close()));
        assert_eq!(send(&sender), Ok(()));
        assert_eq!(send(&sender), Err(EmitError::Closed));
        receiver.begin_last_look();
        assert!(matches!(receiver.try_next(), Next::Message(Message::Write { .. })));
        assert!(matches!(receiver.try_next(), Next::Empty));
    }

    #[test]
    fn what_is_left_behind_stays_counted_and_flushes_are_no_events() {
        let (_, sender, receiver) = hooked();
        send(&sender).unwrap();
        send(&sender).unwrap();
        let (completer, flushed) = pending();
        sender.flush(completer, Duration::ZERO).unwrap();
        assert_eq!((sender.let_in(&NONE_TAKEN), receiver.waiting()), (2, 2));
        drop(receiver);
        assert_eq!(sender.let_in(&NONE_TAKEN), 2);
        assert_eq!(flushed.wait_for(Duration::ZERO), Err(EmitError::NotDurable));
        assert_eq!(send(&sender), Err(EmitError::Closed));
    }
}
