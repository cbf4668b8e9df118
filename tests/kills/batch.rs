//! A directory of which the writer is killed again and again, and then looked at.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use audit_core::Stream;
use audit_log::Log;
use audit_log::VerifierKey;
use audit_log::reader::Line;
use audit_log::verify::{Trust, Verdict};
use audit_writer::keys::{FileKeys, generate};
use fastrand::Rng;
use rustix::process::Signal;

use crate::log::{Acknowledged, count, line_of, lines};
use crate::{LOG_DIR, child};

/// The longest that a child lives on after what its killer waits for, in microseconds.
const LIFE_US: u64 = 15_000;
/// One in so many children is killed while it starts.
const STARTING: u32 = 4;

/// What a batch came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) kills: usize,
    pub(crate) acknowledged: usize,
    pub(crate) lines: usize,
    pub(crate) segments: usize,
    /// How often a start found a torn end, or a segment that was half made.
    pub(crate) repairs: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.kills += other.kills;
        self.acknowledged += other.acknowledged;
        self.lines += other.lines;
        self.segments += other.segments;
        self.repairs += other.repairs;
    }
}

/// Kills so many writers of one log, one after the other, and checks what they leave.
///
/// # Errors
///
/// Says which promise was broken; the directory is kept, and named.
pub(crate) fn run(kills: usize, rng: &mut Rng) -> Result<Tally, String> {
    let dir = tempfile::tempdir().unwrap();
    let result = kill_and_check(dir.path(), kills, rng);
    result.map_err(|broken| format!("{broken}\nthe log is kept in {}", dir.keep().display()))
}

fn kill_and_check(dir: &Path, kills: usize, rng: &mut Rng) -> Result<Tally, String> {
    let streams: &[Stream] = match rng.bool() {
        true => &[Stream::Audit],
        false => &[Stream::Audit, Stream::Access],
    };
    let store = FileKeys::of_log(dir).unwrap();
    let keys: Vec<VerifierKey> =
        streams.iter().map(|stream| generate(&store, *stream).unwrap()).collect();
    let told: Vec<Vec<Acknowledged>> =
        (0..kills).map(|_| run_and_kill(dir, rng)).collect::<Result<_, _>>()?;
    let report = child::open(dir).shutdown();
    if !report.is_complete() {
        return Err(format!("the log does not end in order: {report}"));
    }
    let mut tally =
        Tally { kills, acknowledged: told.iter().map(Vec::len).sum(), ..Tally::default() };
    for (stream, key) in streams.iter().zip(keys) {
        let lines = lines(dir, *stream)?;
        check_acknowledged(&of_stream(&told, *stream, streams), &lines)?;
        check_counts(&lines)?;
        check_evidence(dir, *stream, key)?;
        tally.lines += lines.len();
        tally.segments += lines.iter().filter(|line| line.kind == "header").count();
        tally.repairs += lines.iter().filter(|line| is_repair(line)).count();
    }
    Ok(tally)
}

/// What was acknowledged of events of this stream: the odd ones are of `access`, where it is there.
fn of_stream(
    told: &[Vec<Acknowledged>],
    stream: Stream,
    streams: &[Stream],
) -> Vec<Vec<Acknowledged>> {
    let is_of_it = |told: &&Acknowledged| {
        let has_access = streams.contains(&Stream::Access);
        !has_access || (told.count % 2 == 1) == (stream == Stream::Access)
    };
    told.iter().map(|of_child| of_child.iter().filter(is_of_it).copied().collect()).collect()
}

/// Starts a child, kills it with SIGKILL, and returns what it was acknowledged until then.
fn run_and_kill(dir: &Path, rng: &mut Rng) -> Result<Vec<Acknowledged>, String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(LOG_DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    if rng.u32(..STARTING) != 0 {
        pipe.read_line(&mut first).unwrap();
    }
    sleep(Duration::from_micros(rng.u64(..LIFE_US)));
    kill(&mut child)?;
    // What it put into the pipe before is still there.
    let rest = pipe.lines().map(Result::unwrap);
    let told = Some(first.trim_end().to_owned()).filter(|first| !first.is_empty());
    told.into_iter()
        .chain(rest)
        .map(|line| Acknowledged::parse(&line).ok_or_else(|| format!("the child said {line:?}")))
        .collect()
}

fn kill(child: &mut Child) -> Result<(), String> {
    child.kill().unwrap();
    let status = child.wait().unwrap();
    match status.signal() == Some(Signal::KILL.as_raw()) {
        true => Ok(()),
        false => Err(format!("the child ended by itself: {status}")),
    }
}

/// No kill looks like an edit.
fn check_evidence(dir: &Path, stream: Stream, key: VerifierKey) -> Result<(), String> {
    let trust = Trust::in_key(key);
    let report = Log::open(dir)
        .and_then(|log| log.stream(stream).verify(&trust))
        .map_err(|error| error.to_string())?;
    match report.verdict == Verdict::Intact && report.findings.is_empty() {
        true => Ok(()),
        false => Err(report.to_string()),
    }
}

/// What was acknowledged is there under its number, and in a run that no other child had.
fn check_acknowledged(told: &[Vec<Acknowledged>], lines: &[Line]) -> Result<(), String> {
    let mut runs_before = HashSet::new();
    for of_child in told {
        let runs: HashSet<&str> = of_child
            .iter()
            .map(|told| line_of(*told, lines).map(|line| line.run.as_deref().unwrap_or_default()))
            .collect::<Result<_, _>>()?;
        if runs.len() > 1 || !runs_before.is_disjoint(&runs) {
            return Err(format!("{runs:?} should be one run, and of one child"));
        }
        runs_before.extend(runs);
    }
    Ok(())
}

/// What a run has of a thread's events is all that came before the last of them, in their order:
/// only the end is lost by a kill.
fn check_counts(lines: &[Line]) -> Result<(), String> {
    let mut next: HashMap<(&str, u64), u64> = HashMap::new();
    for line in lines.iter().filter(|line| line.kind == "event") {
        let count = count(line).ok_or_else(|| format!("an event without a count: {line:?}"))?;
        let next =
            next.entry((line.run.as_deref().unwrap_or_default(), count % 2)).or_insert(count % 2);
        if count != *next {
            return Err(format!("count {count} in place of {next}: {line:?}"));
        }
        *next += 2;
    }
    match lines.iter().find(|line| line.kind == "gap") {
        Some(gap) => Err(format!("nothing should be lost while the channel has room: {gap:?}")),
        None => Ok(()),
    }
}

fn is_repair(line: &Line) -> bool {
    matches!(line.lifecycle(), Some("repair" | "cleanup"))
}
