//! The program whose disk loses power: it writes a log, says what it was acknowledged, and waits each
//! time until that was noted.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use audit_writer::clock::{Clock, Stamp, SystemClock};
use audit_writer::keys::{FileKeys, generate};
use audit_writer::{Builder, Compression, Durability, Retention, Rotation, Writer};
use data_encoding::BASE64;
use rustix::fs::{Mode, OFlags};

use crate::log::{Acknowledged, knocked, say};

/// Whoever waits longer waits for a writer that hangs.
const LONG: Duration = Duration::from_secs(60);
/// Segments are so small that a run has many.
const SEGMENT_BYTES: u64 = 4 * 1024;
/// Events of a run. The first of them has the run's number, times this, for its count.
const EVENTS: u32 = 20;

/// The machine's clocks, after it was started again.
#[derive(Debug)]
pub(crate) struct NextBoot;

impl Clock for NextBoot {
    fn now(&self) -> Stamp {
        SystemClock::new().now()
    }

    fn is_synced(&self) -> bool {
        SystemClock::new().is_synced()
    }

    fn boot_id(&self) -> String {
        "after-the-power-cut".to_owned()
    }
}

/// What a run is told.
pub(crate) fn builder(dir: &Path) -> Builder {
    let keep_all = Retention { total_bytes: u64::MAX / 2, ..Retention::default() };
    Writer::builder(dir)
        .rotation(Rotation { daily: true, segment_bytes: SEGMENT_BYTES })
        .retention(keep_all)
}

/// The kinds of run.
fn builder_of(number: u32, dir: &Path) -> Builder {
    let pruning = Retention { total_bytes: 20 * 1024, ..Retention::default() };
    match number % 4 {
        0 => builder(dir),
        1 => builder(dir).durability(Durability::Never).compression(Compression::Gzip),
        2 => builder(dir).durability(Durability::Never).clock(Arc::new(NextBoot)),
        _ => builder(dir).durability(Durability::EveryBatch).retention(pruning),
    }
}

/// Draws the log's keys before its first run.
pub(crate) fn draw_keys(dir: &Path) -> ExitCode {
    let key = generate(&FileKeys::of_log(dir).unwrap(), audit_core::Stream::Audit).unwrap();
    say(&format!("key {key}\n"));
    ExitCode::SUCCESS
}

/// A run. Every other one does not end in order.
pub(crate) fn run(dir: &Path, number: u32) -> ExitCode {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| disturb(dir.parent().unwrap(), &is_over));
        let emitted = scope.spawn(|| emit(dir, number)).join();
        is_over.store(true, Ordering::Release);
        emitted.unwrap();
    });
    ExitCode::SUCCESS
}

fn emit(dir: &Path, number: u32) {
    let writer = builder_of(number, dir).start().unwrap();
    let first = number * EVENTS;
    for count in first..first + EVENTS {
        let event = knocked(count);
        match count % 20 {
            3 | 7 | 13 | 17 => {
                let receipt = event.to(&writer).submit_durable().unwrap().wait_for(LONG).unwrap();
                Acknowledged { count: count.into(), seq: receipt.seq }.tell();
                wait_until_noted();
                tell_anchor(dir);
            }
            19 => {
                event.to(&writer).emit().unwrap();
                writer.flush(LONG).unwrap();
                tell_flushed(first, count);
            }
            _ => event.to(&writer).emit().unwrap(),
        }
        if count % 5 == 0 {
            std::thread::sleep(Duration::from_millis(u64::from(count % 12)));
        }
    }
    if number % 2 == 1 {
        std::process::exit(0);
    }
    assert!(writer.shutdown_within(LONG).is_complete());
    tell_flushed(first, first + EVENTS - 1);
}

/// All events from one count to another are on stable storage.
fn tell_flushed(from: u32, to: u32) {
    say(&format!("flushed {from} {to}\n"));
    wait_until_noted();
}

/// Somebody keeps the last checkpoint elsewhere.
fn tell_anchor(dir: &Path) {
    if let Ok(checkpoint) = std::fs::read(dir.join("audit.checkpoint")) {
        say(&format!("anchor {}\n", BASE64.encode(&checkpoint)));
        wait_until_noted();
    }
}

fn wait_until_noted() {
    std::io::stdin().read_exact(&mut [0]).unwrap();
}

/// What other programs do: so what the log did not ask to be synced yet gets to the disk in part, and
/// names before what they stand for.
fn disturb(dir: &Path, is_over: &AtomicBool) {
    let disk = rustix::fs::open(dir, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
    for n in 0_u64.. {
        if is_over.load(Ordering::Acquire) {
            return;
        }
        match n % 4 {
            0 => rustix::fs::syncfs(&disk).unwrap(),
            // The journal is written, and of the data only what it must not be ahead of.
            _ => {
                std::fs::write(dir.join("other"), n.to_string()).unwrap();
                rustix::fs::fsync(&disk).unwrap();
            }
        }
        std::thread::sleep(Duration::from_millis(10 + n * 17 % 31));
    }
}
