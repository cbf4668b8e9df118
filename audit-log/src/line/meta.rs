//! Lines about the log itself: headers, what happens to it, gaps, summaries, checkpoints.

use std::net::IpAddr;

use serde::Serialize;

use super::{Body, Reasons};
use crate::time::Rfc3339;

/// The first line of every segment.
#[derive(Debug, Serialize)]
pub struct HeaderBody<'a> {
    /// The version of the format.
    pub version: u32,
    /// What identifies this log, from its first segment to its last.
    pub log: &'a str,
    pub stream: &'static str,
    /// Tells machines apart without naming one: a hash of the machine's id and the log's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub host: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<&'a Program>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub boot: &'a str,
    /// Which opening of the log writes this segment.
    pub run: &'a str,
    /// Microseconds since the machine was booted.
    pub up_us: u64,
    /// Whether the calendar clock is known to be right.
    pub time_synced: bool,
    /// Tells catalogues apart, where the writer was given one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<&'a str>,
    pub limits: Limits,
    /// The tree over all lines before the first one of this segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree: Option<TreeBody>,
    /// What the next checkpoint is signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Lines below this number were written before evidence was kept, and never signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_from: Option<u64>,
    /// The name of the segment before this one, if this log had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<&'a str>,
    /// The log whose lines are before this segment, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continues: Option<Continues<'a>>,
    /// What this segment brings again, of lines that may not be in the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Supersedes<'a>>,
    /// Operations that began in an earlier segment and whose end is not recorded yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<OpenOperation>,
}

/// A program that writes a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Program {
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
}

/// A tree, by the roots of the perfect subtrees that it consists of.
#[derive(Debug, Serialize)]
pub struct TreeBody {
    pub size: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub range: Vec<String>,
}

/// What a reader may rely on.
#[derive(Debug, Serialize)]
pub struct Limits {
    pub line_bytes: usize,
    pub segment_bytes: u64,
}

/// Another log that this one goes on with: its files were found on another machine.
#[derive(Debug, Serialize)]
pub struct Continues<'a> {
    pub log: &'a str,
}

/// Lines of another segment that do not count any more, because they stand here.
#[derive(Debug, Serialize)]
pub struct Supersedes<'a> {
    pub segment: &'a str,
    /// From this number on. They end where the header's own number begins.
    pub from_seq: u64,
}

/// An operation whose beginning is recorded, by an event of two phases, and its end is not.
#[derive(Debug, Serialize)]
pub struct OpenOperation {
    pub event: String,
    /// The number of the line of its beginning.
    pub begun: u64,
    pub begun_run: String,
}

/// What is signed of the lines before this one.
#[derive(Debug, Serialize)]
pub struct CheckpointBody<'a> {
    pub why: &'static str,
    pub note: &'a str,
}

/// What happens to the log itself.
#[derive(Debug, Serialize)]
pub struct LifecycleBody<'a> {
    #[serde(flatten)]
    pub lifecycle: Lifecycle<'a>,
    /// Microseconds since the machine was booted.
    pub up_us: u64,
}

/// What happened to the log. A member of one name means the same, and has the same type, in all of
/// these.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Lifecycle<'a> {
    /// A run began.
    Start(StartBody<'a>),
    /// A run ended in order; the counts are the run's.
    Stop { accepted: u64, written: u64, summarized: u64, lost: u64 },
    /// The segment ends here.
    Rotate { why: &'static str },
    /// These segments are about to be removed.
    Prune { why: &'static str, segments: &'a [String] },
    /// The end of the segment was torn, and what could not be read was moved aside.
    Repair {
        removed_bytes: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        kept_in: Option<&'a str>,
    },
    /// The run before ended without a `Stop`.
    NoStop {
        run_before: &'a str,
        /// How many events it may have accepted that are not in the log, where that is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_memory_max: Option<u64>,
    },
    /// An operation of an earlier run whose end was not recorded: how it ended is unknown.
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
    /// Another process was at the active segment's file, and a new one was begun.
    Foreign(ForeignBody),
    /// The calendar clock was stepped.
    Clock(ClockBody),
    /// Whether the calendar clock is known to be right has changed.
    TimeSync { time_synced: bool },
    /// The log is not what was signed last.
    Rollback(RollbackBody),
    /// There were no keys beside a log that had been signed, or not this log's: new ones were drawn.
    Rekeyed { why: &'static str },
    /// Lines of an earlier run that no checkpoint of it is of: they are signed as they were found, and
    /// nobody vouches for them.
    Recovered { from_seq: u64, to_seq: u64 },
    /// Files under the log's names that no signed line speaks of: from here on they are its own.
    Adopted { segments: &'a [String], bytes: u64 },
    /// Files under the log's names that are not its own. They stay, and are neither counted nor removed.
    Strange { segments: &'a [String] },
    /// The log was found on another machine: from here on it is another log.
    Moved(MovedBody<'a>),
    /// The log goes on without evidence.
    EvidenceOff,
    /// A segment was compressed, and its compressed form is about to take its place.
    Compress(CompressBody<'a>),
    /// A file that an earlier run left half made was removed.
    Cleanup { removed: &'a str },
}

#[derive(Debug, Serialize)]
pub struct StartBody<'a> {
    pub run: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub boot: &'a str,
    pub time_synced: bool,
    pub writer: &'static str,
    pub pid: u32,
    pub durability: String,
    pub overflow: String,
    pub rate_limit: String,
    pub rotation: String,
    pub retention: String,
    pub compression: &'static str,
    pub evidence: &'static str,
    /// The streams that the log has in this run.
    pub streams: Vec<&'static str>,
    /// At most so many accepted events, of all streams, are in memory and not yet in a file.
    pub in_memory_max: u64,
}

#[derive(Debug, Serialize)]
pub struct RollbackBody {
    /// `shorter` or `different`.
    pub compared: &'static str,
    /// What was signed last.
    pub signed_size: u64,
    pub signed_root: String,
    /// How many lines were found.
    pub found_size: u64,
}

#[derive(Debug, Serialize)]
pub struct MovedBody<'a> {
    pub log_before: &'a str,
    pub machine_before: &'a str,
    pub machine: &'a str,
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
    pub tampering: &'static str,
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
    /// What it would have shown without the step, and what it showed.
    pub from: Rfc3339,
    pub to: Rfc3339,
    /// How often it was stepped since the last line of this type.
    pub steps: u64,
}

/// Events that are not here.
#[derive(Debug, Serialize)]
pub struct GapBody {
    pub lost: u64,
    pub reasons: Reasons,
    /// When the first of them was lost.
    pub from: Rfc3339,
    /// When the last of them was lost.
    pub to: Rfc3339,
}

/// Events that were counted instead of written.
#[derive(Debug, Serialize)]
pub struct SummaryBody {
    pub event: &'static str,
    pub action: &'static str,
    pub outcome: &'static str,
    pub level: &'static str,
    #[serde(flatten)]
    pub source: SummarySource,
    pub count: u64,
    /// When the first of them was emitted.
    pub from: Rfc3339,
    /// When the last of them was emitted.
    pub to: Rfc3339,
}

/// Where they came from.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum SummarySource {
    Host { ip: IpAddr },
    Network { ip: IpAddr, prefix: u8 },
    None { source_none: &'static str },
}

macro_rules! kinds {
    ($($body:ty, $kind:literal;)*) => {$(
        impl Body for $body {
            const KIND: &'static str = $kind;
        }
    )*};
}

kinds! {
    HeaderBody<'_>, "header";
    CheckpointBody<'_>, "checkpoint";
    LifecycleBody<'_>, "lifecycle";
    GapBody, "gap";
    SummaryBody, "summary";
}
