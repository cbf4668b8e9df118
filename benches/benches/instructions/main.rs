//! How many instructions an event costs, counted by valgrind: the same on a busy machine as on a
//! quiet one, so that a change that makes the hot path longer is seen at once.
//!
//! `cargo bench -p audit-benches --bench instructions` needs valgrind and, of the version that
//! `Cargo.lock` has of gungraun, `gungraun-runner`; `.ci/run` installs it.
//!
//! Limits are what was measured and two to three percent. To bless a change that is worth its
//! instructions, or one that saves some, put what is measured then into the constants here. They
//! hold for the compiler that the workspace names, on x86_64: another spends other instructions.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run ends")]
#![expect(missing_docs, reason = "what the macros make has none")]

mod still;

use std::hint::black_box;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use audit_core::vocab::{ObjectId, UserName};
use audit_core::{
    AuditEvent, AuditValue,
    record::{EventRef, Record},
};
use audit_log::testing::Speller;
use audit_writer::storage::HangingStorage;
use audit_writer::{Evidence, Flood, Writer};
use gungraun::{
    Callgrind, EntryPoint, EventKind, LibraryBenchmarkConfig, library_benchmark,
    library_benchmark_group, main,
};

use crate::still::{NOON, StillClock};

/// What an event may cost the thread that emits it. Measured: 707.
const EMIT_MAX: u64 = 725;
/// Events in that measurement.
const EMITTED: u32 = 100;

/// What spelling its line may cost, once its schema is known. Measured: 2_088.
const FORMAT_MAX: u64 = 2_140;
/// Lines in that measurement.
const FORMATTED: u32 = 100;

/// What an event may cost all threads until its line is in the storage, without evidence: valgrind's
/// machine has no instructions for SHA-256, and spends 35_000 on what takes a device's a few hundred.
/// Measured: 4_471. Floods have no bound here, so that this one, which is denied, is not counted for them.
const WRITE_MAX: u64 = 4_580;
/// Events in that measurement: so many that starting and stopping weigh little, and fewer than the
/// channel holds.
const WRITTEN: u32 = 2_000;

#[derive(AuditValue)]
enum Refusal {
    BadPassword,
}

/// A login attempt was refused.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
struct LoginFailed<'a> {
    #[audit(actor(user))]
    user: UserName<'a>,
    #[audit(source(address))]
    from: SocketAddr,
    #[audit(object(id), object_type = "device")]
    device: ObjectId<'a>,
    #[audit(reason)]
    reason: Refusal,
    #[audit(disclose = "counter of the login throttle", class = "internal")]
    attempt: u32,
    remembered: bool,
    port: ObjectId<'a>,
}

fn login_failed(attempt: u32) -> LoginFailed<'static> {
    LoginFailed {
        user: UserName::new("alice").unwrap(),
        from: (Ipv4Addr::new(192, 0, 2, 17), 54321).into(),
        device: ObjectId::new("kvm-7").unwrap(),
        reason: Refusal::BadPassword,
        attempt,
        remembered: false,
        port: ObjectId::new("hdmi-1").unwrap(),
    }
}

/// A program's recorder whose writer thread is busy with a disk that does not answer: nothing is
/// taken out of the channel, nobody needs to be woken, and so each run counts the same.
fn busy_writer() -> (Writer, HangingStorage) {
    let storage = HangingStorage::default();
    let builder = Writer::builder_on(Arc::new(storage.clone())).clock(Arc::new(StillClock));
    let writer = builder.flood(Flood::UNBOUNDED).evidence(Evidence::Off).install().unwrap();
    storage.hang();
    login_failed(0).emit().unwrap();
    storage.wait_until_awaited();
    (writer, storage)
}

fn end((writer, storage): (Writer, HangingStorage)) {
    storage.answer();
    assert!(writer.shutdown().is_complete());
}

// What the emitting thread does for an event, the making of the event included.
#[library_benchmark(setup = busy_writer, teardown = end)]
#[bench::seven_fields()]
fn emit(held: (Writer, HangingStorage)) -> (Writer, HangingStorage) {
    for attempt in 0..EMITTED {
        black_box(login_failed(black_box(attempt)).emit()).unwrap();
    }
    held
}

type Spelled = (Speller, Record<[u8; 256]>, Vec<u8>);

fn record() -> Spelled {
    let event = login_failed(7);
    let record = EventRef::of(&event).encode([0; 256], None).unwrap();
    let mut speller = Speller::of(record.schema());
    let mut lines = Vec::with_capacity(64 * 1024);
    speller.line(NOON, &record, &mut lines).unwrap();
    (speller, record, lines)
}

// What the writer thread does to make a line of a record.
#[library_benchmark(setup = record)]
#[bench::seven_fields()]
fn format((mut speller, record, mut lines): Spelled) -> Spelled {
    for _ in 0..FORMATTED {
        speller.line(NOON, black_box(&record), &mut lines).unwrap();
    }
    (speller, record, lines)
}

// What the whole program does for an event, from its start to its end, lines in memory included.
#[library_benchmark]
#[bench::seven_fields()]
fn write() {
    let held = busy_writer();
    for attempt in 0..WRITTEN {
        login_failed(attempt).emit().unwrap();
    }
    end(held);
}

library_benchmark_group!(
    name = one_thread;
    config = at_most(EMIT_MAX * u64::from(EMITTED), EntryPoint::Default);
    benchmarks = emit
);

library_benchmark_group!(
    name = line;
    config = at_most(FORMAT_MAX * u64::from(FORMATTED), EntryPoint::Default);
    benchmarks = format
);

library_benchmark_group!(
    name = all_threads;
    config = at_most(WRITE_MAX * u64::from(WRITTEN), EntryPoint::None);
    benchmarks = write
);

fn at_most(instructions: u64, counted: EntryPoint) -> LibraryBenchmarkConfig {
    let mut callgrind = Callgrind::default();
    callgrind.hard_limits([(EventKind::Ir, instructions)]);
    callgrind.format([EventKind::Ir]).entry_point(counted);
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(callgrind);
    config
}

main!(library_benchmark_groups = [one_thread, line, all_threads]);
