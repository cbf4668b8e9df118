//! A log is written on a disk that records; and what was promised of it, and when.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use audit_log::VerifierKey;
use data_encoding::BASE64;

use crate::disk::{Disk, Step};
use crate::log::Acknowledged;
use crate::mounts::{Mounted, Place};
use crate::{JOB, KEYS, LOG_DIR};

/// What a child was told, and holds from then on.
#[derive(Clone, Debug)]
pub(crate) enum Promise {
    /// This event is on stable storage.
    Durable(Acknowledged),
    /// All events from one count to another are.
    Flushed { from: u64, to: u64 },
    /// This checkpoint was kept elsewhere.
    Anchor(String),
}

/// A disk as it was, all that was written to it, and what was promised meanwhile.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) base: Vec<u8>,
    pub(crate) steps: Vec<Step>,
    /// Each with how many steps there had been.
    pub(crate) promises: Vec<(usize, Promise)>,
    /// What to verify with, and how many steps there were when it was known.
    pub(crate) key: (usize, VerifierKey),
}

impl Recording {
    /// What was promised after at most so many steps.
    pub(crate) fn promised(&self, position: usize) -> impl Iterator<Item = &Promise> {
        let until = move |(at, _): &&(usize, Promise)| *at <= position;
        self.promises.iter().filter(until).map(|(_, promise)| promise)
    }

    /// The log below a directory where the disk is mounted.
    pub(crate) fn log_below(mounted: &Path) -> std::path::PathBuf {
        mounted.join("log")
    }
}

/// What an earlier recording leaves to the next, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Inherited {
    pub(crate) promises: Vec<Promise>,
    pub(crate) key: Option<VerifierKey>,
}

/// Lets programs of these numbers write a log, one after the other, on a disk that begins as `base`.
///
/// # Errors
///
/// Says what went wrong; nothing is to.
pub(crate) fn record(
    place: &Place,
    base: Vec<u8>,
    inherited: Inherited,
    runs: std::ops::Range<u32>,
) -> Result<Recording, String> {
    let disk = Disk::new(&place.dir(), base.clone()).map_err(|error| error.to_string())?;
    let dir = place.dir();
    let mut promises: Vec<_> = inherited.promises.into_iter().map(|promise| (0, promise)).collect();
    let key = {
        let _mounted = Mounted::new(&disk.path(), &dir)?;
        let log = Recording::log_below(&dir);
        let key = match inherited.key {
            Some(key) => (0, key),
            None => draw_keys(&log, &disk)?,
        };
        for number in runs {
            run(&log, number, &disk, &mut promises)?;
        }
        key
    };
    Ok(Recording { base, steps: disk.take_steps(), promises, key })
}

fn draw_keys(log: &Path, disk: &Disk) -> Result<(usize, VerifierKey), String> {
    let ran = command(log, KEYS).output().unwrap();
    let position = disk.position();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let key = said.strip_prefix("key ").and_then(|key| key.trim_end().parse().ok());
    let key = key.ok_or_else(|| format!("{said}{}", String::from_utf8_lossy(&ran.stderr)))?;
    Ok((position, key))
}

/// Notes with each promise where the disk was, before the child goes on.
fn run(
    log: &Path,
    number: u32,
    disk: &Disk,
    promises: &mut Vec<(usize, Promise)>,
) -> Result<(), String> {
    let mut child = Killed(
        command(log, &number.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let said = BufReader::new(child.0.stdout.take().unwrap());
    let mut noted = child.0.stdin.take().unwrap();
    for line in said.lines() {
        let line = line.unwrap();
        let promise = parse(&line).ok_or_else(|| format!("the child said {line:?}"))?;
        promises.push((disk.position(), promise));
        noted.write_all(b".").unwrap();
    }
    let status = child.0.wait().unwrap();
    match status.success() {
        true => Ok(()),
        false => Err(format!("run {number}: {status}")),
    }
}

fn parse(line: &str) -> Option<Promise> {
    if let Some(acknowledged) = Acknowledged::parse(line) {
        return Some(Promise::Durable(acknowledged));
    }
    if let Some(anchor) = line.strip_prefix("anchor ") {
        let bytes = BASE64.decode(anchor.as_bytes()).ok()?;
        return String::from_utf8(bytes).ok().map(Promise::Anchor);
    }
    let (from, to) = line.strip_prefix("flushed ")?.split_once(' ')?;
    Some(Promise::Flushed { from: from.parse().ok()?, to: to.parse().ok()? })
}

fn command(log: &Path, job: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(LOG_DIR, log).env(JOB, job);
    command
}

/// A child that does not outlive this.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
