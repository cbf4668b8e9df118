//! Lines about the log itself: headers, its life, gaps.

use std::net::IpAddr;

use serde::Serialize;

use super::Body;
use crate::time::Rfc3339;

/// The first line of every segment.
#[derive(Debug, Serialize)]
pub struct HeaderBody<'a> {
    /// What identifies this log, from its first segment to its last.
    pub log: &'a str,
    pub stream: &'static str,
    pub boot: &'a str,
    pub limits: Limits,
    /// The tree over all lines before the first one of this segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree: Option<TreeBody>,
    /// What the next checkpoint is signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The segment before this one, if this log had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous<'a>>,
    /// What this segment brings again, of lines that may not be in the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Supersedes<'a>>,
    /// Operations that began in an earlier segment and whose end is not recorded yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<OpenOperation>,
}

/// A tree, by the roots of the perfect subtrees that it consists of.
#[derive(Debug, Serialize)]
pub struct TreeBody {
    pub size: u64,
    pub range: Vec<String>,
}

/// What is signed of the lines before this one. Its note follows when it is.
#[derive(Debug, Serialize)]
pub struct CheckpointBody {
    pub why: &'static str,
}

impl Body for CheckpointBody {
    const KIND: &'static str = "checkpoint";
}

/// An operation whose beginning is recorded, by an event of two phases, and its end is not.
#[derive(Debug, Serialize)]
pub struct OpenOperation {
    pub event: String,
    /// The number of the line of its beginning.
    pub begun: u64,
    pub begun_run: String,
}

/// What a reader may rely on.
#[derive(Debug, Serialize)]
pub struct Limits {
    pub line_bytes: usize,
    pub segment_bytes: u64,
}

#[derive(Debug, Serialize)]
pub struct Previous<'a> {
    pub segment: &'a str,
}

/// Lines of another segment that do not count any more, because they stand here.
#[derive(Debug, Serialize)]
pub struct Supersedes<'a> {
    pub segment: &'a str,
    /// From this number on. They end where the header's own number begins.
    pub from_seq: u64,
}

impl Body for HeaderBody<'_> {
    const KIND: &'static str = "header";
}

/// What the log records of its own life.
#[derive(Debug, Serialize)]
pub struct LifeBody<'a> {
    #[serde(flatten)]
    pub life: Life<'a>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "life", rename_all = "snake_case")]
pub enum Life<'a> {
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

#[derive(Debug, Serialize)]
pub struct StartBody<'a> {
    pub writer: &'static str,
    pub pid: u32,
    pub boot: &'a str,
    pub durability: String,
    pub overflow: String,
    pub flood: String,
    pub rotation: String,
    pub retention: String,
    pub compression: &'static str,
    pub evidence: &'static str,
    /// The streams that the log has in this run.
    pub streams: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
pub struct RollbackBody {
    /// `shorter` or `different`.
    pub what: &'static str,
    /// What was signed last.
    pub signed_size: u64,
    pub signed_root: String,
    /// How many lines were found.
    pub found_size: u64,
}

#[derive(Debug, Serialize)]
pub struct CompressBody<'a> {
    pub segment: &'a str,
    /// Its name from now on.
    pub into: &'a str,
    pub bytes: u64,
    pub compressed_bytes: u64,
}

#[derive(Debug, Serialize)]
pub struct FaultBody {
    /// What failed: `write`, `sync`, `rotate` and so on.
    pub doing: &'static str,
    /// What the system said, as a code.
    pub error: String,
    pub at: Rfc3339,
    /// Lines from this number on were not known to be on stable storage.
    pub unsynced_from: u64,
}

#[derive(Debug, Serialize)]
pub struct ForeignBody {
    /// What was done: `removed`, `renamed`, `replaced` and so on.
    pub what: &'static str,
    /// The name under which the file is now, if it is still there; or would be.
    pub segment: String,
    /// The name that was given to what stood in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// How many bytes the log had put into the file.
    pub bytes: u64,
    /// How many were found in it.
    pub found_bytes: u64,
    /// When that was noticed.
    pub at: Rfc3339,
}

#[derive(Debug, Serialize)]
pub struct ClockBody {
    /// What it would have shown without the jump, and what it showed.
    pub from: Rfc3339,
    pub to: Rfc3339,
    /// How often it jumped since the last line of this sort.
    pub jumps: u64,
}

impl Body for LifeBody<'_> {
    const KIND: &'static str = "life";
}

/// Events that are not here.
#[derive(Debug, Serialize)]
pub struct GapBody {
    pub lost: u64,
    pub reasons: super::Reasons,
    /// When the first of them was lost.
    pub from: Rfc3339,
    /// When the last of them was lost.
    pub to: Rfc3339,
}

impl Body for GapBody {
    const KIND: &'static str = "gap";
}

/// Events that were counted instead of written.
#[derive(Debug, Serialize)]
pub struct FoldBody {
    pub event: &'static str,
    pub level: &'static str,
    pub category: &'static str,
    pub action: &'static str,
    pub outcome: &'static str,
    pub source: FoldSource,
    pub folded: u64,
    /// When the first of them was emitted.
    pub from: Rfc3339,
    /// When the last of them was emitted.
    pub to: Rfc3339,
}

/// Where they came from.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum FoldSource {
    Host { ip: IpAddr },
    Network { ip: IpAddr, prefix: u8 },
    None { none: &'static str },
}

impl Body for FoldBody {
    const KIND: &'static str = "fold";
}
