//! What a line looks like: `docs/format.md` in code.

mod draft;
mod event;
mod fragment;
mod group;
mod import;
pub mod json;
mod key_names;
mod meta;
mod part;
mod reasons;
mod scalar;
mod schema;
mod slot;
mod time;
mod value;

use serde::Serialize;

use self::time::Times;

pub use event::Spelling;
pub use import::{CANDIDATES_MAX, Imported, Joined};
pub use key_names::KeyNames;
pub use meta::{
    CheckpointBody, ClockBody, CompressBody, Continues, FaultBody, ForeignBody, GapBody,
    HeaderBody, Lifecycle, LifecycleBody, Limits, MovedBody, OpenOperation, Program, RollbackBody,
    StartBody, SummaryBody, SummarySource, Supersedes, TreeBody,
};
pub use reasons::{Loss, Reasons};
pub use schema::SchemaBody;

/// The version of the line format. A segment's header states it.
pub const FORMAT_VERSION: u32 = 1;

/// What stands in front of every line.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The line's number in its stream.
    pub seq: u64,
    /// When it is written, in nanoseconds since 1970 in UTC.
    pub unix_ns: i64,
    /// Where an imported event comes from, spelled; empty in all other lines.
    pub provenance: &'a [u8],
}

/// What a line of another kind than `event` says: one object, named after the kind.
pub trait Body: Serialize {
    const KIND: &'static str;
}

/// What spelling needs beside its input, kept from line to line.
#[derive(Debug, Default)]
pub struct Scratch {
    times: Times,
    /// The names of what the line withholds.
    withheld: Vec<u8>,
}

impl Envelope<'_> {
    /// A line's beginning where no event comes from another log.
    pub fn new(seq: u64, unix_ns: i64) -> Envelope<'static> {
        Envelope { seq, unix_ns, provenance: b"" }
    }

    /// Appends the beginning of a line of this kind, up to where its members begin.
    fn write(&self, kind: &'static str, times: &mut Times, out: &mut Vec<u8>) {
        let Envelope { seq, unix_ns, provenance } = *self;
        out.extend_from_slice(br#"{"kind":""#);
        out.extend_from_slice(kind.as_bytes());
        out.extend_from_slice(br#"","seq":"#);
        json::number(seq, out);
        out.extend_from_slice(br#","time":""#);
        times.write(unix_ns, out);
        out.extend_from_slice(br#"","#);
        out.extend_from_slice(provenance);
    }
}

/// Appends a whole line about the log itself, its newline included, to `out`; leaves `out` as it
/// was on an error.
///
/// # Errors
///
/// Only what the body refuses.
pub fn write<B: Body>(
    envelope: &Envelope<'_>,
    body: &B,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) -> serde_json::Result<()> {
    let start = out.len();
    envelope.write(B::KIND, &mut scratch.times, out);
    json::key(B::KIND, out);
    if let Err(refused) = json::write(body, out) {
        out.truncate(start);
        return Err(refused);
    }
    out.extend_from_slice(b"}\n");
    Ok(())
}
