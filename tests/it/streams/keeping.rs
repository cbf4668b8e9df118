//! What is kept of each stream, and what goes first.

use super::*;

/// Of so many bytes in segments of 8 KiB.
fn retention(total_bytes: u64, min_free_bytes: u64) -> Retention {
    Retention { total_bytes, min_free_bytes, ..Retention::default() }
}

#[test]
fn what_one_keeps_does_not_touch_another() {
    let log = Log::new();
    log.run(0, 3);
    let before = [Stream::Audit, Stream::Access].map(|stream| names_of(&log.files, stream).len());
    let small = retention(16 * 1024, 0);
    let builder = log.builder().retention_of(Stream::Application, small);
    let writer = builder.retention(retention(1 << 20, 0)).start().unwrap();
    for count in 3..500 {
        Retried { count }.to(&writer).emit().unwrap();
    }
    assert!(writer.shutdown().is_complete());
    let kept = log.counts(Stream::Application);
    assert!(kept[0] > 400, "{kept:?}");
    assert_eq!(kept.last(), Some(&499));
    for (stream, before) in [Stream::Audit, Stream::Access].into_iter().zip(before) {
        assert_eq!(log.counts(stream), [0, 1, 2]);
        assert_eq!(names_of(&log.files, stream).len(), before);
        assert_eq!(of_life(&log.lines(stream), "prune").len(), 0);
    }
    for stream in Stream::ALL {
        log.assert_intact(stream);
    }
}

#[test]
fn a_stream_must_be_allowed_a_segment() {
    let small = retention(4 * 1024, 0);
    let builder = || Log::new().builder();
    assert!(builder().retention_of(Stream::Access, small).start().is_err());
    let without = builder().streams([]).retention_of(Stream::Access, small);
    assert!(without.start().is_ok(), "the log has no such stream");
}

/// A writer of three streams, each of some 70 KiB, on a disk on which so much is free beyond what
/// should be, or less; and it starts, and looks ten times. The streams that were pruned for it.
fn pruned_where_there_is(spare_bytes: isize) -> Vec<Stream> {
    let log = Log::new();
    log.run(0, 200);
    let clock = Arc::new(audit_writer::testing::ManualClock::new(crate::kit::NOON));
    let keep = retention(128 * 1024, 1 << 20);
    log.files.fill_after((1_usize << 20).saturating_add_signed(spare_bytes));
    let writer = log.builder().clock(Arc::clone(&clock) as Arc<_>).retention(keep).start().unwrap();
    for _ in 0..10 {
        clock.advance(Duration::from_secs(1));
        writer.flush(LONG).unwrap();
    }
    assert!(writer.shutdown().is_complete());
    let is_pruned = |stream: &Stream| {
        let lines = log.lines(*stream);
        let lines = of_life(&lines, "prune");
        assert!(lines.iter().all(|line| text(line, "why") == Some("free_space")));
        !lines.is_empty()
    };
    Stream::ALL.into_iter().filter(is_pruned).collect()
}

#[test]
fn a_full_disk_takes_application_first_and_audit_last() {
    const KIB: isize = 1024;
    // A quarter of what it may have, 32 KiB, stays of each.
    assert_eq!(pruned_where_there_is(16 * KIB), [] as [Stream; 0]);
    assert_eq!(pruned_where_there_is(-8 * KIB), [Stream::Application]);
    assert_eq!(pruned_where_there_is(-32 * KIB), [Stream::Access, Stream::Application]);
    assert_eq!(pruned_where_there_is(-512 * KIB), Stream::ALL);
}

#[test]
fn one_that_is_turned_on_later_is_new_and_nothing_else() {
    let log = Log::new();
    log.run_with(&[], 0, 20);
    log.run(20, 40);
    for stream in [Stream::Access, Stream::Application] {
        assert_eq!(log.counts(stream), (20..40).collect::<Vec<_>>());
    }
    let id = |stream| text(&log.lines(stream)[0], "log").unwrap().to_owned();
    assert_eq!(id(Stream::Access), id(Stream::Audit));
    for stream in Stream::ALL {
        log.assert_intact(stream);
        let lines = log.lines(stream);
        assert!(of_life(&lines, "rekeyed").is_empty() && of_life(&lines, "rollback").is_empty());
    }
}

#[test]
fn one_whose_keys_nobody_drew_beforehand_is_new_all_the_same() {
    let mut log = Log::new();
    log.keys.remove("access.key").unwrap();
    log.run(0, 10);
    log.run(10, 20);
    let store = FileKeys::in_storage(Arc::new(log.keys.clone()));
    log.trust[1] = audit_writer::keys::verifier_key(&store, Stream::Access).unwrap().into();
    log.assert_intact(Stream::Access);
    assert!(of_life(&log.lines(Stream::Access), "rekeyed").is_empty());
}

#[test]
fn one_that_is_turned_off_stays_as_it_is_and_goes_on_when_it_is_on_again() {
    let log = Log::new();
    log.run(0, 20);
    let files = || -> Vec<(String, Vec<u8>)> {
        let names = names_of(&log.files, Stream::Access).into_iter();
        names.map(|name| (name.clone(), log.files.bytes(&name).unwrap())).collect()
    };
    let before = files();
    // Nothing is pruned of it, whatever is kept of the others.
    let little = log.builder().streams([]).retention(retention(16 * 1024, 0)).start().unwrap();
    for count in 20..200 {
        emit_into_each(&little, count);
    }
    assert!(little.shutdown().is_complete());
    assert_eq!(files(), before);
    assert_eq!(audit_log::Log::on(&log.files).streams().unwrap(), Stream::ALL);
    log.assert_intact(Stream::Access);
    log.run(200, 210);
    let counts: Vec<u64> = (0..20).chain(200..210).collect();
    assert_eq!(log.counts(Stream::Access), counts);
    for stream in Stream::ALL {
        log.assert_intact(stream);
    }
}
