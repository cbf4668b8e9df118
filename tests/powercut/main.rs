//! The power goes while a log is written on a real file system: a disk keeps a log of all its writes
//! and flushes, and from prefixes of it, with the last write torn or with any of those that were not
//! flushed, disks are made as power cuts leave them. Each is mounted, and the log on it verified,
//! gone on with, and verified again: what was acknowledged before the cut is there, and nothing
//! looks edited.
//!
//! `AUDIT_POWERCUTS=all` tries every prefix, every write torn, and of what is between two flushes two
//! subsets; if it does not say so, some hundred of them are tried. `AUDIT_POWERCUTS_SEED` repeats
//! the choice, and what is torn, but not the writing.
//!
//! It takes root, FUSE and loop devices; without them it says that it was skipped. The program that
//! writes is this one.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]
#![expect(clippy::panic, reason = "a test that fails panics")]
#![expect(clippy::indexing_slicing, reason = "a test that fails panics")]
#![expect(clippy::print_stdout, reason = "a campaign tells its size and its seed")]

mod campaign;
mod child;
mod cuts;
mod disk;
#[path = "../kills/log.rs"]
#[expect(dead_code, reason = "nothing was removed from the logs that it reads; here it may be")]
mod log;
mod mounts;
mod recording;
mod replay;

use std::path::Path;
use std::process::ExitCode;

use audit_writer::clock::{Clock, SystemClock};

use crate::campaign::{Depth, Sum};
use crate::mounts::Missing;

/// Set where this program has a name space of mounts of its own.
const INSIDE: &str = "AUDIT_TEST_POWERCUT_INSIDE";
/// Where the program keeps its log, and what it does, if this is the program that writes one.
const LOG_DIR: &str = "AUDIT_TEST_POWERCUT_DIR";
const JOB: &str = "AUDIT_TEST_POWERCUT_JOB";
const KEYS: &str = "keys";

fn main() -> ExitCode {
    if let Some(dir) = std::env::var_os(LOG_DIR) {
        let dir = Path::new(&dir);
        return match std::env::var(JOB).unwrap().as_str() {
            KEYS => child::draw_keys(dir),
            number => child::run(dir, number.parse().unwrap()),
        };
    }
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS; // As test runners ask.
    }
    let missing = match std::env::var_os(INSIDE) {
        None => mounts::go_inside(),
        Some(_) => match cut_power() {
            Ok(ended) => return ended,
            Err(why) => Missing::Machine(why),
        },
    };
    let must_run = std::env::var("CI").is_ok_and(|value| value == "true");
    match missing {
        Missing::Tool(why) if must_run => panic!("powercut: {why}"),
        Missing::Tool(why) | Missing::Machine(why) => {
            println!("test powercut ... SKIPPED: {why}");
            ExitCode::SUCCESS
        }
    }
}

/// # Errors
///
/// Says what this machine does not have or does not allow.
fn cut_power() -> Result<ExitCode, String> {
    let place = mounts::Place::new()?;
    mounts::probe(&place)?;
    let depth = match std::env::var("AUDIT_POWERCUTS").as_deref() {
        Err(_) => Depth::Bounded,
        Ok("all") => Depth::All,
        Ok(other) => panic!("AUDIT_POWERCUTS is {other:?}, and can be \"all\""),
    };
    let seed = match std::env::var("AUDIT_POWERCUTS_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => fastrand::u64(..),
    };
    println!("powercut: AUDIT_POWERCUTS_SEED={seed}");
    let clock = SystemClock::new();
    let start_ns = clock.up_ns();
    let Sum { writes, flushes, whole, torn, some, damaged, mended, acknowledged, held, broken } =
        campaign::run(&place, depth, seed);
    println!(
        "powercut: writes: {writes}, flushes: {flushes}, cuts: {} ({whole} between writes, {torn} in \
         one, {some} with any of those not flushed), acknowledged events: {acknowledged}, found \
         again: {held} times, violations: {broken} ({mended} mended at a start, {damaged} with lines \
         lost that nobody was told of, {} s)",
        whole + torn + some,
        (clock.up_ns() - start_ns) / 1_000_000_000
    );
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
