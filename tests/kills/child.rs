//! The program that is killed: two threads emit until then, each event with a count, of which one
//! thread has the even and the other the odd ones. In a log of two streams these are in `access`.

use std::path::Path;
use std::time::Duration;

use audit_core::{AuditEvent, EmitError, Pending, Stream};
use audit_writer::{Compression, Retention, Rotation, Writer};

use crate::log::{Acknowledged, knocked};

/// Segments are so small that a run of a few milliseconds fills some.
const SEGMENT_BYTES: u64 = 16 * 1024;
/// Whoever waits longer waits for a writer that hangs.
const LONG: Duration = Duration::from_secs(60);
/// So many events of a thread are waited for by nobody, before one that is.
const PLAIN: u32 = 7;

/// Somebody came in.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "come", category = "door", outcome = "success", stream = "access")]
#[audit(none(actor = "a", object = "c"), source(local = "front"))]
struct Entered {
    #[audit(disclose = "counts the test's events", class = "public")]
    count: u32,
}

/// Whether the log is one of two streams: whoever made its directory drew keys for both.
pub(crate) fn is_in_streams(dir: &Path) -> bool {
    dir.join("keys/access.key").exists()
}

pub(crate) fn open(dir: &Path) -> Writer {
    let keep_all = Retention { total_bytes: u64::MAX / 2, ..Retention::default() };
    // Every other process; so one goes on with what another left half compressed.
    let compression = match std::process::id().is_multiple_of(2) {
        true => Compression::Gzip,
        false => Compression::None,
    };
    Writer::builder(dir)
        .streams(is_in_streams(dir).then_some(Stream::Access))
        .compression(compression)
        .rotation(Rotation { daily: true, segment_bytes: SEGMENT_BYTES })
        .retention(keep_all)
        .start()
        .unwrap()
}

pub(crate) fn run(dir: &Path) {
    let writer = &open(dir);
    std::thread::scope(|scope| {
        for first in 0..2 {
            scope.spawn(move || emit(writer, first));
        }
    });
}

/// Emits until the program is killed, or its parent does not listen any more.
fn emit(writer: &Writer, first: u32) {
    for (n, count) in (first..).step_by(2).enumerate() {
        if !n.is_multiple_of(PLAIN as usize + 1) {
            match count % 2 {
                0 => knocked(count).to(writer).emit().unwrap(),
                _ => Entered { count }.to(writer).emit().unwrap(),
            }
            continue;
        }
        let receipt = submit_durable(writer, count).unwrap().wait_for(LONG).unwrap();
        Acknowledged { count: count.into(), seq: receipt.seq }.tell();
    }
}

fn submit_durable(writer: &Writer, count: u32) -> Result<Pending, EmitError> {
    match count % 2 {
        0 => knocked(count).to(writer).submit_durable(),
        _ => Entered { count }.to(writer).submit_durable(),
    }
}
