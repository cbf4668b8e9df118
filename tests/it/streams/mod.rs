//! Three independent logs in one directory: each event in its own, each with numbers, files, keys
//! and faults of its own.

mod evidence;
mod faults;
mod keeping;

use audit_log::storage::ReadStorage;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use audit_core::{AuditEvent, AuditValue, EmitError, Outcome, Recorder, Stream};
use audit_core::{Awaited, vocab::Version};
use audit_log::reader::{Json, Line};
use audit_log::verify::{Report, Trust};
use audit_writer::keys::{FileKeys, generate};
use audit_writer::storage::{Call, MemoryStorage, Storage};
use audit_writer::{Builder, Durability, Evidence, Retention, Rotation, Stats, Writer};

use crate::kit::{
    LONG, counts, door_opened, lines_of, lost, number, of_kind, of_life, text, writer_on,
};

/// Somebody came in.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "come", category = "session", outcome = "success", stream = "access")]
#[audit(none(actor = "a", source = "b", object = "c"))]
pub struct Came {
    #[audit(disclose = "counts the test's events", class = "public")]
    pub count: u32,
}

/// The program tried again.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "retry", category = "connector", outcome = "success", stream = "application")]
#[audit(none(actor = "a", source = "b", object = "c"))]
pub struct Retried {
    #[audit(disclose = "counts the test's events", class = "public")]
    pub count: u32,
}

/// Why nobody came in.
#[derive(AuditValue)]
pub enum Refusal {
    Locked,
}

/// Somebody was not let in.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "come", category = "session", outcome = "denied", stream = "access")]
#[audit(none(actor = "a", object = "c"))]
struct KeptOut {
    #[audit(source(address))]
    from: IpAddr,
    #[audit(reason)]
    why: Refusal,
}

/// Somebody is let through a lock, or was.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "pass", category = "session", two_phase, stream = "access")]
#[audit(none(actor = "a", source = "b", object = "c"))]
struct Passed<'a> {
    #[audit(outcome)]
    outcome: Awaited<Refusal>,
    version: Version<'a>,
}

fn passed() -> Passed<'static> {
    Passed { outcome: Awaited::new(), version: Version::new("1").unwrap() }
}

/// Emits one event into each stream, all with this count.
fn emit_into_each(writer: &Writer, count: u32) {
    door_opened(count).to(writer).emit().unwrap();
    Came { count }.to(writer).emit().unwrap();
    Retried { count }.to(writer).emit().unwrap();
}

/// A log of all streams, its keys apart, and what an auditor kept of each stream.
struct Log {
    files: MemoryStorage,
    keys: MemoryStorage,
    trust: [Trust; 3],
}

impl Log {
    /// With keys that were drawn for each stream before the first start.
    fn new() -> Log {
        let (files, keys) = (MemoryStorage::new(), MemoryStorage::new());
        let store = FileKeys::in_storage(Arc::new(keys.clone()));
        let trust = Stream::ALL.map(|stream| Trust::in_key(generate(&store, stream).unwrap()));
        Log { files, keys, trust }
    }

    fn builder(&self) -> Builder {
        let keys = FileKeys::in_storage(Arc::new(self.keys.clone()));
        writer_on(&self.files)
            .0
            .evidence(Evidence::Signed)
            .keys(Arc::new(keys))
            .streams(Stream::ALL)
            .rotation(Rotation { daily: true, segment_bytes: 8 * 1024 })
            .retry_after(Duration::from_millis(1))
    }

    /// A run of so many events in each stream.
    fn run(&self, from: u32, to: u32) {
        self.run_with(&[Stream::Access, Stream::Application], from, to);
    }

    /// The same, where the log has these streams beside `audit`.
    fn run_with(&self, streams: &[Stream], from: u32, to: u32) {
        let writer = self.builder().streams(streams.iter().copied()).start().unwrap();
        for count in from..to {
            emit_into_each(&writer, count);
        }
        let report = writer.shutdown();
        assert!(report.is_complete(), "{report}");
    }

    fn trust(&self, stream: Stream) -> &Trust {
        let at = Stream::ALL.iter().position(|other| *other == stream).unwrap();
        &self.trust[at]
    }

    fn report(&self, stream: Stream) -> Report {
        audit_log::Log::on(&self.files).stream(stream).verify(self.trust(stream)).unwrap()
    }

    /// Nothing is amiss with this stream.
    fn assert_intact(&self, stream: Stream) {
        let report = self.report(stream);
        assert!(report.is_intact() && report.authenticated, "{}: {report}", stream.name());
        assert_eq!(report.findings, []);
    }

    fn lines(&self, stream: Stream) -> Vec<Line> {
        lines_of(&self.files, stream)
    }

    fn counts(&self, stream: Stream) -> Vec<u64> {
        counts(&self.lines(stream))
    }
}

/// The names of the files that belong to a stream.
fn names_of(storage: &MemoryStorage, stream: Stream) -> Vec<String> {
    let names = storage.list().unwrap().into_iter().map(|(name, _)| name);
    let is_of = |name: &String| {
        let rest = name.strip_prefix(stream.name());
        rest.is_some_and(|rest| rest.starts_with(['.', '-']))
    };
    names.filter(is_of).collect()
}

#[test]
fn each_event_is_in_its_stream_and_each_stream_is_a_log_of_its_own() {
    let log = Log::new();
    log.run(0, 40);
    assert_eq!(audit_log::Log::on(&log.files).streams().unwrap(), Stream::ALL);
    let mut ids = Vec::new();
    for stream in Stream::ALL {
        let lines = log.lines(stream);
        assert_eq!(lines[0].seq, 0, "each has numbers of its own, without a hole");
        assert_eq!(counts(&lines), (0..40).collect::<Vec<_>>());
        for header in of_kind(&lines, "header") {
            assert_eq!(text(header, "stream"), Some(stream.name()));
            ids.push((text(header, "log").unwrap().to_owned(), header.run.clone()));
        }
        assert!(of_kind(&lines, "header").len() > 2, "each has segments of its own");
        let start = of_life(&lines, "start")[0];
        let told = start.member("streams").and_then(Json::as_list).unwrap();
        let told: Vec<_> = told.iter().filter_map(Json::as_str).collect();
        assert_eq!(told, Stream::ALL.map(Stream::name));
        log.assert_intact(stream);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "log and run are those of all streams");
}

#[test]
fn without_a_word_everything_is_in_audit() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.evidence(Evidence::Signed).start().unwrap();
    for count in [0, 3, 6] {
        door_opened(count).to(&writer).emit().unwrap();
        Came { count: count + 1 }.to(&writer).emit().unwrap();
        Retried { count: count + 2 }.to(&writer).emit().unwrap();
    }
    // Losses, too.
    writer.count_lost(Came::SCHEMAS[0], EmitError::Full);
    let report = writer.shutdown();
    assert_eq!((report.stats.accepted, report.stats.written, report.stats.lost), (10, 9, 1));
    let lines = lines_of(&storage, Stream::Audit);
    assert_eq!(counts(&lines), (0..9).collect::<Vec<_>>());
    assert_eq!(lost(&lines), 1);
    assert_eq!(audit_log::Log::on(&storage).streams().unwrap(), [Stream::Audit]);
    for stream in [Stream::Access, Stream::Application] {
        assert_eq!(names_of(&storage, stream), [] as [&str; 0]);
    }
}

#[test]
fn one_that_is_left_out_is_recorded_in_audit() {
    let log = Log::new();
    log.run_with(&[Stream::Application], 0, 3);
    assert_eq!(log.counts(Stream::Audit), [0, 0, 1, 1, 2, 2]);
    assert_eq!(log.counts(Stream::Application), [0, 1, 2]);
    assert_eq!(log.lines(Stream::Access).len(), 0);
}

#[test]
fn a_flush_is_of_all_streams_and_a_receipt_is_of_one() {
    let storage = MemoryStorage::new();
    let (builder, _) = writer_on(&storage);
    let builder = builder.streams(Stream::ALL).durability(Durability::Interval(LONG));
    let writer = builder.start().unwrap();
    Retried { count: 1 }.to(&writer).emit().unwrap();
    writer.flush(LONG).unwrap();
    emit_into_each(&writer, 2);
    let syncs = storage.calls(Call::Sync);
    let receipt = Came { count: 3 }.to(&writer).submit_durable().unwrap().wait_for(LONG).unwrap();
    assert_eq!(storage.calls(Call::Sync), syncs + 1, "whoever waits pays for one stream");
    let left = storage.after_power_cut();
    let acknowledged = &lines_of(&left, Stream::Access)[receipt.seq as usize];
    assert_eq!(counts(std::slice::from_ref(acknowledged)), [3]);
    assert_eq!(counts(&lines_of(&left, Stream::Application)), [1]);
    writer.flush(LONG).unwrap();
    let left = storage.after_power_cut();
    assert_eq!(counts(&lines_of(&left, Stream::Audit)), [2]);
    assert_eq!(counts(&lines_of(&left, Stream::Access)), [2, 3]);
    assert_eq!(counts(&lines_of(&left, Stream::Application)), [1, 2]);
    assert!(writer.shutdown().is_complete());
}

#[test]
fn what_is_lost_is_told_where_it_would_have_been() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.streams(Stream::ALL).start().unwrap();
    for _ in 0..3 {
        writer.count_lost(Came::SCHEMAS[0], EmitError::Full);
    }
    writer.count_lost(Retried::SCHEMAS[0], EmitError::Full);
    let report = writer.shutdown();
    assert_eq!((report.stats.lost, report.unwritten()), (4, 0));
    let lost_in = |stream| lost(&lines_of(&storage, stream));
    assert_eq!(Stream::ALL.map(lost_in), [0, 3, 1]);
}

#[test]
fn a_flood_is_folded_in_its_own_stream() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.streams(Stream::ALL).start().unwrap();
    let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
    for _ in 0..1000 {
        KeptOut { from, why: Refusal::Locked }.to(&writer).emit().unwrap();
    }
    emit_into_each(&writer, 7);
    let report = writer.shutdown();
    let Stats { accepted, written, folded, lost, .. } = report.stats;
    assert_eq!((accepted, written + folded + lost), (1003, 1003));
    assert!(folded > 900, "{report}");
    for stream in Stream::ALL {
        let lines = lines_of(&storage, stream);
        let told: u64 =
            of_kind(&lines, "summary").iter().filter_map(|it| number(it, "count")).sum();
        assert_eq!(told, if stream == Stream::Access { folded } else { 0 });
        assert_eq!(counts(&lines), [7]);
        let stop = of_life(&lines, "stop")[0];
        assert_eq!(number(stop, "written"), Some(written), "a run's counts are of all its streams");
    }
}

#[test]
fn an_operation_is_of_its_stream() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage).0.streams(Stream::ALL).start().unwrap();
    emit_into_each(&writer, 0);
    let begun = passed().to(&writer).begin().unwrap();
    let first = begun.receipt().seq;
    begun.finish(Outcome::Success).unwrap();
    let interrupted = passed().to(&writer).begin().unwrap().receipt().seq;
    let killed = storage.after_kill();
    drop(writer);
    let next = writer_on(&killed).0.streams(Stream::ALL).start().unwrap();
    assert!(next.shutdown().is_complete());
    for stream in Stream::ALL {
        let lines = lines_of(&killed, stream);
        let told: Vec<_> =
            of_life(&lines, "interrupted").iter().filter_map(|it| number(it, "begun")).collect();
        let expected = if stream == Stream::Access { vec![interrupted] } else { vec![] };
        assert_eq!(told, expected);
    }
    let lines = lines_of(&killed, Stream::Access);
    let ended: Vec<_> =
        of_kind(&lines, "event").iter().filter_map(|it| number(it, "begun")).collect();
    assert_eq!(ended, [first], "the end points to the beginning's number in its stream");
}
