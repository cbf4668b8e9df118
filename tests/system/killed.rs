//! The program is killed at every call that it makes for its files, be it in a run that goes well or
//! just after a sync failed, when one segment takes another one's place.

use std::os::unix::process::ExitStatusExt;

use rustix::process::Signal;

use crate::told::Told;
use crate::{COMPRESSING, Sum, Verdict, strace};

/// What the writer asks the system for.
const CALLS: [&str; 8] =
    ["write", "pwrite64", "fdatasync", "fsync", "openat", "renameat2", "renameat", "unlinkat"];
/// The program is killed at the n-th use of a call, for each n up to this.
const USES: u32 = 12;
/// At which of its syncs it fails before; the first are those of the start.
const FAILS_AT: u32 = 6;

#[derive(Clone, Copy, Debug)]
struct Case {
    call: &'static str,
    nth: u32,
    after_a_fault: bool,
}

struct Came {
    is_killed: bool,
    told: Told,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for call in CALLS {
        for nth in 1..=USES {
            let at = |after_a_fault| Case { call, nth, after_a_fault };
            // A call has one tampering at a time.
            cases.extend(
                [false, true]
                    .map(at)
                    .into_iter()
                    .filter(|case| !(case.after_a_fault && case.call == "fdatasync")),
            );
        }
    }
    cases
}

/// Runs every case, and says by its sum how many there were.
pub(crate) fn at_every_call(sum: &mut Sum) -> Verdict {
    if let Err(why) = strace::is_there() {
        return Verdict::Skipped(why);
    }
    let came = strace::each(cases(), run);
    for (_, one) in &came {
        sum.runs += 1;
        sum.acknowledged += one.told.acknowledged.len();
    }
    let killed = came.iter().filter(|(_, one)| one.is_killed).count();
    for call in CALLS {
        let is_killed = |(case, one): &(Case, Came)| case.call == call && one.is_killed;
        assert!(came.iter().any(is_killed), "nobody was killed at {call}");
    }
    sum.killed += killed;
    Verdict::Ok(format!("{killed} of {} were", came.len()))
}

/// The second run of a log is killed.
fn run(case: Case) -> Result<Came, String> {
    let Case { call, nth, after_a_fault } = case;
    let dir = tempfile::tempdir().unwrap();
    let kill = format!("{call}:signal=KILL:when={nth}");
    let fault = format!("fdatasync:error=EIO:when={FAILS_AT}");
    let look = || {
        let before = Told::parse(&strace::run_unhindered(COMPRESSING, dir.path()))?;
        let tampering = if after_a_fault { vec![kill, fault] } else { vec![kill] };
        let (ran, _) = strace::run(COMPRESSING, dir.path(), &tampering);
        let is_killed = ran.status.signal() == Some(Signal::KILL.as_raw());
        let told = if is_killed { Told::until_killed(&ran)? } else { Told::parse(&ran)? };
        let told = told.after(before);
        told.check(dir.path())?;
        Ok(Came { is_killed, told })
    };
    let came: Result<Came, String> = look();
    came.map_err(|broken| format!("{broken}\nthe log is kept in {}", dir.keep().display()))
}
