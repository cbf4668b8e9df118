//! What a line looks like: `docs/format.md` in code.

mod event;
mod fragment;
mod import;
pub mod json;
mod meta;
mod reasons;
mod schema;
mod time;
mod value;

use serde::Serialize;

use crate::time::Stamp;

pub use event::Spelling;
pub use import::{CANDIDATES_MAX, Imported, Joined};
pub use meta::{
    CheckpointBody, ClockBody, CompressBody, FaultBody, FoldBody, FoldSource, ForeignBody, GapBody,
    HeaderBody, Life, LifeBody, Limits, OpenOperation, Previous, RollbackBody, StartBody,
    Supersedes, TreeBody,
};
pub use reasons::{Loss, Reasons};
pub use schema::SchemaBody;
pub use time::Times;

/// The version of the line format.
pub const FORMAT_VERSION: u32 = 1;

/// What stands in front of every line.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    pub seq: u64,
    pub at: Stamp,
    pub run: &'a str,
    pub synced: bool,
    /// What an imported event's line says of where it was told, spelled; nothing in all others.
    pub told: &'a [u8],
}

/// What a line says behind its envelope.
pub trait Body: Serialize {
    const KIND: &'static str;
}

impl Envelope<'_> {
    /// Appends the beginning of a line of this kind, up to where its body begins.
    fn write(&self, kind: &'static str, times: &mut Times, out: &mut Vec<u8>) {
        let Envelope { seq, at, run, synced, told } = *self;
        out.extend_from_slice(br#"{"v":"#);
        json::number(u64::from(FORMAT_VERSION), out);
        out.extend_from_slice(br#","kind":""#);
        out.extend_from_slice(kind.as_bytes());
        out.extend_from_slice(br#"","seq":"#);
        json::number(seq, out);
        out.extend_from_slice(br#","time":""#);
        times.write(at.unix_ns, out);
        out.extend_from_slice(br#"","run":""#);
        out.extend_from_slice(run.as_bytes());
        out.extend_from_slice(br#"","up_us":"#);
        json::number(at.up_ns / 1_000, out);
        let synced: &[u8] = if synced { b"true," } else { b"false," };
        out.extend_from_slice(br#","synced":"#);
        out.extend_from_slice(synced);
        out.extend_from_slice(told);
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
    times: &mut Times,
    out: &mut Vec<u8>,
) -> serde_json::Result<()> {
    let start = out.len();
    envelope.write(B::KIND, times, out);
    let body_at = out.len();
    if let Err(refused) = json::write(body, out) {
        out.truncate(start);
        return Err(refused);
    }
    // Of the body's own braces the first is the line's already.
    out.remove(body_at);
    out.push(b'\n');
    Ok(())
}
