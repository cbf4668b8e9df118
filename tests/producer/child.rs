//! The program that does something on a thread of its own, under a filter that kills it for any
//! system call, or between two marks that a tracer sees.

use std::collections::BTreeMap;
use std::hint::{black_box, spin_loop};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use audit_log::Log;
use audit_writer::clock::{Clock, Stamp, SystemClock};
use audit_writer::{Flood, Writer};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use crate::events::{FITTING, any};
use crate::pace::Pace;

/// Events that are emitted while system calls are watched.
pub(crate) const COUNT: u32 = 10_000;
/// Events that are emitted before, for whatever is set up by the first.
const WARM_UP: u32 = 16 * FITTING.len() as u32;
const LONG: Duration = Duration::from_secs(120);

/// What the thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Emits.
    Emit,
    /// Emits by a clock that stands still, where the machine's costs a system call.
    EmitTimeless,
    ReadClock,
    GetPid,
    Write,
    Nothing,
}

const ACTS: [(&str, Act); 6] = [
    ("emit", Act::Emit),
    ("emit-timeless", Act::EmitTimeless),
    ("read-clock", Act::ReadClock),
    ("getpid", Act::GetPid),
    ("write", Act::Write),
    ("nothing", Act::Nothing),
];

/// How its system calls are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// The first one kills the program.
    Filter,
    /// By whoever traces the program, between two calls of `getppid`.
    Marks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) act: Act,
    pub(crate) watch: Watch,
}

impl Case {
    pub(crate) fn parse(arguments: &[String]) -> Option<Case> {
        let [act, watch] = arguments else { return None };
        let act = ACTS.iter().find(|(name, _)| name == act)?.1;
        Some(Case { act, watch: if watch == "filter" { Watch::Filter } else { Watch::Marks } })
    }

    pub(crate) fn arguments(self) -> [&'static str; 2] {
        let name = ACTS.iter().find(|(_, act)| *act == self.act).unwrap().0;
        [name, if self.watch == Watch::Filter { "filter" } else { "marks" }]
    }
}

/// Runs a case, and says by the exit status whether all that was emitted is in the log.
pub(crate) fn run(dir: &Path, case: &Case) -> ExitCode {
    let builder = Writer::builder(dir).flood(Flood::UNBOUNDED);
    let writer = match case.act {
        Act::EmitTimeless => builder.clock(Arc::new(StillClock)).install(),
        _ => builder.install(),
    };
    let writer = Arc::new(writer.unwrap());
    let done = Arc::new(AtomicBool::new(false));
    let thread = {
        let (writer, done, case) = (Arc::clone(&writer), Arc::clone(&done), *case);
        std::thread::spawn(move || watched(&writer, case, &done))
    };
    for _ in 0..LONG.as_millis() {
        if done.load(Ordering::Acquire) || thread.is_finished() {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(done.load(Ordering::Acquire), "the thread did not come to its end");
    let report = writer.close_within(LONG);
    assert!(report.is_complete() && report.stats.lost == 0, "{report}");
    let expected = match case.act {
        Act::Emit | Act::EmitTimeless => WARM_UP + COUNT,
        _ => WARM_UP,
    };
    assert_eq!(events(dir), u64::from(expected));
    ExitCode::SUCCESS // Which ends the thread, wherever it spins.
}

/// The life of the thread that is watched. It never ends by itself: ending is a system call.
fn watched(writer: &Writer, case: Case, done: &AtomicBool) {
    let filter = filter();
    let pace = Pace::measured();
    pace.emit(writer, WARM_UP, any);
    match case.watch {
        Watch::Filter => seccompiler::apply_filter(&filter).unwrap(),
        Watch::Marks => mark(),
    }
    match case.act {
        Act::Emit | Act::EmitTimeless => pace.emit(writer, COUNT, any),
        Act::ReadClock => _ = black_box(SystemClock::new().now()),
        Act::GetPid => _ = black_box(std::process::id()),
        Act::Write => std::io::stderr().write_all(b"written\n").unwrap(),
        Act::Nothing => {}
    }
    if case.watch == Watch::Marks {
        mark();
    }
    done.store(true, Ordering::Release);
    loop {
        spin_loop();
    }
}

/// A system call that nothing else here makes.
fn mark() {
    let _parent = std::os::unix::process::parent_id();
}

/// No system call is allowed, to the thread that applies it.
fn filter() -> BpfProgram {
    let machine = std::env::consts::ARCH.try_into().unwrap();
    let (any, listed) = (SeccompAction::KillProcess, SeccompAction::Allow);
    SeccompFilter::new(BTreeMap::new(), any, listed, machine).unwrap().try_into().unwrap()
}

fn events(dir: &Path) -> u64 {
    let lines = Log::open(dir).unwrap().lines().unwrap().map(|(_, line)| line.unwrap());
    lines.filter(|line| line.kind == "event").count() as u64
}

/// A clock of which reading costs nothing.
struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> Stamp {
        Stamp { unix_ns: 1_795_176_000_123_456_789, up_ns: 8_123_456_789_000 }
    }

    fn is_synced(&self) -> bool {
        true
    }

    fn boot_id(&self) -> String {
        "test-boot".to_owned()
    }
}
