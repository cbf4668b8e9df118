//! Lines about the log itself: headers, its life, gaps.

use serde::Serialize;

use super::Body;
use crate::clock::Rfc3339;

/// The first line of every segment.
#[derive(Serialize)]
pub(crate) struct HeaderBody<'a> {
    /// What identifies this log, from its first segment to its last.
    pub(crate) log: &'a str,
    pub(crate) stream: &'static str,
    pub(crate) boot: &'a str,
    pub(crate) limits: Limits,
    /// The segment before this one, if this log had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<Previous<'a>>,
    /// Operations that began in an earlier segment and whose end is not recorded yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) open: Vec<OpenOperation>,
}

/// An operation whose beginning is recorded, by an event of two phases, and its end is not.
#[derive(Serialize)]
pub(crate) struct OpenOperation {
    pub(crate) event: String,
    /// The number of the line of its beginning.
    pub(crate) begun: u64,
    pub(crate) begun_run: String,
}

/// What a reader may rely on.
#[derive(Serialize)]
pub(crate) struct Limits {
    pub(crate) line_bytes: usize,
    pub(crate) segment_bytes: u64,
}

#[derive(Serialize)]
pub(crate) struct Previous<'a> {
    pub(crate) segment: &'a str,
}

impl Body for HeaderBody<'_> {
    const KIND: &'static str = "header";
}

/// What the log records of its own life.
#[derive(Serialize)]
pub(crate) struct LifeBody<'a> {
    #[serde(flatten)]
    pub(crate) life: Life<'a>,
}

#[derive(Serialize)]
#[serde(tag = "life", rename_all = "snake_case")]
pub(crate) enum Life<'a> {
    /// A run began.
    Start { writer: &'static str, pid: u32, boot: &'a str, durability: &'a str, overflow: &'a str },
    /// A run ended in order; the counts are the run's.
    Stop { accepted: u64, written: u64, lost: u64 },
    /// The segment ends here.
    Rotate { why: &'static str },
    /// These segments are about to be removed.
    Prune { why: &'static str, segments: &'a [String] },
    /// The end of the segment was torn, and what could not be read was moved aside.
    Repair { removed_bytes: u64, kept_in: Option<&'a str> },
    /// An operation of an earlier run, whose end nobody recorded: nobody knows how it ended.
    Interrupted {
        outcome: &'static str,
        #[serde(flatten)]
        operation: OpenOperation,
    },
    /// Writing or syncing failed, and this is the first line that could be written again.
    Fault(FaultBody),
}

#[derive(Serialize)]
pub(crate) struct FaultBody {
    /// What failed: `write`, `sync`, `rotate` and so on.
    pub(crate) doing: &'static str,
    /// What the system said, as a code.
    pub(crate) error: String,
    pub(crate) at: Rfc3339,
    /// Lines from this number on were not known to be on stable storage.
    pub(crate) unsynced_from: u64,
}

impl Body for LifeBody<'_> {
    const KIND: &'static str = "life";
}

/// Events that are not here.
#[derive(Serialize)]
pub(crate) struct GapBody {
    pub(crate) lost: u64,
    pub(crate) reasons: crate::loss::Reasons,
    /// When the first of them was lost.
    pub(crate) from: Rfc3339,
    /// When the last of them was lost.
    pub(crate) to: Rfc3339,
}

impl Body for GapBody {
    const KIND: &'static str = "gap";
}
