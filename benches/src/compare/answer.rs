//! What a process that measured answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A number that a child finds out. Units are in the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Metric {
    P50Ns,
    P99Ns,
    P999Ns,
    /// Two readings of the clock with nothing between them.
    TimerNs,
    EventsPerSecond,
    CpuSecondsPerMillion,
    PeakKib,
    /// The peak before the logger was started.
    PeakBeforeKib,
    Allocations,
    /// An allocation and its release, counted by the allocator and not counted.
    CountedPairNs,
    UncountedPairNs,
    BytesPerLine,
    Emitted,
    /// Events whose line is in a file.
    InFile,
    /// Events that the logger itself says it lost.
    KnownLost,
    /// Sampled lines that are no JSON or lack a field.
    Malformed,
    BareEventsPerSecond,
    OfBare,
    /// What hashing the lines of the file alone allows: a leaf and a node of the tree each.
    HashedEventsPerSecond,
    OfHashing,
    Syncs,
    /// Of processor time, to read and parse a line.
    ReadNs,
    /// Of an emit, on its own thread.
    EmitInstructions,
    /// Of the rest that an event takes until its line is in the file.
    LineInstructions,
}

pub(crate) type Answer = BTreeMap<Metric, f64>;
