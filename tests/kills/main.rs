//! What was acknowledged survives SIGKILL at any moment, and the log goes on. A program of its own,
//! because it is also the program that is killed: in the middle of a line, of a rotation, of a
//! start, of the repair of what the one before it left.
//!
//! `AUDIT_KILLS` says how many kills there are, 1,000 if it does not; `AUDIT_KILLS_SEED` repeats the
//! moments of an earlier campaign, as well as moments can be repeated.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]
#![expect(clippy::panic, reason = "a test that fails panics")]
#![expect(clippy::print_stdout, reason = "a campaign tells its size and its seed")]

mod batch;
mod child;
mod log;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use audit_writer::clock::{Clock, SystemClock};
use fastrand::Rng;

use crate::batch::Tally;

/// Where the program keeps its log, if this is the program that is killed.
const LOG_DIR: &str = "AUDIT_TEST_KILLED_DIR";
/// So many writers of one log are killed before it is looked at.
const BATCH_KILLS: usize = 50;
/// So many logs are at work at a time.
const AT_A_TIME: usize = 2;

fn main() -> ExitCode {
    if let Some(dir) = std::env::var_os(LOG_DIR) {
        child::run(Path::new(&dir));
        return ExitCode::FAILURE; // It does not end by itself.
    }
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS; // As test runners ask.
    }
    let kills = told("AUDIT_KILLS").unwrap_or(1000);
    let seed = told("AUDIT_KILLS_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("kills: AUDIT_KILLS_SEED={seed}");
    let clock = SystemClock::new();
    let start_ns = clock.up_ns();
    let Tally { kills, acknowledged, lines, segments, repairs } = campaign(kills, seed);
    println!(
        "kills: {kills}, acknowledged events: {acknowledged}, lines: {lines}, violations: 0 \
         ({segments} segments, {repairs} mended at a start, {} s)",
        (clock.up_ns() - start_ns) / 1_000_000_000
    );
    ExitCode::SUCCESS
}

/// What a variable of the environment says, if it is there.
fn told<T: std::str::FromStr<Err: std::fmt::Debug>>(name: &str) -> Option<T> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

/// Kills that often, in batches; the n-th has the same random numbers whoever is at it.
fn campaign(kills: usize, seed: u64) -> Tally {
    let sum = Mutex::new(Tally::default());
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let left = kills.saturating_sub(n * BATCH_KILLS);
            if left == 0 {
                return;
            }
            let mut rng = Rng::with_seed(seed.wrapping_add(n as u64));
            match batch::run(left.min(BATCH_KILLS), &mut rng) {
                Ok(tally) => *sum.lock().unwrap() += tally,
                Err(broken) => panic!("violation in batch {n} of seed {seed}: {broken}"),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(work);
        }
    });
    sum.into_inner().unwrap()
}
