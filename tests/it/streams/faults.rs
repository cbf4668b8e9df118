//! What happens to one stream's files takes nothing from another.

use audit_writer::storage::{FaultPlan, Injected};

use super::*;
use crate::kit::wait_until_it_writes;

#[test]
fn foreign_hands_on_one() {
    let log = Log::new();
    let writer = log.builder().start().unwrap();
    emit_into_each(&writer, 0);
    writer.flush(LONG).unwrap();
    log.files.remove("access.jsonl").unwrap();
    emit_into_each(&writer, 1);
    let awaited = Came { count: 2 }.to(&writer).submit_durable().unwrap().wait_for(LONG);
    assert_eq!(awaited, Err(EmitError::NotDurable));
    wait_until_it_writes(&writer);
    emit_into_each(&writer, 3);
    let report = writer.shutdown();
    assert!(report.is_complete(), "{report}");
    for stream in [Stream::Audit, Stream::Application] {
        assert_eq!(log.counts(stream), [0, 1, 3]);
        assert!(of_life(&log.lines(stream), "foreign").is_empty());
        log.assert_intact(stream);
    }
    // What was acknowledged and removed is gone, and nothing else.
    let kept = audit_log::Log::on(&log.files).stream(Stream::Access).lines().unwrap();
    let lines: Vec<Line> = kept.filter_map(|(_, line)| line.ok()).collect();
    assert_eq!(counts(&lines), [1, 2, 3]);
    assert_eq!(text(of_life(&lines, "foreign")[0], "tampering"), Some("removed"));
}

/// A sync that fails, of whichever stream: what waits is told so, in each, and nothing is lost.
#[test]
fn a_sync_that_fails() {
    for nth in 1..=6 {
        let log = Log::new();
        let writer = log.builder().evidence(Evidence::Off).start().unwrap();
        let fault = Injected::Error(5);
        log.files.plan(FaultPlan { call: Call::Sync, nth, fault, for_good: false });
        let mut waiting = Vec::new();
        for count in 0..4 {
            waiting.push(door_opened(count).to(&writer).submit_durable());
            waiting.push(Came { count }.to(&writer).submit_durable());
            waiting.push(Retried { count }.to(&writer).submit_durable());
            let acknowledged = waiting.drain(..).flatten().map(|pending| pending.wait_for(LONG));
            for answer in acknowledged {
                assert!(matches!(answer, Ok(_) | Err(EmitError::NotDurable)), "{answer:?}");
            }
            wait_until_it_writes(&writer);
        }
        let report = writer.shutdown();
        assert!(report.is_complete(), "{report}");
        let faults = |stream| of_life(&log.lines(stream), "fault").len();
        assert_eq!(Stream::ALL.map(faults).iter().sum::<usize>(), 1, "{nth}");
        let written: usize = Stream::ALL.map(|stream| log.counts(stream).len()).iter().sum();
        assert_eq!(written as u64, report.stats.accepted);
    }
}

#[test]
fn after_a_kill_each_goes_on() {
    let log = Log::new();
    let writer = log.builder().start().unwrap();
    for count in 0..30 {
        emit_into_each(&writer, count);
    }
    writer.flush(LONG).unwrap();
    let (files, keys) = (log.files.after_kill(), log.keys.after_kill());
    drop(writer);
    let log = Log { files, keys, trust: log.trust };
    for stream in Stream::ALL {
        let report = log.report(stream);
        assert_eq!(report.findings, [], "{}", stream.name());
    }
    log.run(30, 40);
    for stream in Stream::ALL {
        assert_eq!(log.counts(stream), (0..40).collect::<Vec<_>>());
        log.assert_intact(stream);
    }
}
