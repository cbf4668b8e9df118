//! What a child process is asked.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::loggers::Subject;

/// One measurement of one logger, in a process of its own.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) subject: Subject,
    pub(crate) task: Task,
    /// How many events all threads emit together.
    pub(crate) events: usize,
    /// When emits that are waited for stop.
    pub(crate) milliseconds: u64,
    /// An empty directory.
    pub(crate) dir: PathBuf,
}

/// What is measured, and with how many emitting threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) kind: Kind,
    pub(crate) threads: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The latency of an event each 20 µs a thread.
    Paced,
    /// The latency of a hundred events back to back, each 5 ms.
    Batched,
    /// The latency of events as fast as possible, and the memory they take.
    Burst,
    /// Events a second until the last is in the file, and the processor time that it took.
    Throughput,
    /// Allocations of the emitting thread.
    Allocations,
    /// Throughput of ours with `Durability::EveryBatch`, beside a bare loop.
    EveryBatch,
    /// Throughput of ours with `Durability::Interval(1 ms)`, beside a bare loop.
    EveryMillisecond,
    /// Durable emits that are waited for.
    Acknowledged,
}

impl Kind {
    pub(crate) fn with(self, threads: usize) -> Task {
        Task { kind: self, threads }
    }
}

impl std::fmt::Display for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            Kind::Paced => "emit, paced",
            Kind::Batched => "emit, batched",
            Kind::Burst => "emit, burst",
            Kind::Throughput => "throughput",
            Kind::Allocations => "allocations",
            Kind::EveryBatch => "durable with every batch",
            Kind::EveryMillisecond => "durable each millisecond",
            Kind::Acknowledged => "acknowledged",
        };
        let plural = if self.threads == 1 { "" } else { "s" };
        write!(f, "{kind}, {} thread{plural}", self.threads)
    }
}
