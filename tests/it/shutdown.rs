//! Shutting down: everything that was accepted is written, within a bound, and nothing is accepted
//! after.

use std::sync::Arc;
use std::time::Duration;

use audit_core::EmitError;
use audit_writer::storage::{HangingStorage, MemoryStorage};
use audit_writer::{Overflow, Writer};

use crate::kit::{LONG, counts, door_opened, lines, of_life, writer_on};

/// Emits until the writer closes; how many were accepted.
fn emit_until_closed(writer: &Writer, from: u32, sent: &std::sync::mpsc::Sender<()>) -> u32 {
    for count in from.. {
        match door_opened(count).to(writer).emit() {
            Ok(()) => {}
            Err(error) => {
                assert_eq!(error, EmitError::Closed);
                return count - from;
            }
        }
        sent.send(()).unwrap_or_default(); // The receiver has seen enough.
    }
    unreachable!("the writer closes before the numbers end")
}

/// How many events of four threads were accepted until the writer closed.
fn close_while_others_emit() -> (u64, u64) {
    const APART: u32 = 1 << 28;
    let storage = MemoryStorage::new();
    // Nothing is lost in a full channel, so that what is missing is the closing's fault.
    let overflow = Overflow::Block { at_most: LONG };
    let writer = writer_on(&storage).0.overflow(overflow).start().unwrap();
    let (report, accepted) = std::thread::scope(|scope| {
        let (sent, start) = std::sync::mpsc::channel();
        let emit = |n: u32| {
            let (writer, sent) = (&writer, sent.clone());
            scope.spawn(move || (n * APART, emit_until_closed(writer, n * APART, &sent)))
        };
        let emitters = [0, 1, 2, 3].map(emit);
        start.iter().take(100).for_each(drop);
        let report = writer.close_within(LONG);
        drop(start);
        (report, emitters.map(|emitter| emitter.join().unwrap()))
    });
    assert!(report.is_complete(), "{report}");
    let lines = lines(&storage);
    assert_eq!(lines.last().map(|line| line.kind.as_str()), Some("lifecycle"));
    let mut written = counts(&lines);
    written.sort_unstable();
    assert_eq!(written.len() as u64 + report.stats.lost, report.stats.accepted);
    for (from, count) in accepted {
        let all = u64::from(from)..u64::from(from + count);
        assert!(all.into_iter().all(|count| written.binary_search(&count).is_ok()), "{from}");
    }
    let accepted = accepted.iter().map(|(_, count)| u64::from(*count)).sum();
    (accepted, report.stats.accepted)
}

#[test]
fn what_was_accepted_while_others_still_emit_is_written() {
    for _ in 0..50 {
        let (accepted, counted) = close_while_others_emit();
        // A thread that comes as late as the last look may be refused and yet be written: one event
        // of each, at the most.
        assert!((accepted..=accepted + 4).contains(&counted), "{accepted} {counted}");
    }
}

#[test]
fn dropping_the_writer_ends_the_run_in_order() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.start().unwrap();
    for count in 0..100 {
        door_opened(count).to(&writer).emit().unwrap();
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
        door_opened(count).to(&writer).emit().unwrap();
    }
    assert_eq!(writer.flush(Duration::from_millis(50)), Err(EmitError::TimedOut));
    let report = writer.shutdown_within(Duration::from_millis(50));
    assert!(!report.is_complete(), "{report}");
    assert!(!report.durable);
    storage.answer();
}
