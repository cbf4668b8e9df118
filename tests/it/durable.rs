//! `Ok` of a durable emission means that the line survives a power cut at that moment.

use audit_core::EmitError;
use audit_writer::Durability;
use audit_writer::storage::{Call, MemoryStorage};

use crate::kit::{LONG, counts, door_opened, lines, wait_until_it_writes, writer_on};

fn check(durability: Durability) {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.durability(durability).start().unwrap();
    for count in 0..50 {
        let receipt =
            door_opened(count).to(&writer).submit_durable().unwrap().wait_for(LONG).unwrap();
        let left = lines(&storage.after_power_cut());
        assert_eq!(counts(&left), (0..=u64::from(count)).collect::<Vec<_>>());
        assert_eq!(left.last().map(|line| line.seq), Some(receipt.seq));
    }
    drop(writer);
}

#[test]
fn a_receipt_survives_a_power_cut_under_every_durability() {
    check(Durability::EveryBatch);
    check(Durability::Interval(LONG));
    check(Durability::Never);
}

#[test]
fn a_flush_makes_everything_before_it_durable() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.durability(Durability::Never).start().unwrap();
    for count in 0..50 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    writer.flush(LONG).unwrap();
    assert_eq!(counts(&lines(&storage.after_power_cut())).len(), 50);
}

#[test]
fn the_line_that_begins_a_run_is_durable_before_the_first_event() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.durability(Durability::Never).start().unwrap();
    let left = lines(&storage.after_power_cut());
    assert_eq!(
        left.iter().map(|line| line.kind.as_str()).collect::<Vec<_>>(),
        ["header", "lifecycle"]
    );
    drop(writer);
}

#[test]
fn a_failed_sync_is_never_acknowledged() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    storage.refuse(Call::Sync);
    let pending = door_opened(1).to(&writer).submit_durable().unwrap();
    assert_eq!(pending.wait_for(LONG), Err(EmitError::NotDurable));
    storage.heal();
    wait_until_it_writes(&writer);
    // The writer goes on, in a new segment.
    let receipt = door_opened(2).to(&writer).submit_durable().unwrap().wait_for(LONG);
    assert!(receipt.is_ok(), "{receipt:?}");
    assert!(writer.shutdown().is_complete());
}

#[test]
fn one_thread_s_events_keep_their_order_over_many_batches() {
    let storage = MemoryStorage::new();
    let overflow = audit_writer::Overflow::Block { at_most: LONG };
    let writer = writer_on(&storage).0.overflow(overflow).start().unwrap();
    for count in 0..20_000 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    assert!(writer.shutdown().is_complete());
    assert_eq!(counts(&lines(&storage)), (0..20_000).collect::<Vec<_>>());
}

#[test]
fn more_than_can_be_kept_is_synced() {
    let storage = MemoryStorage::new();
    let overflow = audit_writer::Overflow::Block { at_most: LONG };
    let durability = Durability::Interval(LONG);
    let writer = writer_on(&storage).0.overflow(overflow).durability(durability).start().unwrap();
    let syncs = storage.calls(Call::Sync);
    for count in 0..30_000 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    while writer.stats().written < 25_000 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    // 25,000 lines have more than 4 MiB, and 2 are kept at the most.
    assert!(storage.calls(Call::Sync) >= syncs + 2);
    assert!(writer.shutdown().is_complete());
}
