//! A flood of refused logins: bounded bytes, bounded syncs, every one accounted for, and nothing
//! else is pushed out of the log.

use audit_log::storage::ReadStorage;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use audit_core::vocab::ClaimedName;
use audit_core::{AuditEvent, AuditValue, EmitError};
use audit_log::reader::{Json, Line};
use audit_writer::storage::{Call, MemoryStorage};
use audit_writer::{Durability, Flood, Overflow, Retention, Rotation, Writer};

use crate::kit::{LONG, counts, door_opened, lines, lost, number, of_kind, writer_on};

/// Why nobody was let in.
#[derive(AuditValue)]
enum LoginRefusal {
    BadPassword,
}

/// A login was refused.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
#[audit(object(id = "kvm"), object_type = "device")]
struct LoginFailed<'a> {
    #[audit(actor(user))]
    user: ClaimedName<'a>,
    #[audit(source(address))]
    from: IpAddr,
    #[audit(reason)]
    reason: LoginRefusal,
}

fn login_failed(host: u32) -> LoginFailed<'static> {
    let from = IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + host));
    LoginFailed { user: ClaimedName::known("admin"), from, reason: LoginRefusal::BadPassword }
}

/// How many the fold lines tell of.
fn folded(lines: &[Line]) -> u64 {
    of_kind(lines, "summary").iter().filter_map(|line| number(line, "count")).sum()
}

fn refused(lines: &[Line]) -> u64 {
    let refused = |line: &&&Line| line.get("outcome").and_then(Json::as_str) == Some("denied");
    of_kind(lines, "event").iter().filter(refused).count() as u64
}

/// A writer that never loses anything in the channel, in a storage.
fn writer(storage: &MemoryStorage) -> (Writer, Arc<audit_writer::testing::ManualClock>) {
    let (builder, clock) = writer_on(storage);
    let builder = builder
        .durability(Durability::Interval(Duration::from_secs(1)))
        .overflow(Overflow::Block { at_most: LONG })
        .rotation(Rotation { daily: true, segment_bytes: 64 * 1024 })
        .retention(Retention { total_bytes: 1024 * 1024, ..Retention::default() });
    (builder.start().unwrap(), clock)
}

#[test]
#[expect(clippy::print_stdout, reason = "a campaign tells its size")]
fn a_hundred_thousand_a_second_for_a_minute() {
    // A step is 10 ms, so that urgent syncs come as often as they may.
    const STEPS: u32 = 6_000;
    const A_STEP: u32 = 1_000;
    let storage = MemoryStorage::new();
    let (writer, clock) = writer(&storage);
    for count in 0..500 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    writer.flush(LONG).unwrap();
    let (bytes, syncs) = (written(&storage), storage.calls(Call::Sync));
    for step in 0..STEPS {
        for n in 0..A_STEP {
            login_failed(n % 3).to(&writer).emit().unwrap();
        }
        if step % 100 == 0 {
            // All of them are through before the next second begins.
            while writer.stats().accepted < u64::from(500 + (step + 1) * A_STEP) {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        clock.advance(Duration::from_millis(10));
    }
    let report = writer.shutdown();
    assert!(report.is_complete(), "{report}");
    let lines = lines(&storage);
    let all = u64::from(STEPS * A_STEP);
    assert_eq!(refused(&lines) + folded(&lines) + lost(&lines), all);
    assert_eq!((folded(&lines), lost(&lines)), (report.stats.folded, 0));
    // Seven windows of 10 s at the most, three sources, 20 each, and a fold line for each.
    assert!((60..=7 * 60).contains(&refused(&lines)), "{}", refused(&lines));
    assert!(of_kind(&lines, "summary").len() <= 7 * 3);
    let (bytes, syncs) = (written(&storage) - bytes, storage.calls(Call::Sync) - syncs);
    assert!(bytes < 7 * 63 * 600 + 4096, "{bytes}");
    assert!(syncs <= 60 * 10 + 10, "{syncs}");
    assert_eq!(counts(&lines), (0..500).collect::<Vec<_>>());
    println!("{all} refused logins in a minute: {bytes} bytes, {syncs} syncs, all accounted for");
}

fn written(storage: &MemoryStorage) -> u64 {
    storage.list().unwrap().iter().map(|(_, bytes)| *bytes).sum()
}

#[test]
fn from_everywhere_and_for_long_it_takes_its_share_and_no_more() {
    let storage = MemoryStorage::new();
    let (writer, clock) = writer(&storage);
    for count in 0..800 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    let before = counts(&self::lines(&storage)).len();
    for step in 0..1_000_u32 {
        for n in 0..300 {
            login_failed(step * 300 + n).to(&writer).emit().unwrap();
        }
        writer.flush(LONG).unwrap();
        clock.advance(Duration::from_secs(10));
    }
    let report = writer.shutdown();
    assert!(report.is_complete(), "{report}");
    let lines = self::lines(&storage);
    assert!(before <= 800);
    assert_eq!(counts(&lines).len(), 800, "older lines of other kinds are all there");
    let of_refusals: usize = of_kind(&lines, "event")
        .iter()
        .filter(|line| refused(std::slice::from_ref(line)) == 1)
        .map(|line| serde_json::to_string(&line.json).unwrap().len() + 1)
        .sum();
    assert!(of_refusals <= 1024 * 1024 / 4, "{of_refusals}");
    assert_eq!(refused(&lines) + folded(&lines), 300_000);
}

#[test]
fn what_is_awaited_and_what_succeeds_is_never_folded() {
    let storage = MemoryStorage::new();
    let (writer, clock) = writer(&storage);
    for _ in 0..100 {
        let pending = login_failed(1).to(&writer).submit_durable().unwrap();
        clock.advance(Duration::from_millis(100)); // Such syncs are as far apart.
        pending.wait_for(LONG).unwrap();
    }
    for count in 0..1000 {
        door_opened(count).to(&writer).emit().unwrap();
    }
    let report = writer.shutdown();
    assert!(report.is_complete(), "{report}");
    assert_eq!((report.stats.written, report.stats.folded), (1100, 0));
}

#[test]
fn syncs_for_refusals_that_are_awaited_are_100_ms_apart() {
    let storage = MemoryStorage::new();
    let (writer, clock) = writer(&storage);
    login_failed(1).to(&writer).submit_durable().unwrap().wait_for(LONG).unwrap();
    let pending: Vec<_> =
        (0..50).map(|_| login_failed(1).to(&writer).submit_durable().unwrap()).collect();
    let syncs = storage.calls(Call::Sync);
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(pending[0].wait_for(Duration::ZERO), Err(EmitError::TimedOut));
    clock.advance(Duration::from_millis(100));
    for pending in pending {
        pending.wait_for(LONG).unwrap();
    }
    assert_eq!(storage.calls(Call::Sync), syncs + 1);
    // What succeeds does not wait for that.
    door_opened(1).to(&writer).submit_durable().unwrap().wait_for(LONG).unwrap();
    assert!(writer.shutdown().is_complete());
}

#[test]
fn a_share_beyond_all_is_refused() {
    for share_percent in [0, 101] {
        let flood = Flood { share_percent, ..Flood::default() };
        let error = writer_on(&MemoryStorage::new()).0.flood(flood).start().unwrap_err();
        assert!(error.to_string().contains("1 to 100 percent"), "{error}");
    }
}
