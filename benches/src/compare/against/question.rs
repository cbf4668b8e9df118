//! What a build is asked to measure, in a process of its own.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) task: Task,
    /// How many events all threads emit together.
    pub(crate) events: usize,
    /// When emits that are waited for stop.
    pub(crate) milliseconds: u64,
    /// An empty directory.
    pub(crate) dir: PathBuf,
}

/// What is measured, with how many emitting threads, and on what host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) kind: Kind,
    pub(crate) threads: usize,
    pub(crate) evidence: bool,
    /// Whether the host's clock is known to be right.
    pub(crate) clock_right: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The bytes of a line.
    LineBytes,
    /// Events a second until the last is in the file.
    Throughput,
    /// The latency of an event each 20 µs.
    Paced,
    /// The latency of events as fast as possible, and the memory they take.
    Burst,
    /// Events a second with a sync each millisecond, until the last is durable.
    EveryMillisecond,
    /// Durable emits that are waited for.
    Acknowledged,
    /// What it takes to read and parse a line.
    Reading,
    /// Allocations of the emitting thread.
    Allocations,
    /// Emits for valgrind, which counts their instructions.
    Emits,
}

impl Kind {
    /// Without evidence, on a host whose clock is right.
    pub(crate) fn with(self, threads: usize) -> Task {
        Task { kind: self, threads, evidence: false, clock_right: true }
    }
}

impl Task {
    pub(crate) fn with_evidence(self) -> Task {
        Task { evidence: true, ..self }
    }

    pub(crate) fn with_wrong_clock(self) -> Task {
        Task { clock_right: false, ..self }
    }
}

impl std::fmt::Display for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            Kind::LineBytes => "bytes a line",
            Kind::Throughput => "throughput",
            Kind::Paced => "emit, paced",
            Kind::Burst => "emit, full queue",
            Kind::EveryMillisecond => "durable each millisecond",
            Kind::Acknowledged => "acknowledged",
            Kind::Reading => "reading",
            Kind::Allocations => "allocations",
            Kind::Emits => "instructions",
        };
        let plural = if self.threads == 1 { "" } else { "s" };
        let evidence = if self.evidence { ", evidence" } else { "" };
        let clock = if self.clock_right { "" } else { ", clock not right" };
        write!(f, "{kind}, {} thread{plural}{evidence}{clock}", self.threads)
    }
}
