//! Shutting down: everything that was accepted is written, within a bound, and nothing is accepted
//! after.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use audit_core::EmitError;
use audit_writer::Writer;
use audit_writer::storage::MemoryStorage;

use crate::kit::{HangingStorage, LONG, counts, door_opened, lines, of_life, writer_on};

#[test]
fn what_was_accepted_while_others_still_emit_is_written() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    let accepted = AtomicU64::new(0);
    let report = std::thread::scope(|scope| {
        let (sent, start) = std::sync::mpsc::channel();
        let emitters: Vec<_> = (0..4)
            .map(|_| {
                let (writer, accepted, sent) = (&writer, &accepted, sent.clone());
                scope.spawn(move || {
                    for count in 0.. {
                        match door_opened(count).emit_to(writer) {
                            Ok(()) => accepted.fetch_add(1, Ordering::SeqCst),
                            Err(error) => return error,
                        };
                        sent.send(()).unwrap_or_default(); // The receiver has seen enough.
                    }
                    unreachable!("the writer closes before the numbers end")
                })
            })
            .collect();
        start.iter().take(100).for_each(drop);
        let report = writer.close_within(LONG);
        drop(start);
        for emitter in emitters {
            assert_eq!(emitter.join().unwrap(), EmitError::Closed);
        }
        report
    });
    assert!(report.is_complete(), "{report}");
    let report = report.stats;
    assert_eq!(report.accepted, accepted.load(Ordering::SeqCst));
    let lines = lines(&storage);
    assert_eq!(counts(&lines).len() as u64 + report.lost, report.accepted);
    assert_eq!(lines.last().map(|line| line.kind.as_str()), Some("life"));
}

#[test]
fn dropping_the_writer_ends_the_run_in_order() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    for count in 0..100 {
        door_opened(count).emit_to(&writer).unwrap();
    }
    drop(writer);
    let lines = lines(&storage.after_power_cut());
    assert_eq!(counts(&lines).len(), 100);
    assert_eq!(of_life(&lines, "stop").len(), 1);
    // The directory is free again.
    assert!(writer_on(&storage).0.start().unwrap().shutdown().is_complete());
}

#[test]
fn a_hung_disk_does_not_hang_the_program() {
    let storage = HangingStorage::default();
    let writer = Writer::builder_on(Arc::new(storage.clone())).start().unwrap();
    storage.hang();
    for count in 0..5 {
        door_opened(count).emit_to(&writer).unwrap();
    }
    assert_eq!(writer.flush(Duration::from_millis(50)), Err(EmitError::TimedOut));
    let report = writer.shutdown_within(Duration::from_millis(50));
    assert!(!report.is_complete(), "{report}");
    assert!(!report.durable);
    storage.answer();
}
