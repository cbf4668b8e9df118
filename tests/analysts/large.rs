//! A large log, and how much of what is asked was emitted into it.
//!
//! Behind line 150,000 something is first seen that tools may not look for any more: a type of event,
//! a pseudonym, a text that was cut, events that were counted. The ids of objects look like UUIDs
//! first, then like dates, then like neither.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use audit_core::vocab::{
    ByteSize, ClaimedName, Count, ObjectId, ObjectName, SessionRef, UserName, Version,
};
use audit_core::{
    Actor, AuditEvent as _, Awaited, Context, EmitError, Outcome, Recorder as _, Source, Stream,
    Withheld,
};
use audit_events::kvm::{MediaFault, MediaMode, MediaMounted};
use audit_log::storage::ReadStorage as _;
use audit_log::time::Stamp;
use audit_writer::storage::{Call, FaultPlan, Injected, MemoryStorage};
use audit_writer::testing::ManualClock;
use audit_writer::{Compression, Flood, Overflow, Retention, Rotation, Writer};
use fastrand::Rng;

use crate::events::{
    CameBack, DoorLoginFailed, FlashRefusal, Flashed, LateNote, Link, LoginRefusal, Measured,
    ThingUsed,
};
use crate::oracle::Known;

/// How many things are used, the bulk of the log.
const THINGS: u32 = 200_000;
/// What tools may have stopped to look for is first seen behind this line.
const LATE: u64 = 150_000;
const LONG: Duration = Duration::from_secs(60);
const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
/// Noon of 2026-11-20.
const NOON: Stamp = Stamp { unix_ns: 1_795_176_000_123_456_789, up_ns: 8_123_456_789_000 };

/// What was emitted, of what is asked.
#[derive(Debug, Default)]
pub(crate) struct Emitted {
    denied: u64,
    by_alice: u64,
    mounted: u64,
}

/// Writes the log into a directory that is not there yet.
pub(crate) fn write(dir: &Path) -> Emitted {
    let storage = MemoryStorage::new();
    let clock = Arc::new(ManualClock::new(NOON));
    let mut program = Program {
        storage: storage.clone(),
        clock: Arc::clone(&clock),
        rng: Rng::with_seed(7),
        emitted: Emitted::default(),
    };
    let thirds = [0..THINGS / 3, THINGS / 3..THINGS * 3 / 4, THINGS * 3 / 4..THINGS];
    let [first, second, last] = thirds;
    program.run(Compression::None, first, Fault::Cut);
    program.run(Compression::Gzip, second, Fault::Cut);
    program.run(Compression::None, last, Fault::LeavesThem);
    fs::create_dir(dir).unwrap();
    for (name, _) in storage.list().unwrap() {
        fs::write(dir.join(&name), storage.bytes(&name).unwrap()).unwrap();
    }
    program.emitted
}

/// What becomes of a segment whose lines come again.
#[derive(Clone, Copy)]
enum Fault {
    /// They are cut there.
    Cut,
    /// They stand there, too, and half a line behind them.
    LeavesThem,
}

struct Program {
    storage: MemoryStorage,
    clock: Arc<ManualClock>,
    rng: Rng,
    emitted: Emitted,
}

impl Program {
    /// One opening of the log, in which these things are used, and a fault comes in the middle.
    fn run(&mut self, compression: Compression, things: std::ops::Range<u32>, fault: Fault) {
        let writer = self.writer(compression);
        let middle = things.start.midpoint(things.end);
        for thing in things {
            self.step(&writer, thing);
            if thing == middle {
                self.fault(&writer, fault);
            }
        }
        if compression == Compression::Gzip {
            self.wait_for_compressed(&writer);
        }
        assert!(writer.shutdown_within(LONG).is_complete());
    }

    /// Segments are compressed while the writer goes on, and what is not at its end stays as it is.
    fn wait_for_compressed(&self, writer: &Writer) {
        let is_compressed = |(name, _): &(String, u64)| name.ends_with(".jsonl.gz");
        for _ in 0..6000 {
            if self.storage.list().unwrap().iter().filter(|it| is_compressed(it)).count() > 10 {
                return;
            }
            writer.flush(LONG).unwrap();
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nothing is compressed");
    }

    fn writer(&self, compression: Compression) -> Writer {
        let size = 512 * 1024;
        Writer::builder_on(Arc::new(self.storage.clone()))
            .clock(Arc::clone(&self.clock) as Arc<_>)
            .streams([Stream::Access])
            .rotation(Rotation { daily: true, segment_bytes: size })
            .retention(Retention { total_bytes: 2048 * size, ..Retention::default() })
            .compression(compression)
            .flood(Flood { share_percent: 100, ..Flood::default() })
            .overflow(Overflow::Block { at_most: LONG })
            .retry_after(Duration::from_millis(1))
            .start()
            .unwrap()
    }

    /// What happens in 40 ms.
    fn step(&mut self, writer: &Writer, thing: u32) {
        let id = self.id_of(thing);
        let thing_used = ThingUsed { thing: ObjectId::new(&id).unwrap(), times: Count::new(1) };
        thing_used.to(writer).emit().unwrap();
        match self.rng.u32(..1000) {
            0..30 => self.log_in(writer),
            30..50 => self.mount(writer),
            50..52 => self.flash(writer),
            52..55 => self.come_back(writer),
            55 => writer.count_lost(ThingUsed::SCHEMAS[0], EmitError::Full),
            56..80 => Measured::of(thing as usize).to(writer).emit().unwrap(),
            80..84 if is_late(thing) => self.late(writer, thing),
            _ => {}
        }
        self.clock.advance(Duration::from_millis(40));
        if thing.is_multiple_of(500) {
            writer.flush(LONG).unwrap(); // The writer is never far behind the clock.
        }
    }

    fn id_of(&mut self, thing: u32) -> String {
        let number = self.rng.u128(..);
        match thing {
            0..15_000 => {
                let hex = format!("{number:032x}");
                let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
                parts.join("-")
            }
            15_000..30_000 => format!("2026-{:02}-{:02}", number % 12 + 1, number % 28 + 1),
            _ => format!("thing {thing}"),
        }
    }

    /// One of the users, counted if it is alice.
    fn user(&mut self) -> &'static str {
        let user = self.rng.choice(USERS).unwrap();
        self.emitted.by_alice += u64::from(user == "alice");
        user
    }

    fn address(&mut self) -> SocketAddr {
        let ip = Ipv4Addr::new(192, 0, 2, self.rng.u8(1..255));
        SocketAddr::from((ip, self.rng.u16(1024..)))
    }

    fn log_in(&mut self, writer: &Writer) {
        let (user, from) = (self.user(), self.address());
        self.refuse(writer, ClaimedName::known(user), from, LoginRefusal::BadPassword);
    }

    fn refuse(
        &mut self,
        writer: &Writer,
        user: ClaimedName<'_>,
        from: SocketAddr,
        reason: LoginRefusal,
    ) {
        self.emitted.denied += 1;
        let attempt = Count::new(u64::from(from.port()));
        let password = Withheld::new("hunter2");
        let refused = DoorLoginFailed { user, from, reason, attempt, password };
        refused.to(writer).emit().unwrap();
    }

    fn mount(&mut self, writer: &Writer) {
        let (user, from) = (UserName::new(self.user()).unwrap(), self.address());
        let bytes = self.rng.u64(..5_000_000_000);
        let outcome = match self.rng.u8(..10) {
            0 => Outcome::Denied(MediaFault::NotPermitted),
            1 => Outcome::Failure(MediaFault::Io),
            _ => Outcome::Success,
        };
        match outcome {
            Outcome::Success => self.emitted.mounted += bytes,
            Outcome::Denied(_) => self.emitted.denied += 1,
            _ => {}
        }
        let context = Context::new(Actor::User(user), Source::Address(from));
        let image = ObjectName::new("debian 12 \"netinst\".iso").unwrap();
        let (size, mode) = (ByteSize::new(bytes), MediaMode::Cdrom);
        MediaMounted { outcome, image, size, mode }.within(&context).to(writer).emit().unwrap();
    }

    /// An operation in two phases: its end says what came of it, or that nobody knows.
    fn flash(&mut self, writer: &Writer) {
        let user = UserName::new(self.user()).unwrap();
        let version = Version::new("2.1").unwrap();
        let flashed = Flashed { outcome: Awaited::new(), user, version };
        let begun = flashed.to(writer).begin().unwrap();
        let outcome = match self.rng.u8(..4) {
            0 => return, // Dropped: abandoned.
            1 => Outcome::Denied(FlashRefusal::NotPermitted),
            2 => Outcome::Failure(FlashRefusal::Verify),
            _ => Outcome::Success,
        };
        self.emitted.denied += u64::from(matches!(outcome, Outcome::Denied(_)));
        begun.finish(outcome).unwrap();
    }

    fn come_back(&mut self, writer: &Writer) {
        CameBack { user: UserName::new(self.user()).unwrap() }.to(writer).emit().unwrap();
    }

    /// What is seen for the first time late in the log.
    fn late(&mut self, writer: &Writer, thing: u32) {
        let from = self.address();
        self.refuse(writer, ClaimedName::unknown("hunter2"), from, LoginRefusal::UnknownUser);
        let note = "a\u{1b}[1m\u{0}\u{85}\u{1f600} \\ \" ' note, ".repeat(1 + thing as usize % 12);
        let link = Link { peer: from, up: thing.is_multiple_of(2), lasted: LONG.into() };
        let session = SessionRef::of("a cookie");
        let serial = u64::MAX - u64::from(thing);
        LateNote { session, note: &note, serial, link }.to(writer).emit().unwrap();
        if thing.is_multiple_of(7) {
            for _ in 0..self.rng.u32(30..300) {
                let mallory = ClaimedName::known("mallory");
                self.refuse(writer, mallory, from, LoginRefusal::BadPassword);
            }
        }
    }

    /// The disk fails while somebody is refused, and heals.
    fn fault(&mut self, writer: &Writer, fault: Fault) {
        writer.flush(LONG).unwrap();
        match fault {
            Fault::Cut => self.storage.refuse(Call::Sync),
            Fault::LeavesThem => {
                for nth in 1..20 {
                    let (call, fault) = (Call::Truncate, Injected::Error(5));
                    self.storage.plan(FaultPlan { call, nth, fault, for_good: false });
                }
                self.storage.fill_after(1500);
            }
        }
        for _ in 0..8 {
            self.log_in(writer);
        }
        assert_eq!(writer.flush(LONG), Err(EmitError::NotDurable));
        self.storage.heal_what_lasts();
        for _ in 0..6000 {
            if writer.flush(LONG).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the writer does not go on");
    }
}

/// Whether so many things are used that their lines are behind [`LATE`], and some more.
fn is_late(thing: u32) -> bool {
    u64::from(thing) > LATE + 5000
}

/// The log is what it should be, so that what tools answer over it shows something.
pub(crate) fn hold(emitted: &Emitted, dir: &Path, known: &Known) {
    let Emitted { denied, by_alice, mounted } = *emitted;
    let told = (known.denied, known.by_alice, known.mounted);
    assert_eq!(told, (denied, by_alice, mounted), "what was emitted is what the log says");
    assert!(known.lines > 200_000 && known.has_all(), "{known}");
    assert!(known.repeated > 0 && known.torn == 1, "{known}");
    assert!(known.superseding > known.with_repeats, "no segment was cut: {known:?}");
    // DuckDB looks into 32 files where it is not told how many.
    let (plain, compressed) = (count(dir, ".jsonl"), count(dir, ".jsonl.gz"));
    assert!(plain > 32 && compressed > 10, "{plain} plain and {compressed} compressed");
    for (what, seq) in &known.first_seen {
        assert!(*seq > LATE, "{what} is first seen in line {seq}");
    }
    assert_eq!(known.first_seen.len(), 5, "{:?}", known.first_seen);
}

/// How many files have names that end so.
fn count(dir: &Path, suffix: &str) -> usize {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().ends_with(suffix)).count()
}
