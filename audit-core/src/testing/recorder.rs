//! A recorder that keeps what it is given, in memory.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    EmitError, Pending, Receipt, Recorder,
    record::{EventRef, Record},
    recorder::{Domain, Pseudonym, Pseudonyms},
    schema::Schema,
};

/// A recorder that keeps records in memory, each test one of its own: `event.to(&recorder)`.
///
/// Every record gets a number, from 0; an event that must be durable is answered at once with this
/// number. Nothing bounds how many are kept.
///
/// Pseudonyms are made with a key that everybody can read here: equal texts have equal ones, and
/// who sees one can guess the text. So this is a recorder for tests only.
///
/// ```
/// use audit_core::testing::{MemoryRecorder, OneLine};
/// use audit_core::{AuditEvent, EmitError};
///
/// /// The case was opened.
/// #[must_use]
/// #[derive(AuditEvent)]
/// #[audit(action = "open_case", category = "tamper", outcome = "success")]
/// #[audit(none(actor = "the switch does not know"), source(local = "case switch"))]
/// #[audit(object(id = "case"), object_type = "part")]
/// struct CaseOpened {
///     #[audit(disclose = "counted by the switch", class = "public")]
///     times: u16,
/// }
///
/// let recorder = MemoryRecorder::new();
/// CaseOpened { times: 2 }.to(&recorder).emit()?;
/// let records = recorder.take();
/// assert_eq!(OneLine(&records[0]).to_string(), "case_opened: open_case success; times=2");
///
/// // How the program takes a refusal can be tried too.
/// recorder.refuse(EmitError::Full);
/// assert_eq!(CaseOpened { times: 3 }.to(&recorder).emit(), Err(EmitError::Full));
/// # Ok::<(), EmitError>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryRecorder(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    records: Vec<Record<Box<[u8]>>>,
    /// The number of the next record.
    next: u64,
    lost: Vec<EmitError>,
    refusal: Option<EmitError>,
}

impl MemoryRecorder {
    /// A recorder that takes everything.
    pub fn new() -> MemoryRecorder {
        MemoryRecorder::default()
    }

    /// A recorder that takes nothing, for this reason.
    pub fn refusing(why: EmitError) -> MemoryRecorder {
        let recorder = MemoryRecorder::new();
        recorder.refuse(why);
        recorder
    }

    /// Takes nothing from now on, for this reason.
    pub fn refuse(&self, why: EmitError) {
        self.state().refusal = Some(why);
    }

    /// Takes everything again.
    pub fn accept(&self) {
        self.state().refusal = None;
    }

    /// The records so far, in the order of their numbers.
    pub fn records(&self) -> Vec<Record<Box<[u8]>>> {
        self.state().records.clone()
    }

    /// The records so far, which are then forgotten; the numbers go on.
    pub fn take(&self) -> Vec<Record<Box<[u8]>>> {
        std::mem::take(&mut self.state().records)
    }

    /// How many events `emit_or_count` and operations of two phases counted as lost for this
    /// reason.
    pub fn lost(&self, why: EmitError) -> usize {
        self.state().lost.iter().filter(|it| **it == why).count()
    }

    /// A panic of another thread leaves the state whole, so a poisoned lock is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, event: EventRef<'_>) -> Result<Receipt, EmitError> {
        let mut state = self.state();
        if let Some(why) = state.refusal {
            return Err(why);
        }
        let buffer = vec![0; event.max_encoded()].into_boxed_slice();
        let record =
            event.encode(buffer, Some(&TestKey)).map_err(|_too_small| EmitError::TooLarge)?;
        let seq = state.next;
        state.next += 1;
        state.records.push(record);
        Ok(Receipt { seq })
    }
}

impl Recorder for MemoryRecorder {
    fn record(&self, event: EventRef<'_>) -> Result<(), EmitError> {
        self.keep(event).map(drop)
    }

    fn record_durable(&self, event: EventRef<'_>) -> Result<Pending, EmitError> {
        let receipt = self.keep(event)?;
        let (completer, pending) = crate::recorder::pending();
        completer.complete(Ok(receipt));
        Ok(pending)
    }

    fn count_lost(&self, _: &'static Schema, why: EmitError) {
        self.state().lost.push(why);
    }
}

/// FNV-1a with a fixed start in place of a key: it tells texts apart, and that is all.
pub(super) struct TestKey;

impl Pseudonyms for TestKey {
    fn pseudonym(&self, domain: Domain, text: &[u8]) -> Pseudonym {
        let domain = domain.name().bytes().chain([0]);
        let hash = domain.chain(text.iter().copied()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Pseudonym(u64::to_be_bytes(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::leaky::Honest;

    fn event() -> Honest {
        Honest::of("canary")
    }

    #[test]
    fn records_are_numbered_from_0_and_durable_ones_answered_at_once() {
        let recorder = MemoryRecorder::new();
        let event = event();
        recorder.record(EventRef::of(&event)).unwrap();
        let pending = recorder.record_durable(EventRef::of(&event)).unwrap();
        assert_eq!(pending.wait_for(std::time::Duration::ZERO), Ok(Receipt { seq: 1 }));
        assert_eq!(recorder.records().len(), 2);
        assert_eq!(recorder.take().len(), 2);
        assert!(recorder.records().is_empty());
        let pending = recorder.record_durable(EventRef::of(&event)).unwrap();
        assert_eq!(pending.wait_for(std::time::Duration::ZERO), Ok(Receipt { seq: 2 }));
    }

    #[test]
    fn it_refuses_while_it_is_told_so_and_counts_by_reason() {
        let recorder = MemoryRecorder::refusing(EmitError::Full);
        let event = event();
        assert_eq!(recorder.record(EventRef::of(&event)), Err(EmitError::Full));
        let refused = recorder.record_durable(EventRef::of(&event));
        assert_eq!(refused.unwrap_err(), EmitError::Full);
        recorder.count_lost(EventRef::of(&event).schema(), EmitError::Full);
        assert_eq!((recorder.lost(EmitError::Full), recorder.lost(EmitError::Closed)), (1, 0));
        assert!(recorder.records().is_empty());
        recorder.accept();
        recorder.record(EventRef::of(&event)).unwrap();
        assert_eq!(recorder.records().len(), 1);
    }

    #[test]
    fn pseudonyms_are_equal_for_equal_texts_of_one_domain_only() {
        let of = |domain, text: &str| TestKey.pseudonym(domain, text.as_bytes());
        assert_eq!(of(Domain::Session, "a"), of(Domain::Session, "a"));
        assert_ne!(of(Domain::Session, "a"), of(Domain::Session, "b"));
        assert_ne!(of(Domain::Session, "a"), of(Domain::ClaimedName, "a"));
    }
}
