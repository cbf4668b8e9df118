//! What a log's durability costs the disk: bytes that its block device was given to write, by
//! policy and by how often something happens.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use audit_core::vocab::{ObjectId, UserName};
use audit_core::{AuditEvent, AuditValue};
use audit_writer::{Durability, Flood, Writer};
use quanta::Clock;
use rustix::fs::{Mode, OFlags};

use crate::Failure;
use crate::table::Table;

pub(crate) const HELP: &str = "\
Measures how many bytes the block device below a directory is given to write for an event.

Usage: cargo run --release -p audit-benches -- flash --dir DIR

DIR must be on a file system of its own, on a block device that nobody else writes to, such as

  truncate -s 128M image && mkfs.ext4 -q image && mount -o loop image DIR

What the file system's journal takes is counted, and what a flash controller makes of it is not.
Takes about three minutes.
";

/// How long each case lasts.
const LASTS: Duration = Duration::from_secs(10);
const RATES: [u32; 3] = [1, 20, 1000];
const PATIENCE: Duration = Duration::from_secs(30);

/// A port was chosen.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "select", category = "control", outcome = "success")]
#[audit(source(local = "front panel"))]
struct PortSelected<'a> {
    #[audit(actor(user))]
    user: UserName<'a>,
    #[audit(object(id), object_type = "port")]
    port: ObjectId<'a>,
}

/// Why a port was refused.
#[derive(AuditValue)]
enum Refusal {
    InUse,
}

/// A port was refused.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "select", category = "control", outcome = "denied")]
#[audit(source(local = "front panel"))]
struct PortRefused<'a> {
    #[audit(actor(user))]
    user: UserName<'a>,
    #[audit(object(id), object_type = "port")]
    port: ObjectId<'a>,
    #[audit(reason)]
    reason: Refusal,
}

/// How an event is emitted, and under which policy.
struct Way {
    name: &'static str,
    durability: Durability,
    emit: fn(&Writer) -> Result<(), Failure>,
}

const WAYS: [Way; 5] = [
    Way { name: "Never", durability: Durability::Never, emit: plain },
    Way { name: "Interval (1 s)", durability: EACH_SECOND, emit: plain },
    Way { name: "Interval, denied", durability: EACH_SECOND, emit: denied },
    Way { name: "EveryBatch", durability: Durability::EveryBatch, emit: plain },
    Way { name: "emit_durable", durability: EACH_SECOND, emit: durable },
];
const EACH_SECOND: Durability = Durability::Interval(Duration::from_secs(1));

fn selected() -> Result<PortSelected<'static>, Failure> {
    Ok(PortSelected { user: UserName::new("alice")?, port: ObjectId::new("hdmi-2")? })
}

fn plain(writer: &Writer) -> Result<(), Failure> {
    Ok(selected()?.to(writer).emit()?)
}

fn denied(writer: &Writer) -> Result<(), Failure> {
    let (user, port) = (UserName::new("alice")?, ObjectId::new("hdmi-2")?);
    Ok(PortRefused { user, port, reason: Refusal::InUse }.to(writer).emit()?)
}

fn durable(writer: &Writer) -> Result<(), Failure> {
    let pending = selected()?.to(writer).submit_durable()?;
    pending.wait_for(PATIENCE)?;
    Ok(())
}

/// The table.
///
/// # Errors
///
/// The directory is on no block device, or the log could not be written.
pub(crate) fn measure(dir: &Path) -> Result<String, Failure> {
    let device = Device::below(dir)?;
    let head = ["policy", "events/s", "events", "log bytes/event", "device bytes/event"];
    let mut table = Table::new(&head);
    for way in &WAYS {
        for rate in RATES {
            let (events, log, written) = case(dir, &device, way, rate)?;
            let each = |bytes: u64| format!("{:.0}", bytes as f64 / f64::from(events));
            let (rate, count) = (rate.to_string(), events.to_string());
            table.row(vec![way.name.to_owned(), rate, count, each(log), each(written)]);
        }
    }
    Ok(table.to_string())
}

/// Events, bytes of log, bytes for the device.
fn case(dir: &Path, device: &Device, way: &Way, rate: u32) -> Result<(u32, u64, u64), Failure> {
    let place = tempfile::tempdir_in(dir)?;
    let log = place.path().join("log");
    let builder = Writer::builder(&log).durability(way.durability).flood(Flood::UNBOUNDED);
    let writer = builder.start()?;
    (way.emit)(&writer)?; // Its schema is written once.
    writer.flush(PATIENCE)?;
    let active = log.join("audit.jsonl");
    let written_before = device.written_bytes(dir)?;
    let log_before = fs::metadata(&active)?.len();
    let clock = Clock::new();
    let (start, pause) = (clock.now(), Duration::from_secs(1) / rate);
    let passed = || clock.now().duration_since(start);
    let mut events = 0;
    while passed() < LASTS {
        (way.emit)(&writer)?;
        events += 1;
        thread::sleep((pause * events).saturating_sub(passed()));
    }
    while writer.stats().unwritten() > 0 {
        thread::sleep(Duration::from_millis(1));
    }
    let log_bytes = fs::metadata(&active)?.len() - log_before;
    let written = device.written_bytes(dir)? - written_before;
    match writer.shutdown().is_complete() {
        true => Ok((events, log_bytes, written)),
        false => Err("the log could not be written".into()),
    }
}

/// The block device below a file system.
struct Device {
    stat: PathBuf,
}

impl Device {
    fn below(dir: &Path) -> Result<Device, Failure> {
        let device = rustix::fs::stat(dir)?.st_dev;
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        let stat = PathBuf::from(format!("/sys/dev/block/{major}:{minor}/stat"));
        match stat.exists() {
            true => Ok(Device { stat }),
            false => Err("the directory is on no block device; flash --help says how".into()),
        }
    }

    /// Everything that it was given so far, what the file system still held included.
    fn written_bytes(&self, dir: &Path) -> Result<u64, Failure> {
        const SECTOR_BYTES: u64 = 512;
        const SECTORS_WRITTEN: usize = 6;
        let dir = rustix::fs::open(dir, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
        rustix::fs::syncfs(&dir)?;
        let stat = fs::read_to_string(&self.stat)?;
        let sectors = stat.split_whitespace().nth(SECTORS_WRITTEN).ok_or("no count of sectors")?;
        Ok(sectors.parse::<u64>()? * SECTOR_BYTES)
    }
}
