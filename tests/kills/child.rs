//! The program that is killed: two threads emit until then, each event with a count, of which one
//! thread has the even and the other the odd ones.

use std::path::Path;
use std::time::Duration;

use audit_writer::{Compression, Retention, Rotation, Writer};

use crate::log::{Acknowledged, knocked};

/// Segments are so small that a run of a few milliseconds fills some.
const SEGMENT_BYTES: u64 = 16 * 1024;
/// Whoever waits longer waits for a writer that hangs.
const LONG: Duration = Duration::from_secs(60);
/// So many events of a thread are waited for by nobody, before one that is.
const PLAIN: u32 = 7;

pub(crate) fn open(dir: &Path) -> Writer {
    let keep_all = Retention { total_bytes: u64::MAX / 2, ..Retention::default() };
    // Every other process; so one goes on with what another left half compressed.
    let compression = match std::process::id().is_multiple_of(2) {
        true => Compression::Gzip,
        false => Compression::None,
    };
    Writer::builder(dir)
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
            knocked(count).emit_to(writer).unwrap();
            continue;
        }
        let receipt = knocked(count).begin_durable_to(writer).unwrap().wait_for(LONG).unwrap();
        Acknowledged { count: count.into(), seq: receipt.seq }.tell();
    }
}
