//! The program that the system fails.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use audit_writer::{Compression, Rotation, ShutdownReport, Writer};

use crate::log::{Acknowledged, knocked, say};

/// Whoever waits longer waits for a writer that hangs.
const LONG: Duration = Duration::from_secs(60);
/// What a writer does that failed once is done again soon.
const RETRY_AFTER: Duration = Duration::from_millis(10);
/// Events that are waited for, and before each of them those that are not.
const DURABLE: u32 = 12;
const PLAIN: u32 = 10;

/// Starts a writer, which can be refused, with segments of so many bytes.
pub(crate) fn open(
    dir: &Path,
    segment_bytes: u64,
    compression: Compression,
) -> Result<Writer, audit_writer::Error> {
    Writer::builder(dir)
        .compression(compression)
        .rotation(Rotation { daily: true, segment_bytes })
        .retry_after(RETRY_AFTER)
        .start()
}

/// Emits all the while, and ends in order.
pub(crate) fn emit_all(dir: &Path, compression: Compression) -> ExitCode {
    // Segments are so small that a run has many.
    let writer = match open(dir, 4 * 1024, compression) {
        Ok(writer) => writer,
        Err(error) => {
            say(&format!("not started: {error}\n"));
            return ExitCode::SUCCESS;
        }
    };
    for n in 0..DURABLE {
        emit_plain(&writer, n * (PLAIN + 1));
        emit_durable(&writer, n * (PLAIN + 1) + PLAIN);
    }
    end(writer)
}

/// Emits until the disk is full and a little more, waits until there is room, and goes on.
pub(crate) fn fill(dir: &Path) -> ExitCode {
    let writer = open(dir, 1024 * 1024, Compression::None).unwrap();
    let mut count = 0;
    let mut emit = || {
        emit_plain(&writer, count);
        count += PLAIN + 1;
        emit_durable(&writer, count - 1)
    };
    while emit() {}
    emit_plain(&writer, 1_000_000);
    say("full\n");
    // The end of the input says that there is room.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    wait_until_it_writes(&writer);
    for _ in 0..3 {
        assert!(emit(), "there is room");
    }
    end(writer)
}

fn emit_plain(writer: &Writer, first: u32) {
    for count in first..first + PLAIN {
        knocked(count).to(writer).emit().unwrap();
    }
}

/// Whether the event was acknowledged.
fn emit_durable(writer: &Writer, count: u32) -> bool {
    match knocked(count).to(writer).submit_durable().and_then(|pending| pending.wait_for(LONG)) {
        Ok(receipt) => Acknowledged { count: count.into(), seq: receipt.seq }.tell(),
        Err(error) => {
            say(&format!("refused {count} {error:?}\n"));
            // Else all that is left would be emitted before it is tried again.
            std::thread::sleep(RETRY_AFTER / 2);
            return false;
        }
    }
    true
}

fn wait_until_it_writes(writer: &Writer) {
    for _ in 0..6000 {
        if writer.flush(LONG).is_ok() {
            return;
        }
        std::thread::sleep(RETRY_AFTER);
    }
    panic!("the writer does not go on");
}

fn end(writer: Writer) -> ExitCode {
    wait_until_it_writes(&writer);
    let ShutdownReport { stats, durable } = writer.shutdown_within(LONG);
    let (accepted, written) = (stats.accepted, stats.written);
    say(&format!("report {accepted} {written} {} {} {durable}\n", stats.folded, stats.lost));
    ExitCode::SUCCESS
}
