//! What a line looks like: `docs/format.md` in code.

mod event;
mod house;
pub(crate) mod json;
mod schema;

use serde::Serialize;

use crate::clock::{Rfc3339, Stamp};

pub(crate) use event::EventBody;
pub(crate) use house::{
    FaultBody, GapBody, HeaderBody, Life, LifeBody, Limits, OpenOperation, Previous,
};
pub(crate) use schema::SchemaBody;

/// The version of the line format.
pub const FORMAT_VERSION: u32 = 1;

/// What stands in front of every line.
#[derive(Clone, Copy)]
pub(crate) struct Envelope<'a> {
    pub(crate) seq: u64,
    pub(crate) at: Stamp,
    pub(crate) run: &'a str,
    pub(crate) synced: bool,
}

/// What a line says behind its envelope.
pub(crate) trait Body: Serialize {
    const KIND: &'static str;
}

#[derive(Serialize)]
struct Line<'a, B> {
    v: u32,
    kind: &'static str,
    seq: u64,
    time: Rfc3339,
    run: &'a str,
    up_us: u64,
    synced: bool,
    #[serde(flatten)]
    body: &'a B,
}

/// Appends a whole line, its newline included, to `out`; leaves `out` as it was on an error.
///
/// # Errors
///
/// Only what the body refuses.
pub(crate) fn write<B: Body>(
    envelope: Envelope<'_>,
    body: &B,
    out: &mut Vec<u8>,
) -> serde_json::Result<()> {
    let Envelope { seq, at, run, synced } = envelope;
    let line = Line {
        v: FORMAT_VERSION,
        kind: B::KIND,
        seq,
        time: at.rfc3339(),
        run,
        up_us: at.up_us,
        synced,
        body,
    };
    let start = out.len();
    let written = json::write(&line, out);
    match written {
        Ok(()) => out.push(b'\n'),
        Err(_) => out.truncate(start),
    }
    written
}
