//! How fast a log is verified, beside the hashing alone that it cannot do without.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::thread;
use std::time::Duration;

use audit_log::Log;
use audit_log::VerifierKey;
use audit_log::verify::Trust;
use audit_writer::{Durability, Flood, Overflow, Writer};
use quanta::Clock;

use crate::Failure;
use crate::compare::{KEEP_ALL, LoginFailed, Work, events};
use crate::hashing::{leaves_and_nodes, lines_of};
use crate::stats::median;
use crate::table::Table;

pub(crate) const HELP: &str = "\
Measures how fast a log is verified.

Usage: cargo run --release -p audit-benches -- verify [--rounds N] [--dir DIR]

Writes a log of 512 MB into DIR (by default a directory of its own below the system's for temporary
files), and in each of N rounds (default 7) verifies it and, beside that, hashes its lines from
memory: a leaf and a node of the tree each, on as many threads as there are cores. All of it is in
the system's memory then, so no disk is measured.
";

const LOG_BYTES: u64 = 512 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn measure(rounds: usize, dir: Option<&Path>) -> Result<String, Failure> {
    let place = match dir {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir()?,
    };
    let dir = place.path().join("audit");
    let key = write_log(&dir)?;
    let segments = segments(&dir)?;
    let bytes: u64 = segments.iter().map(|segment| segment.len() as u64).sum();
    let lines: usize = segments.iter().map(|segment| lines_of(segment).count()).sum();
    let trust = Trust::in_key(key);
    let (mut verified, mut hashed, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let rate = |took: Duration| bytes as f64 / 1e6 / took.as_secs_f64();
        let (ours, bare) = (verify_once(&dir, &trust)?, hash_once(&segments));
        verified.push(rate(ours));
        hashed.push(rate(bare));
        ratios.push(bare.as_secs_f64() / ours.as_secs_f64());
    }
    let cores = thread::available_parallelism()?;
    let mut table = Table::new(&["", "MB/s"]);
    let number = |numbers: &[f64]| format!("{:.0}", median(numbers).unwrap_or(f64::NAN));
    table.row(vec!["verify".to_owned(), number(&verified)]);
    table.row(vec!["leaf and node hashing alone, from memory".to_owned(), number(&hashed)]);
    let ratio = median(&ratios).unwrap_or(f64::NAN);
    Ok(format!(
        "{lines} lines, {bytes} bytes, {} segments, {cores} cores; medians of {rounds} rounds\n{table}\
         \n  ratio {ratio:.2} (goal: at least 0.80)\n",
        segments.len()
    ))
}

/// Writes a log with evidence, by default settings but for what would make it shorter or slower.
fn write_log(dir: &Path) -> Result<VerifierKey, Failure> {
    let log = Writer::builder(dir)
        .retention(KEEP_ALL)
        .flood(Flood::UNBOUNDED)
        .durability(Durability::Never)
        .overflow(Overflow::Block { at_most: PATIENCE })
        .shutdown_within(PATIENCE)
        .start()?;
    let work: Vec<Work> = events();
    let mut accepted = work.iter().cycle();
    // A line has some 380 bytes.
    for _ in 0..LOG_BYTES / 380 {
        let event = accepted.next().and_then(LoginFailed::of).ok_or("no event")?;
        event.to(&log).emit()?;
    }
    let report = log.shutdown();
    if !report.is_complete() {
        return Err(format!("the log could not be written: {report}").into());
    }
    let keys = audit_writer::keys::FileKeys::of_log(dir)?;
    Ok(audit_writer::keys::verifier_key(&keys, audit_core::Stream::Audit)?
        .ok_or("there are no keys")?)
}

/// What the segments hold, which also brings them into the system's memory.
fn segments(dir: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            segments.push(fs::read(path)?);
        }
    }
    Ok(segments)
}

fn verify_once(dir: &Path, trust: &Trust) -> Result<Duration, Failure> {
    let clock = Clock::new();
    let start = clock.now();
    let report = Log::open(dir)?.verify(trust)?;
    let took = clock.now().duration_since(start);
    match report.is_intact() {
        true => Ok(took),
        false => Err(format!("the log is not what was written:\n{report}").into()),
    }
}

/// Hashes the lines on all cores.
fn hash_once(segments: &[Vec<u8>]) -> Duration {
    let lines: Vec<&[u8]> = segments.iter().flat_map(|segment| lines_of(segment)).collect();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let clock = Clock::new();
    let start = clock.now();
    thread::scope(|scope| {
        for share in lines.chunks(lines.len().div_ceil(cores).max(1)) {
            scope.spawn(|| black_box(leaves_and_nodes(share)));
        }
    });
    clock.now().duration_since(start)
}
