//! What a start makes of what it finds: it vouches for what is proved alone. Lines behind that are
//! announced, and what somebody else put there is moved aside, whole.

mod counting;

use std::sync::Arc;
use std::time::Duration;

use audit_core::Stream;
use audit_log::Log;
use audit_log::name::{Kind, Name};
use audit_log::reader::Line;
use audit_log::storage::ReadStorage;
use audit_writer::keys::{FileKeys, verifier_key_from};
use audit_writer::storage::{Call, MemoryStorage, OsStorage, Storage};
use audit_writer::{Builder, Evidence, Retention, Rotation, Writer};

use crate::kit::{
    LONG, counts, door_opened, identity, lines, number, of_kind, of_life, text,
    wait_until_it_writes, writer_on,
};

const ACTIVE: &str = "audit.jsonl";

fn builder(storage: &MemoryStorage) -> Builder {
    let rotation = Rotation { daily: false, segment_bytes: 8 * 1024 };
    let builder = writer_on(storage).0.evidence(Evidence::Signed).rotation(rotation);
    builder.retry_after(Duration::from_millis(1))
}

fn emit(writer: &Writer, from: u32, to: u32) {
    for count in from..to {
        door_opened(count).to(writer).emit().unwrap();
    }
    writer.flush(LONG).unwrap();
}

/// A run of these events, which ends in order.
fn run(storage: &MemoryStorage, from: u32, to: u32) {
    let writer = builder(storage).start().unwrap();
    emit(&writer, from, to);
    assert!(writer.shutdown().is_complete());
}

/// A run of these events, in which the process is killed.
fn killed(storage: &MemoryStorage, from: u32, to: u32) -> MemoryStorage {
    let writer = builder(storage).start().unwrap();
    emit(&writer, from, to);
    let left = storage.after_kill();
    drop(writer);
    left
}

fn one_run() -> MemoryStorage {
    let storage = MemoryStorage::new();
    run(&storage, 0, 3);
    storage
}

fn append(storage: &MemoryStorage, bytes: &[u8]) {
    let whole = storage.bytes(ACTIVE).unwrap();
    storage.put(ACTIVE, &[&whole[..], bytes].concat());
}

/// A line that says it follows the last one: whoever can write to the file can spell it.
fn forged(storage: &MemoryStorage, kind: &str, rest: &str) -> Vec<u8> {
    use audit_log::evidence::chain::Chain;
    let whole = storage.bytes(ACTIVE).unwrap();
    let mut chain = Chain::default();
    let last = whole.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap();
    chain.take(audit_log::evidence::hash::leaf_hash(last));
    let seq = lines(storage).last().unwrap().seq + 1;
    let time = "2026-11-20T12:00:00.000000Z";
    let mut line =
        format!(r#"{{"kind":"{kind}","seq":{seq},"time":"{time}",{rest}}}"#).into_bytes();
    line.push(b'\n');
    chain.bind(&mut line, 0);
    line
}

fn event(count: u32) -> String {
    format!(
        r#""event":"door_opened","level":"info","action":"open","outcome":"success","data":{{"count":{count}}}"#
    )
}

/// The numbers that are announced as found.
fn recovered(lines: &[Line]) -> Vec<(u64, u64)> {
    let of = |line: &&Line| number(line, "from_seq").zip(number(line, "to_seq")).unwrap();
    of_life(lines, "recovered").iter().map(of).collect()
}

#[test]
fn a_clean_stop_leaves_nothing_to_tell() {
    let storage = one_run();
    run(&storage, 3, 6);
    let lines = lines(&storage);
    assert_eq!(counts(&lines), [0, 1, 2, 3, 4, 5]);
    for what in
        ["no_stop", "recovered", "foreign", "strange", "adopted", "rollback", "rekeyed", "repair"]
    {
        assert_eq!(of_life(&lines, what).len(), 0, "{what}");
    }
}

#[test]
fn what_a_killed_run_left_is_announced() {
    let storage = killed(&MemoryStorage::new(), 0, 3);
    let before = lines(&storage);
    let proved = of_kind(&before, "checkpoint").last().unwrap().seq + 1;
    run(&storage, 3, 6);
    let lines = lines(&storage);
    assert_eq!(counts(&lines), [0, 1, 2, 3, 4, 5]);
    assert_eq!(recovered(&lines), [(proved, before.last().unwrap().seq)]);
    let start = of_life(&lines, "start").last().unwrap().seq;
    let no_stop = of_life(&lines, "no_stop");
    assert_eq!(no_stop.len(), 1, "of the run that was killed, and of no other");
    assert_eq!(no_stop[0].seq, start + 1);
    let first = of_life(&lines, "start")[0];
    assert_eq!(text(no_stop[0], "run_before"), text(first, "run"));
    assert_eq!(number(no_stop[0], "in_memory_max"), number(first, "in_memory_max"));
    assert_eq!(of_life(&lines, "recovered")[0].seq, start + 2);
}

#[test]
fn events_behind_a_clean_stop_are_moved_aside() {
    let storage = one_run();
    let forged = forged(&storage, "event", &event(77));
    append(&storage, &forged);
    run(&storage, 3, 6);
    let lines = lines(&storage);
    assert_eq!(counts(&lines), [0, 1, 2, 3, 4, 5]);
    let foreign = of_life(&lines, "foreign");
    assert_eq!(foreign.len(), 1);
    assert_eq!(text(foreign[0], "tampering"), Some("appended"));
    assert_eq!(storage.bytes(text(foreign[0], "moved_to").unwrap()).unwrap(), forged);
    let (bytes, found) = (number(foreign[0], "bytes"), number(foreign[0], "found_bytes"));
    assert_eq!(found.unwrap() - bytes.unwrap(), forged.len() as u64);
    assert_eq!(recovered(&lines), []);
}

/// The lines that were signed last are all there; the checkpoint behind them is not.
#[test]
fn a_line_in_the_last_checkpoint_s_place_is_a_rollback() {
    let storage = one_run();
    let whole = storage.bytes(ACTIVE).unwrap();
    let before = whole.trim_ascii_end().iter().rposition(|byte| *byte == b'\n').unwrap();
    storage.put(ACTIVE, &whole[..=before]);
    let forged = forged(&storage, "event", &event(77));
    append(&storage, &forged);
    run(&storage, 3, 6);
    let lines = lines(&storage);
    let compared: Vec<_> =
        of_life(&lines, "rollback").iter().map(|line| text(line, "compared")).collect();
    assert_eq!(compared, [Some("different")]);
}

/// A start without a checkpoint is what a crash leaves; there are no events behind it.
#[test]
fn behind_a_stop_a_run_may_begin_and_nothing_else() {
    let storage = one_run();
    let start = forged(
        &storage,
        "lifecycle",
        r#""lifecycle":{"type":"start","run":"0123456789abcdef","up_us":1}"#,
    );
    append(&storage, &start);
    let forged = forged(&storage, "event", &event(77));
    append(&storage, &forged);
    run(&storage, 3, 6);
    let lines = lines(&storage);
    assert_eq!(counts(&lines), [0, 1, 2, 3, 4, 5]);
    assert_eq!(recovered(&lines).len(), 1);
    let moved_to = text(of_life(&lines, "foreign")[0], "moved_to").unwrap();
    assert_eq!(storage.bytes(moved_to).unwrap(), forged);
}

#[test]
fn lines_of_a_killed_run_that_do_not_fit_are_moved_aside() {
    for other in [&b"{}\n"[..], b"{\"kind\":\"event\",\"seq\":99,\"time\":\"2026-11-20T12:00:00.000000Z\",\"event\":\"x\"}\n"] {
        let storage = killed(&MemoryStorage::new(), 0, 3);
        append(&storage, other);
        run(&storage, 3, 6);
        let lines = lines(&storage);
        assert_eq!(counts(&lines), [0, 1, 2, 3, 4, 5]);
        let moved_to = text(of_life(&lines, "foreign")[0], "moved_to").unwrap();
        assert_eq!(storage.bytes(moved_to).unwrap(), other);
        assert_eq!(recovered(&lines).len(), 1);
    }
}

#[test]
fn what_a_power_cut_leaves_is_a_repair() {
    for torn in [&b"{\"kind\":\"ev"[..], b"\0\0\0\n", b"{\"kind\":\0\0\0}\n", b"\xa5\xa5\n{}\n"] {
        let storage = killed(&MemoryStorage::new(), 0, 3);
        append(&storage, torn);
        run(&storage, 3, 6);
        let lines = lines(&storage);
        assert_eq!(counts(&lines), [0, 1, 2, 3, 4, 5]);
        assert_eq!(of_life(&lines, "foreign").len(), 0);
        let kept_in = text(of_life(&lines, "repair")[0], "kept_in").unwrap();
        assert_eq!(storage.bytes(kept_in).unwrap(), torn);
    }
}

fn rotated(storage: &MemoryStorage) -> Vec<String> {
    let names = storage.list().unwrap().into_iter().map(|(name, _)| name);
    names.filter(|name| Name::parse(name).is_some_and(|name| name.kind == Kind::Segment)).collect()
}

/// The line would excuse that they are gone, if a start signed it.
#[test]
fn a_forged_prune_is_not_made_true() {
    let storage = MemoryStorage::new();
    run(&storage, 0, 60);
    let oldest = rotated(&storage).remove(0);
    storage.remove(&oldest).unwrap();
    let prune =
        format!(r#""lifecycle":{{"type":"prune","why":"age","segments":["{oldest}"],"up_us":1}}"#);
    let forged = forged(&storage, "lifecycle", &prune);
    append(&storage, &forged);
    run(&storage, 60, 62);
    let lines = lines(&storage);
    assert_eq!(of_life(&lines, "prune").len(), 0);
    let moved_to = text(of_life(&lines, "foreign")[0], "moved_to").unwrap();
    assert_eq!(storage.bytes(moved_to).unwrap(), forged);
}

#[test]
fn a_second_file_for_numbers_that_are_there_is_moved_aside() {
    let storage = MemoryStorage::new();
    run(&storage, 0, 60);
    let name = rotated(&storage).remove(0);
    let other = Name::parse(&name).map(|name| Name { unix_s: name.unix_s + 3, ..name }).unwrap();
    let bytes = storage.bytes(&name).unwrap();
    storage.put(&other.to_string(), &bytes);
    run(&storage, 60, 62);
    let lines = lines(&storage);
    let foreign = of_life(&lines, "foreign");
    assert_eq!(text(foreign[0], "tampering"), Some("duplicate"));
    assert_eq!(storage.bytes(text(foreign[0], "moved_to").unwrap()).unwrap(), bytes);
    assert!(storage.bytes(&other.to_string()).is_none() && storage.bytes(&name).is_some());
}

#[test]
fn an_empty_key_file_means_new_keys() {
    for bytes in [&b""[..], b"audit-keys 1\nnonsense\n"] {
        let storage = one_run();
        let next = lines(&storage).last().unwrap().seq + 1;
        storage.put("audit.key", bytes);
        run(&storage, 3, 6);
        let lines = lines(&storage);
        assert_eq!(counts(&lines), [0, 1, 2, 3, 4, 5]);
        let rekeyed = of_life(&lines, "rekeyed");
        assert_eq!(text(rekeyed[0], "why"), Some("damaged_keys"));
        assert_eq!(of_life(&lines, "adopted").len(), 1);
        let keys = FileKeys::in_storage(Arc::new(storage.clone()));
        let key = verifier_key_from(&keys, Stream::Audit).unwrap().unwrap();
        assert_eq!(key.from_seq, next, "the header of the new segment");
    }
}

#[test]
fn announcements_that_lead_nowhere_mean_new_keys() {
    let storage = one_run();
    storage.remove("audit.keys").unwrap();
    run(&storage, 3, 6);
    let lines = lines(&storage);
    assert_eq!(text(of_life(&lines, "rekeyed")[0], "why"), Some("announcements_lost"));
    assert_eq!(counts(&lines), [0, 1, 2, 3, 4, 5]);
}

/// Keys from a backup are behind the log: they signed this already, and nothing is cut for it.
#[test]
fn older_keys_are_not_used_again() {
    let storage = MemoryStorage::new();
    run(&storage, 0, 3);
    let older = storage.bytes("audit.key").unwrap();
    run(&storage, 3, 6);
    storage.put("audit.key", &older);
    run(&storage, 6, 9);
    let lines = lines(&storage);
    assert_eq!(counts(&lines), (0..9).collect::<Vec<u64>>());
    assert_eq!(text(of_life(&lines, "rekeyed")[0], "why"), Some("old_keys"));
    assert_eq!(of_life(&lines, "foreign").len(), 0);
}

#[test]
fn on_another_machine_it_is_another_log() {
    let storage = one_run();
    let log = text(&lines(&storage)[0], "log").unwrap().to_owned();
    let elsewhere = || builder(&storage).identity(identity().machine_id("another"));
    let streams = || elsewhere().streams([Stream::Access]);
    for _ in 0..2 {
        let writer = streams().start().unwrap();
        emit(&writer, 3, 4);
        assert!(writer.shutdown().is_complete());
    }
    let lines = lines(&storage);
    let moved = of_life(&lines, "moved");
    assert_eq!(moved.len(), 1);
    assert_eq!(text(moved[0], "log_before"), Some(&*log));
    assert_eq!(counts(&lines), [0, 1, 2, 3, 3]);
    let headers = of_kind(&lines, "header");
    let continues = |line: &Line| line.member("continues")?.get("log")?.as_str().map(str::to_owned);
    let continuing: Vec<String> = headers.iter().filter_map(|line| continues(line)).collect();
    assert_eq!(continuing, [log.as_str()]);
    let new = text(headers.last().unwrap(), "log").unwrap();
    assert_ne!(new, log);
    let access = Log::on(&storage).stream(Stream::Access).lines().unwrap().next().unwrap();
    assert_eq!(text(&access.1.unwrap(), "log"), Some(new), "all streams are of one log");
    assert_eq!(of_life(&lines, "rekeyed").len(), 0);
}

#[test]
fn the_end_of_evidence_is_signed() {
    let storage = one_run();
    for count in 3..5 {
        let writer = builder(&storage).evidence(Evidence::Off).start().unwrap();
        emit(&writer, count, count + 1);
        assert!(writer.shutdown().is_complete());
    }
    let lines = lines(&storage);
    assert_eq!(counts(&lines), [0, 1, 2, 3, 4]);
    let off = of_life(&lines, "evidence_off");
    assert_eq!(off.len(), 1);
    let checkpoints = of_kind(&lines, "checkpoint");
    let last = checkpoints.last().unwrap();
    assert_eq!((last.seq, text(last, "why")), (off[0].seq + 1, Some("evidence_off")));
    let headers = of_kind(&lines, "header");
    assert!(headers.last().unwrap().member("tree").is_none());
}

/// The keys cannot be stored: nothing is taken, and nothing is lost when they can.
#[test]
fn events_wait_for_what_signs_the_start() {
    let (storage, keys) = (MemoryStorage::new(), MemoryStorage::new());
    let with_keys = || {
        let keys = FileKeys::in_storage(Arc::new(keys.clone()));
        builder(&storage).keys(Arc::new(keys))
    };
    assert!(with_keys().start().unwrap().shutdown().is_complete());
    keys.refuse(Call::Create);
    // What the last run stored is there; what this one must store to go on cannot be.
    storage.remove("audit.keys").unwrap();
    let writer = with_keys().start().unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    assert!(writer.flush(Duration::from_millis(50)).is_err());
    assert!(counts(&lines(&storage)).is_empty());
    keys.heal();
    wait_until_it_writes(&writer);
    assert!(writer.shutdown().is_complete());
    let lines = lines(&storage);
    assert_eq!(counts(&lines), [1]);
    let event = of_kind(&lines, "event")[0].seq;
    let is_start = |line: &&&Line| text(line, "why") == Some("start");
    let checkpoints = of_kind(&lines, "checkpoint");
    assert!(checkpoints.iter().filter(is_start).any(|line| line.seq < event));
}
