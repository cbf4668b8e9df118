//! A clock that is wrong: order is kept, nothing goes early, and no storm of segments.

use audit_log::storage::ReadStorage;
use std::time::Duration;

use audit_writer::clock::{Clock, Stamp};
use audit_writer::storage::MemoryStorage;
use audit_writer::testing::ManualClock;
use audit_writer::{Retention, Writer};

use crate::kit::{DAY, LONG, NOON, counts, door_opened, lines, number, of_life, text, writer_on};

const YEAR_2038_NS: i64 = 2_147_483_648_000_000_000;
const SECOND: Duration = Duration::from_secs(1);

/// Sets the calendar clock, and lets a second pass on the other one.
fn set(clock: &ManualClock, unix_ns: i64) {
    clock.set(Stamp { unix_ns, up_ns: clock.up_ns() + 1_000_000_000 });
}

/// Emits an event and waits until the writer has looked at the clock.
fn emit(writer: &Writer, clock: &ManualClock, count: u32) {
    door_opened(count).to(writer).emit().unwrap();
    writer.flush(LONG).unwrap();
    clock.advance(SECOND);
    writer.flush(LONG).unwrap();
}

fn segments(storage: &MemoryStorage) -> usize {
    storage.list().unwrap().iter().filter(|(name, _)| name.ends_with(".jsonl")).count()
}

#[test]
fn a_jump_is_recorded_and_the_order_stays() {
    let storage = MemoryStorage::new();
    let (builder, clock) = writer_on(&storage);
    let writer = builder.start().unwrap();
    emit(&writer, &clock, 0);
    for (count, unix_ns) in [(1, 5_000_000_000), (2, YEAR_2038_NS), (3, NOON.unix_ns)] {
        set(&clock, unix_ns);
        emit(&writer, &clock, count);
        clock.advance(Duration::from_secs(61)); // They are told once a minute.
        emit(&writer, &clock, 10 + count);
    }
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    assert_eq!(counts(&lines), [0, 1, 11, 2, 12, 3, 13]);
    let jumps = of_life(&lines, "clock");
    let to: Vec<&str> = jumps.iter().filter_map(|jump| text(jump, "to")?.get(..4)).collect();
    assert_eq!(to, ["1970", "2038", "2026"]);
}

/// They are told once a minute, and the run may end before that.
#[test]
fn a_run_that_ends_tells_of_its_last_jump() {
    let storage = MemoryStorage::new();
    let (builder, clock) = writer_on(&storage);
    let writer = builder.start().unwrap();
    for (count, unix_ns) in [(0, YEAR_2038_NS), (1, NOON.unix_ns)] {
        set(&clock, unix_ns);
        emit(&writer, &clock, count);
    }
    // Nobody looked at the clock since.
    set(&clock, 5_000_000_000);
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    let jumps = of_life(&lines, "clock");
    let to: Vec<&str> = jumps.iter().filter_map(|jump| text(jump, "to")?.get(..4)).collect();
    assert_eq!(to, ["2038", "1970"]);
    assert_eq!(number(jumps[1], "steps"), Some(2));
}

#[test]
fn a_clock_that_flaps_makes_no_storm_of_segments() {
    let storage = MemoryStorage::new();
    let (builder, clock) = writer_on(&storage);
    let writer = builder.start().unwrap();
    for count in 0..100 {
        set(&clock, if count % 2 == 0 { YEAR_2038_NS } else { NOON.unix_ns });
        emit(&writer, &clock, count);
    }
    assert!(writer.shutdown().is_complete());
    assert_eq!(counts(&lines(&storage)).len(), 100);
    assert_eq!(segments(&storage), 2);
}

#[test]
fn a_clock_that_runs_backwards_ends_no_segment_unless_it_is_right() {
    for synced in [false, true] {
        let storage = MemoryStorage::new();
        let (builder, clock) = writer_on(&storage);
        clock.set_synced(synced);
        let writer = builder.start().unwrap();
        set(&clock, 0);
        for count in 0..10 {
            emit(&writer, &clock, count);
        }
        assert!(writer.shutdown().is_complete());
        assert_eq!(segments(&storage), 1 + usize::from(synced));
    }
}

#[test]
fn a_start_in_the_past_is_recorded() {
    let storage = MemoryStorage::new();
    assert!(writer_on(&storage).0.start().unwrap().shutdown().is_complete());
    let (builder, clock) = writer_on(&storage);
    clock.set(Stamp { unix_ns: 7, up_ns: 9 });
    let writer = builder.start().unwrap();
    emit(&writer, &clock, 1);
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    let jump = of_life(&lines, "clock")[0];
    assert_eq!(text(jump, "from").and_then(|from| from.get(..10)), Some("2026-11-20"));
}

/// Writes for five days, sets the clock to 2038, and says how many days are left of the log a
/// second, an hour and two days later.
fn days_left(synced_then: bool) -> [usize; 3] {
    let storage = MemoryStorage::new();
    let (builder, clock) = writer_on(&storage);
    let writer = builder.start().unwrap();
    for day in 0..5 {
        emit(&writer, &clock, day);
        clock.advance(DAY);
    }
    clock.set_synced(synced_then);
    set(&clock, YEAR_2038_NS);
    [SECOND, Duration::from_secs(3700), 2 * DAY].map(|pass| {
        clock.advance(pass);
        emit(&writer, &clock, 100);
        clock.advance(SECOND);
        writer.flush(LONG).unwrap();
        counts(&lines(&storage)).iter().filter(|count| **count < 5).count()
    })
}

#[test]
fn a_clock_that_jumps_ahead_deletes_nothing_for_a_day() {
    // The last of them ended only when the clock had jumped.
    assert_eq!(days_left(true), [5, 5, 1]);
}

#[test]
fn a_clock_that_is_not_known_to_be_right_deletes_nothing() {
    assert_eq!(days_left(false), [5, 5, 5]);
}

#[test]
fn what_was_written_in_1970_is_not_56_years_old() {
    let storage = MemoryStorage::new();
    let (builder, clock) = writer_on(&storage);
    clock.set(Stamp { unix_ns: 0, up_ns: 0 });
    clock.set_synced(false);
    let writer = builder.start().unwrap();
    for day in 0..5 {
        emit(&writer, &clock, day);
        clock.advance(DAY);
    }
    clock.set_synced(true);
    set(&clock, NOON.unix_ns);
    emit(&writer, &clock, 5);
    let mut left = Vec::new();
    for _ in 0..3 {
        clock.advance(7 * DAY);
        emit(&writer, &clock, 100);
        left.push(counts(&lines(&storage)).iter().filter(|count| **count < 5).count());
    }
    assert!(writer.shutdown().is_complete());
    assert_eq!(left, [5, 5, 0]);
}

#[test]
fn a_disk_that_others_fill_takes_three_quarters_of_the_log_at_most() {
    let storage = MemoryStorage::new();
    let (builder, clock) = writer_on(&storage);
    let retention = Retention { min_free_bytes: 1 << 20, ..Retention::default() };
    let small = Retention { total_bytes: 40 * 1024, ..retention };
    let rotation = audit_writer::Rotation { daily: true, segment_bytes: 4096 };
    let writer = builder.rotation(rotation).retention(small).start().unwrap();
    for count in 0..200 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    writer.flush(LONG).unwrap();
    let before = segments(&storage);
    storage.fill_after(1 << 19); // Less than is to be free.
    emit(&writer, &clock, 200);
    emit(&writer, &clock, 201);
    let after: u64 = storage.list().unwrap().iter().map(|(_, bytes)| *bytes).sum();
    assert!(segments(&storage) < before);
    assert!((10 * 1024..16 * 1024).contains(&after), "{after}");
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    assert!(of_life(&lines, "prune").iter().any(|line| text(line, "why") == Some("free_space")));
}
