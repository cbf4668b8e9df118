//! Lines about the log itself: headers, its life, gaps.

use std::net::IpAddr;

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
    /// The tree over all lines before the first one of this segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tree: Option<TreeBody>,
    /// What the next checkpoint is signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// The segment before this one, if this log had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<Previous<'a>>,
    /// What this segment brings again, of lines that may not be in the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supersedes: Option<Supersedes<'a>>,
    /// Operations that began in an earlier segment and whose end is not recorded yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) open: Vec<OpenOperation>,
}

/// A tree, by the roots of the perfect subtrees that it consists of.
#[derive(Serialize)]
pub(crate) struct TreeBody {
    pub(crate) size: u64,
    pub(crate) range: Vec<String>,
}

/// What is signed of the lines before this one. Its note follows when it is.
#[derive(Serialize)]
pub(crate) struct CheckpointBody {
    pub(crate) why: &'static str,
}

impl Body for CheckpointBody {
    const KIND: &'static str = "checkpoint";
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

/// Lines of another segment that do not count any more, because they stand here.
#[derive(Serialize)]
pub(crate) struct Supersedes<'a> {
    pub(crate) segment: &'a str,
    /// From this number on. They end where the header's own number begins.
    pub(crate) from_seq: u64,
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
    Start(StartBody<'a>),
    /// A run ended in order; the counts are the run's.
    Stop { accepted: u64, written: u64, folded: u64, lost: u64 },
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
    /// An operation whose beginning was recorded too late: the program was told that it is not
    /// durable, and so did not begin it.
    NotBegun {
        #[serde(flatten)]
        operation: OpenOperation,
    },
    /// Writing or syncing failed, and this is the first line that could be written again.
    Fault(FaultBody),
    /// Somebody else was at the active segment's file, and a new one was begun.
    Foreign(ForeignBody),
    /// The calendar clock jumped.
    Clock(ClockBody),
    /// The log is not what was signed last.
    Rollback(RollbackBody),
    /// There were no keys beside a log that had been signed, or not this log's: new ones were drawn.
    Rekeyed { why: &'static str },
    /// A segment was compressed, and its compressed form is about to take its place.
    Compress(CompressBody<'a>),
    /// A file that an earlier run left half made was removed.
    Cleanup { removed: &'a str },
}

#[derive(Serialize)]
pub(crate) struct StartBody<'a> {
    pub(crate) writer: &'static str,
    pub(crate) pid: u32,
    pub(crate) boot: &'a str,
    pub(crate) durability: String,
    pub(crate) overflow: String,
    pub(crate) flood: String,
    pub(crate) rotation: String,
    pub(crate) retention: String,
    pub(crate) compression: &'static str,
    pub(crate) evidence: &'static str,
    /// The streams that the log has in this run.
    pub(crate) streams: Vec<&'static str>,
}

#[derive(Serialize)]
pub(crate) struct RollbackBody {
    /// `shorter` or `different`.
    pub(crate) what: &'static str,
    /// What was signed last.
    pub(crate) signed_size: u64,
    pub(crate) signed_root: String,
    /// How many lines were found.
    pub(crate) found_size: u64,
}

#[derive(Serialize)]
pub(crate) struct CompressBody<'a> {
    pub(crate) segment: &'a str,
    /// Its name from now on.
    pub(crate) into: &'a str,
    pub(crate) bytes: u64,
    pub(crate) compressed_bytes: u64,
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

#[derive(Serialize)]
pub(crate) struct ForeignBody {
    /// What was done: `removed`, `renamed`, `replaced` and so on.
    pub(crate) what: &'static str,
    /// The name under which the file is now, if it is still there; or would be.
    pub(crate) segment: String,
    /// The name that was given to what stood in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) moved_to: Option<String>,
    /// How many bytes the log had put into the file.
    pub(crate) bytes: u64,
    /// How many were found in it.
    pub(crate) found_bytes: u64,
    /// When that was noticed.
    pub(crate) at: Rfc3339,
}

#[derive(Serialize)]
pub(crate) struct ClockBody {
    /// What it would have shown without the jump, and what it showed.
    pub(crate) from: Rfc3339,
    pub(crate) to: Rfc3339,
    /// How often it jumped since the last line of this sort.
    pub(crate) jumps: u64,
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

/// Events that were counted instead of written.
#[derive(Serialize)]
pub(crate) struct FoldBody {
    pub(crate) event: &'static str,
    pub(crate) level: &'static str,
    pub(crate) category: &'static str,
    pub(crate) action: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) source: FoldSource,
    pub(crate) folded: u64,
    /// When the first of them was emitted.
    pub(crate) from: Rfc3339,
    /// When the last of them was emitted.
    pub(crate) to: Rfc3339,
}

/// Where they came from.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum FoldSource {
    Host { ip: IpAddr },
    Network { ip: IpAddr, prefix: u8 },
    None { none: &'static str },
}

impl Body for FoldBody {
    const KIND: &'static str = "fold";
}
