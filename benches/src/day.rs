//! What evidence costs a device in a day: bytes in the log, and bytes in the files beside it.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use audit_core::Stream;
use audit_writer::clock::{Clock, Stamp};
use audit_writer::keys::{FileKeys, KeyStore};
use audit_writer::{Flood, Writer};
use zeroize::Zeroizing;

use crate::Failure;
use crate::compare::{KEEP_ALL, LoginFailed, events};
use crate::table::Table;

pub(crate) const HELP: &str = "\
Counts what evidence writes in a day of a device, by a clock that is set on a minute at a time.

Usage: cargo run --release -p audit-benches -- day

One day without an event, and one with an event each second, each by default settings. Takes about
half a minute.
";

const MINUTE: Duration = Duration::from_secs(60);
const MINUTES: u32 = 24 * 60;
/// An idle writer looks at least so often.
const NAPS: Duration = Duration::from_millis(10);
const PATIENCE: Duration = Duration::from_secs(30);

/// Begins on a day in November 2026.
struct SetClock(AtomicU64);

impl Clock for SetClock {
    fn now(&self) -> Stamp {
        let up_ns = self.0.load(Ordering::SeqCst);
        let passed_ns = i64::try_from(up_ns).unwrap_or(i64::MAX);
        Stamp { unix_ns: 1_795_132_800_000_000_000 + passed_ns, up_ns }
    }

    fn is_synced(&self) -> bool {
        true
    }

    fn boot_id(&self) -> String {
        "a day".to_owned()
    }
}

/// Keys in a directory, and how many bytes were stored there.
struct Counted {
    keys: FileKeys,
    stored: AtomicU64,
    bytes: AtomicU64,
}

impl KeyStore for Counted {
    fn load(&self, stream: Stream) -> std::io::Result<Option<Zeroizing<Vec<u8>>>> {
        self.keys.load(stream)
    }

    fn store(&self, stream: Stream, state: &[u8]) -> std::io::Result<()> {
        self.stored.fetch_add(1, Ordering::SeqCst);
        self.bytes.fetch_add(state.len() as u64, Ordering::SeqCst);
        self.keys.store(stream, state)
    }
}

/// What a day wrote.
#[derive(Default)]
struct Day {
    all: Written,
    checkpoints: Written,
    headers: Written,
    keys: Written,
    announcements: Written,
    notes: Written,
}

#[derive(Default)]
struct Written {
    times: u64,
    bytes: u64,
}

impl Written {
    fn add(&mut self, bytes: usize) {
        self.times += 1;
        self.bytes += bytes as u64;
    }
}

pub(crate) fn measure() -> Result<String, Failure> {
    let (idle, busy) = (day(0)?, day(60)?);
    let mut table = Table::new(&["", "idle: times", "bytes", "an event a second: times", "bytes"]);
    let mut row = |what: &str, of: fn(&Day) -> &Written| {
        let numbers = [&idle, &busy].map(|day| [of(day).times, of(day).bytes]);
        let cells = numbers.concat().into_iter().map(|number| number.to_string());
        table.row(std::iter::once(what.to_owned()).chain(cells).collect());
    };
    row("lines of the log", |day| &day.all);
    row("of these checkpoints", |day| &day.checkpoints);
    row("of these headers", |day| &day.headers);
    row("the keys, replaced", |day| &day.keys);
    row("the last checkpoint, replaced", |day| &day.notes);
    row("a segment's key announced", |day| &day.announcements);
    Ok(format!("What evidence writes in a day\n{table}"))
}

/// A day with so many events a minute.
fn day(events_a_minute: usize) -> Result<Day, Failure> {
    let place = tempfile::tempdir()?;
    let dir = place.path().join("audit");
    let clock = Arc::new(SetClock(AtomicU64::new(0)));
    let keys = Arc::new(Counted {
        keys: FileKeys::in_dir(place.path().join("keys"))?,
        stored: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
    });
    let log = Writer::builder(&dir)
        .clock(Arc::clone(&clock) as Arc<_>)
        .keys(Arc::clone(&keys) as Arc<_>)
        .retention(KEEP_ALL)
        .flood(Flood::UNBOUNDED)
        .start()?;
    let work = events();
    let mut works = work.iter().cycle();
    for _ in 0..MINUTES {
        let minute_ns = u64::try_from(MINUTE.as_nanos())?;
        clock.0.fetch_add(minute_ns, Ordering::SeqCst);
        for work in works.by_ref().take(events_a_minute) {
            LoginFailed::of(work).ok_or("no event")?.to(&log).emit()?;
        }
        match events_a_minute {
            0 => thread::sleep(NAPS),
            _ => log.flush(PATIENCE)?,
        }
    }
    let report = log.shutdown_within(PATIENCE);
    if !report.is_complete() {
        return Err(format!("the log could not be written: {report}").into());
    }
    let mut day = counted(&dir)?;
    let load = |count: &AtomicU64| count.load(Ordering::SeqCst);
    day.keys = Written { times: load(&keys.stored), bytes: load(&keys.bytes) };
    Ok(day)
}

/// What the files of a log hold.
fn counted(dir: &Path) -> Result<Day, Failure> {
    let mut day = Day::default();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let extension = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
        match extension {
            "jsonl" => day.count_lines(&fs::read(&path)?),
            "keys" => {
                let text = fs::read(&path)?;
                text.split_inclusive(|byte| *byte == b'\n')
                    .for_each(|line| day.announcements.add(line.len()));
            }
            "checkpoint" => {
                // It was replaced by one of this size with each checkpoint.
                day.notes.bytes = fs::metadata(&path)?.len();
            }
            _ => {}
        }
    }
    day.notes.times = day.checkpoints.times;
    day.notes.bytes *= day.notes.times;
    Ok(day)
}

impl Day {
    fn count_lines(&mut self, text: &[u8]) {
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            self.all.add(line.len());
            if line.starts_with(br#"{"kind":"checkpoint""#) {
                self.checkpoints.add(line.len());
            } else if line.starts_with(br#"{"kind":"header""#) {
                self.headers.add(line.len());
            }
        }
    }
}
