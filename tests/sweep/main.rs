//! Every call of the storage fails at its every n-th use, once or for good: nothing panics, nothing
//! is acknowledged that a power cut would take, no count is wrong, and the writer goes on. A
//! program of its own, because it fails thousands of times and says how often.

#![forbid(unsafe_code)]
#![expect(unreachable_pub, reason = "what a module offers is public to the others")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that fails panics, and one that passes says how much it did"
)]

#[path = "../it/kit.rs"]
#[expect(dead_code, reason = "this program needs less of it than the other one")]
mod kit;
mod workload;

use std::fmt;

use audit_writer::storage::{Call, FaultPlan, Injected, MemoryStorage};

use crate::workload::{Case, Keeps};

const EINTR: i32 = 4;
const EIO: i32 = 5;
const EMFILE: i32 = 24;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;
const EDQUOT: i32 = 122;
const ERRORS: [i32; 6] = [EIO, ENOSPC, EDQUOT, EROFS, EINTR, EMFILE];

/// What was done.
#[derive(Default)]
struct Totals {
    cases: u64,
    faults: u64,
    acknowledged: usize,
    violations: Vec<String>,
}

impl Totals {
    /// Runs the workload with these plans on a storage; whether the first of them was reached.
    fn case(&mut self, storage: MemoryStorage, keeps: Keeps, plans: &[FaultPlan]) -> bool {
        for plan in plans {
            storage.plan(*plan);
        }
        let mut case = Case::new(storage.clone(), keeps);
        case.run();
        let hits = storage.faults_hit();
        self.cases += 1;
        self.faults += hits;
        self.acknowledged += case.acknowledged();
        for violation in case.violations {
            self.violations.push(format!("{plans:?} {keeps:?}: {violation}"));
        }
        hits > 0
    }

    /// Fails the first call of a kind, then the second, until the workload makes no such call.
    fn every_nth(&mut self, plan: FaultPlan, keeps: Keeps, prepare: &dyn Fn() -> MemoryStorage) {
        let mut is_hit = |nth| self.case(prepare(), keeps, &[FaultPlan { nth, ..plan }]);
        assert!((1..10_000).any(|nth| !is_hit(nth)), "it never ends");
    }

    fn check(self) {
        println!("sweep: {self}");
        for violation in self.violations.iter().take(20) {
            println!("{violation}");
        }
        assert!(self.cases > 0 && self.violations.is_empty(), "{self}");
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals { cases, faults, acknowledged, violations } = self;
        let violations = violations.len();
        write!(f, "{cases} cases, {faults} faults hit, {acknowledged} acknowledged events, ")?;
        write!(f, "{violations} violations")
    }
}

/// What may happen to a call of this kind, and whether it may do so for good.
fn faults_of(call: Call) -> impl Iterator<Item = (Injected, bool)> {
    let errors = ERRORS.into_iter().map(Injected::Error);
    let short = (call == Call::Write).then_some(Injected::ShortWrite);
    let both = errors.chain(short).flat_map(|fault| [(fault, false), (fault, true)]);
    // Whoever reads goes on after an interruption: one for good is none that a system makes.
    both.filter(move |kind| call != Call::Read || *kind != (Injected::Error(EINTR), true))
}

/// Each kind of call of these, with each fault, in an empty directory.
fn sweep(calls: &[Call]) {
    let mut totals = Totals::default();
    for call in calls {
        for (fault, for_good) in faults_of(*call) {
            let plan = FaultPlan { call: *call, nth: 1, fault, for_good };
            totals.every_nth(plan, Keeps::All, &MemoryStorage::new);
            if fault == Injected::Error(EIO) {
                totals.every_nth(plan, Keeps::Little, &MemoryStorage::new);
            }
            if (fault, for_good) == (Injected::Error(EIO), false) {
                totals.every_nth(plan, Keeps::InStreams, &MemoryStorage::new);
            }
        }
    }
    totals.check();
}

#[test]
fn without_a_fault_nothing_is_amiss() {
    let mut totals = Totals::default();
    for keeps in [Keeps::All, Keeps::Little, Keeps::InStreams] {
        let storage = MemoryStorage::new();
        assert!(!totals.case(storage.clone(), keeps, &[]));
        let unused: Vec<Call> =
            Call::ALL.into_iter().filter(|call| storage.calls(*call) == 0).collect();
        // A file is cut only to repair it, nobody asks how much room there is, and only evidence
        // puts a file in the place of another one.
        assert_eq!(unused, [Call::Replace, Call::FreeBytes, Call::Truncate]);
    }
    totals.check();
}

#[test]
fn every_write_may_fail() {
    sweep(&[Call::Write]);
}

#[test]
fn every_sync_may_fail() {
    sweep(&[Call::Sync]);
}

#[test]
fn every_change_of_a_name_may_fail() {
    sweep(&[Call::Create, Call::Rename, Call::Remove, Call::SyncNames]);
}

#[test]
fn every_look_may_fail() {
    sweep(&[Call::Lock, Call::List, Call::Append, Call::Renew, Call::Read, Call::FreeBytes]);
}

#[test]
fn every_examination_may_fail() {
    sweep(&[Call::State]);
}

/// What recovery finds after a crash between two segments: a torn active one, and half of its
/// successor.
fn torn() -> MemoryStorage {
    let storage = MemoryStorage::new();
    let mut case = Case::new(storage.clone(), Keeps::Little);
    case.run();
    let mut active = storage.bytes("audit.jsonl").unwrap();
    active.extend_from_slice(br#"{"kind":"ev"#);
    storage.put("audit.jsonl", &active);
    storage.put("audit.next", br#"{"kind":"hea"#);
    storage
}

/// A fault at each step of a recovery, and another one in the attempt that follows.
#[test]
fn recovery_may_fail_twice() {
    let mut totals = Totals::default();
    let calls = [Call::Append, Call::Create, Call::Remove, Call::Rename, Call::SyncNames];
    for call in calls.into_iter().chain([Call::Write, Call::Sync, Call::Truncate]) {
        for nth in 1..=3 {
            for next in 1..=3 {
                let plan = FaultPlan { call, nth, fault: Injected::Error(EIO), for_good: false };
                let second = FaultPlan { nth: nth + next, ..plan };
                totals.case(torn(), Keeps::Little, &[plan, second]);
            }
        }
    }
    totals.check();
}
