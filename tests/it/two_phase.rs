//! Operations in two phases: their beginning is on stable storage before they begin, and whatever
//! becomes of the program, their end is told or said to be unknown.

use std::time::Duration;

use audit_core::vocab::Version;
use audit_core::{AuditEvent, AuditValue, Awaited, EmitError, Outcome};
use audit_log::reader::{Json, Line};
use audit_writer::storage::{Call, MemoryStorage};
use audit_writer::{Rotation, Writer};

use crate::kit::{
    LONG, door_opened, lines, lost, number, of_kind, of_life, text, wait_until_it_writes, writer_on,
};

/// Why firmware was not written.
#[derive(AuditValue)]
enum FlashFault {
    Verify,
    PowerLow,
}

/// Firmware is written, or was.
#[must_use]
#[derive(AuditEvent)]
#[audit(action(success = "flash", failure = "flash_failed"), category = "maintenance", two_phase)]
#[audit(actor(service = "updater"), source(local = "updater"))]
#[audit(object(id = "firmware"), object_type = "image")]
struct Flashed<'a> {
    #[audit(outcome)]
    outcome: Awaited<FlashFault>,
    version: Version<'a>,
}

fn flashed() -> Flashed<'static> {
    Flashed { outcome: Awaited::new(), version: Version::new("2.1").unwrap() }
}

fn writer(storage: &MemoryStorage) -> Writer {
    writer_on(storage).0.retry_after(Duration::from_millis(1)).start().unwrap()
}

/// `phase outcome level action reason`, of each event line.
fn told(lines: &[Line]) -> Vec<String> {
    let keys = ["phase", "outcome", "level", "action", "reason"];
    let told = |line: &&Line| keys.map(|key| text(line, key).unwrap_or("-").to_owned()).join(" ");
    of_kind(lines, "event").iter().map(told).collect()
}

/// What the `interrupted` lines say: the number and run of the beginning, and the outcome.
fn interrupted(lines: &[Line]) -> Vec<(u64, String, &str)> {
    let told = |line: &&'_ Line| {
        let run = text(line, "begun_run").unwrap().to_owned();
        (number(line, "begun").unwrap(), run)
    };
    of_life(lines, "interrupted")
        .iter()
        .map(|line| {
            let (begun, run) = told(line);
            (begun, run, text(line, "outcome").unwrap())
        })
        .collect()
}

fn begun_of_interrupted(lines: &[Line]) -> Vec<u64> {
    interrupted(lines).into_iter().map(|(begun, ..)| begun).collect()
}

/// The beginnings that the last header lists as open.
fn open_in_last_header(lines: &[Line]) -> Vec<u64> {
    let header = *of_kind(lines, "header").last().unwrap();
    let open = header.member("open").and_then(Json::as_list).unwrap_or_default();
    open.iter().filter_map(|it| it.get("begun")?.as_u64()).collect()
}

#[test]
fn the_beginning_is_durable_and_the_end_points_to_it() {
    let storage = MemoryStorage::new();
    let writer = writer(&storage);
    let begun = flashed().to(&writer).begin().unwrap();
    assert_eq!(told(&lines(&storage.after_power_cut())), ["begun unknown info flash -"]);
    let seq = begun.receipt().seq;
    begun.finish(Outcome::Success).unwrap();
    let begun = flashed().to(&writer).begin().unwrap();
    let receipt = begun.finish_durable(Outcome::Failure(FlashFault::Verify)).unwrap();
    assert_eq!(lines(&storage.after_power_cut()).last().unwrap().seq, receipt.seq);
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    assert_eq!(
        told(&lines),
        [
            "begun unknown info flash -",
            "ended success info flash -",
            "begun unknown info flash -",
            "ended failure error flash_failed verify",
        ]
    );
    let events = of_kind(&lines, "event");
    assert_eq!((events[0].seq, number(events[1], "begun")), (seq, Some(seq)));
    assert_eq!(number(events[0], "begun"), None);
    assert_eq!(number(events[3], "begun"), Some(events[2].seq));
}

#[test]
fn what_is_let_go_of_is_recorded_as_abandoned() {
    let storage = MemoryStorage::new();
    let writer = writer(&storage);
    drop(flashed().to(&writer).begin().unwrap());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _begun = flashed().to(&writer).begin().unwrap();
        panic!("in the middle");
    }));
    assert!(panicked.is_err());
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    let both = ["begun unknown info flash -", "abandoned unknown warn flash -"];
    assert_eq!(told(&lines), [both, both].concat());
    assert_eq!(number(of_kind(&lines, "event")[1], "begun"), Some(of_kind(&lines, "event")[0].seq));
    assert!(interrupted(&after_one_more_run(&storage)).is_empty());
}

/// The lines after another run that does nothing.
fn after_one_more_run(storage: &MemoryStorage) -> Vec<Line> {
    assert!(writer(storage).shutdown().is_complete());
    lines(storage)
}

#[test]
fn after_a_crash_the_next_run_says_once_that_the_outcome_is_unknown() {
    let storage = MemoryStorage::new();
    let first = writer(&storage);
    flashed().to(&first).begin().unwrap().finish(Outcome::Success).unwrap();
    let open = flashed().to(&first).begin().unwrap();
    let also_open = flashed().to(&first).begin().unwrap();
    let found = storage.after_power_cut();
    let run = lines(&found)[0].run.as_deref().unwrap().to_owned();
    let told =
        [open.receipt().seq, also_open.receipt().seq].map(|seq| (seq, run.clone(), "unknown"));
    assert_eq!(interrupted(&after_one_more_run(&found)), told);
    assert_eq!(interrupted(&after_one_more_run(&found)), told, "and not once more");
}

#[test]
fn an_operation_stays_open_over_rotations() {
    let storage = MemoryStorage::new();
    let small = Rotation { daily: true, segment_bytes: 4096 };
    let writer = writer_on(&storage).0.rotation(small).start().unwrap();
    let open = flashed().to(&writer).begin().unwrap();
    for count in 0..40 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    writer.flush(LONG).unwrap();
    let seq = open.receipt().seq;
    let found = storage.after_power_cut();
    assert!(of_kind(&lines(&found), "header").len() > 3);
    assert_eq!(open_in_last_header(&lines(&found)), [seq]);
    assert_eq!(begun_of_interrupted(&after_one_more_run(&found)), [seq]);

    open.finish(Outcome::Success).unwrap();
    for count in 0..40 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    assert!(writer.shutdown().is_complete());
    assert!(open_in_last_header(&lines(&storage)).is_empty());
    assert!(interrupted(&after_one_more_run(&storage)).is_empty());
}

#[test]
fn an_end_that_did_not_reach_the_disk_reaches_the_next_segment() {
    let storage = MemoryStorage::new();
    let writer = writer(&storage);
    let open = flashed().to(&writer).begin().unwrap();
    storage.fill_after(0);
    open.finish(Outcome::Success).unwrap();
    assert!(writer.flush(LONG).is_err());
    assert!(open_in_last_header(&lines(&storage)).is_empty());
    storage.heal();
    wait_until_it_writes(&writer);
    assert!(writer.shutdown().is_complete());
    let lines = after_one_more_run(&storage);
    assert_eq!(lost(&lines), 0);
    assert!(begun_of_interrupted(&lines).is_empty());
}

#[test]
fn without_a_durable_beginning_there_is_no_operation() {
    let storage = MemoryStorage::new();
    let writer = writer(&storage);
    // More often than operations may be open: those that did not begin take no place.
    for _ in 0..70 {
        storage.refuse(Call::Sync);
        assert_eq!(flashed().to(&writer).begin().unwrap_err(), EmitError::NotDurable);
        storage.heal();
        wait_until_it_writes(&writer);
    }
    flashed().to(&writer).begin().unwrap().finish(Outcome::Failure(FlashFault::PowerLow)).unwrap();
    assert!(writer.shutdown().is_complete());
    let lines = after_one_more_run(&storage);
    let begun: Vec<u64> = of_kind(&lines, "event").iter().map(|line| line.seq).collect();
    let not_begun: Vec<u64> =
        of_life(&lines, "not_begun").iter().filter_map(|line| number(line, "begun")).collect();
    assert_eq!(not_begun, begun[..70]);
    assert!(begun_of_interrupted(&lines).is_empty());
}

#[test]
fn so_many_operations_are_open_at_a_time_and_no_more() {
    let storage = MemoryStorage::new();
    let writer = writer(&storage);
    let mut open: Vec<_> = (0..64).map(|_| flashed().to(&writer).begin().unwrap()).collect();
    assert_eq!(flashed().to(&writer).begin().unwrap_err(), EmitError::NotDurable);
    open.pop().unwrap().finish(Outcome::Success).unwrap();
    open.push(flashed().to(&writer).begin().unwrap());
    let found = storage.after_power_cut();
    assert_eq!(interrupted(&after_one_more_run(&found)).len(), 64);
    drop(open);
    assert!(writer.shutdown().is_complete());
    assert_eq!(lost(&lines(&storage)), 1);
}
