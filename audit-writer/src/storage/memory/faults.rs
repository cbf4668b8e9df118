//! Which calls of a storage in memory fail.

use std::collections::BTreeMap;
use std::io;

/// A kind of call that is counted, and can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Call {
    /// [`Storage::lock`](crate::storage::Storage::lock)
    Lock,
    /// [`ReadStorage::list`](audit_log::storage::ReadStorage::list)
    List,
    /// [`Storage::create`](crate::storage::Storage::create)
    Create,
    /// [`Storage::append`](crate::storage::Storage::append)
    Append,
    /// [`Storage::renew`](crate::storage::Storage::renew)
    Renew,
    /// [`ReadStorage::read`](audit_log::storage::ReadStorage::read), and each reading of what it opened
    Read,
    /// [`Storage::rename`](crate::storage::Storage::rename)
    Rename,
    /// [`Storage::replace`](crate::storage::Storage::replace)
    Replace,
    /// [`Storage::remove`](crate::storage::Storage::remove)
    Remove,
    /// [`Storage::sync_names`](crate::storage::Storage::sync_names)
    SyncNames,
    /// [`Storage::state`](crate::storage::Storage::state) and
    /// [`StorageFile::state`](crate::storage::StorageFile::state)
    State,
    /// [`Storage::free_bytes`](crate::storage::Storage::free_bytes)
    FreeBytes,
    /// [`StorageFile::write`](crate::storage::StorageFile::write)
    Write,
    /// [`StorageFile::sync`](crate::storage::StorageFile::sync)
    Sync,
    /// [`StorageFile::truncate`](crate::storage::StorageFile::truncate)
    Truncate,
}

impl Call {
    /// All kinds.
    pub const ALL: [Call; 15] = [
        Call::Lock,
        Call::List,
        Call::Create,
        Call::Append,
        Call::Renew,
        Call::Read,
        Call::Rename,
        Call::Replace,
        Call::Remove,
        Call::SyncNames,
        Call::State,
        Call::FreeBytes,
        Call::Write,
        Call::Sync,
        Call::Truncate,
    ];
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Injected {
    /// It does nothing and fails with this number of the system's.
    Error(i32),
    /// It takes half of what it was given, at least one byte. Only a write can be short; any other
    /// call is as ever.
    ShortWrite,
}

/// A fault that is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultPlan {
    /// Which kind of call it hits.
    pub call: Call,
    /// The how manieth of them from now on, from 1.
    pub nth: u64,
    /// What happens to it.
    pub fault: Injected,
    /// Whether it happens to all that follow as well, until the storage is healed.
    pub for_good: bool,
}

/// Counts calls, and says which fail.
#[derive(Debug, Default)]
pub(super) struct Faults {
    calls: BTreeMap<Call, u64>,
    /// Calls of these kinds fail as long as they stand here.
    refused: Vec<Call>,
    /// Each with how many calls of its kind there were when it was made.
    plans: Vec<(FaultPlan, u64)>,
    hits: u64,
}

/// What becomes of a call that does not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    Whole,
    Short,
}

impl Faults {
    pub(super) fn refuse(&mut self, call: Call) {
        self.refused.push(call);
    }

    pub(super) fn plan(&mut self, plan: FaultPlan) {
        let before = self.calls(plan.call);
        self.plans.push((plan, before));
    }

    pub(super) fn heal(&mut self) {
        self.refused.clear();
        self.plans.clear();
    }

    /// Ends what fails until it is healed, and has begun to.
    pub(super) fn heal_what_lasts(&mut self) {
        self.refused.clear();
        let calls = &self.calls;
        self.plans.retain(|(plan, before)| {
            let made = calls.get(&plan.call).copied().unwrap_or(0) - before;
            !plan.for_good || made < plan.nth
        });
    }

    pub(super) fn calls(&self, call: Call) -> u64 {
        self.calls.get(&call).copied().unwrap_or(0)
    }

    pub(super) fn hits(&self) -> u64 {
        self.hits
    }

    /// Counts a call, and fails if it is to.
    pub(super) fn pass(&mut self, call: Call) -> io::Result<Pass> {
        let count = self.calls.entry(call).or_default();
        *count += 1;
        let count = *count;
        if self.refused.contains(&call) {
            return Err(io::Error::from_raw_os_error(5)); // EIO
        }
        let of_this_call = self.plans.iter().filter(|(plan, _)| plan.call == call);
        let hit = of_this_call
            .map(|(plan, before)| (plan, count - before))
            .find(|(plan, nth)| *nth == plan.nth || plan.for_good && *nth > plan.nth);
        match hit.map(|(plan, _)| plan.fault) {
            None => Ok(Pass::Whole),
            Some(fault) => {
                self.hits += 1;
                match fault {
                    Injected::Error(number) => Err(io::Error::from_raw_os_error(number)),
                    Injected::ShortWrite => Ok(Pass::Short),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(for_good: bool) -> Vec<bool> {
        let mut faults = Faults::default();
        faults.pass(Call::Sync).unwrap();
        faults.plan(FaultPlan { call: Call::Sync, nth: 2, fault: Injected::Error(28), for_good });
        faults.pass(Call::Write).unwrap();
        let outcomes = (0..4).map(|_| faults.pass(Call::Sync).is_ok()).collect();
        faults.heal();
        assert!(faults.pass(Call::Sync).is_ok());
        assert_eq!(faults.calls(Call::Sync), 6);
        assert_eq!(faults.hits(), if for_good { 3 } else { 1 });
        outcomes
    }

    #[test]
    fn the_nth_call_of_a_kind_fails() {
        assert_eq!(outcomes(false), [true, false, true, true]);
        assert_eq!(outcomes(true), [true, false, false, false]);
    }
}
