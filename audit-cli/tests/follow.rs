//! `auditlog ingest --follow`, killed again and again while the files grow and are rotated: each
//! action is recorded exactly once.
//!
//! `AUDIT_FOLLOW_KILLS` sets how often it is killed.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]
#![expect(clippy::print_stdout, reason = "a campaign says what it came to")]
#![expect(clippy::disallowed_methods, reason = "a program that logs opens its own files")]

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use audit_log::Log;
use audit_log::reader::Json;
use jiff::Timestamp;

/// How a log is rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rotation {
    /// Renamed; a moment later a new file is begun.
    Rename,
    /// Copied and truncated.
    Copy,
}

/// A log that grows.
struct Growing {
    path: PathBuf,
    file: File,
    rotation: Rotation,
}

impl Growing {
    fn new(path: PathBuf, rotation: Rotation) -> Growing {
        let file = OpenOptions::new().append(true).create(true).open(&path).unwrap();
        Growing { path, file, rotation }
    }

    fn rotated(&self, number: usize) -> PathBuf {
        self.path.with_extension(format!("log.{number}"))
    }

    /// Rotates as logrotate does; `late` is written to the file after it was renamed.
    fn rotate(&mut self, late: &str) {
        for number in (1..40).rev() {
            let older = self.rotated(number);
            if older.exists() {
                fs::rename(&older, self.rotated(number + 1)).unwrap();
            }
        }
        match self.rotation {
            Rotation::Rename => {
                fs::rename(&self.path, self.rotated(1)).unwrap();
                self.file.write_all(late.as_bytes()).unwrap();
                *self = Growing::new(self.path.clone(), self.rotation);
            }
            Rotation::Copy => {
                self.file.write_all(late.as_bytes()).unwrap();
                fs::copy(&self.path, self.rotated(1)).unwrap();
                self.file.set_len(0).unwrap();
            }
        }
    }
}

fn address(number: u32) -> String {
    let [_, a, b, c] = number.to_be_bytes();
    format!("10.{a}.{b}.{c}")
}

/// The line of an action that no other has: from an address of its own.
fn action(number: u32) -> String {
    let time = Timestamp::now().strftime("%d/%b/%Y:%H:%M:%S +0000");
    let from = address(number);
    format!("{from} - - [{time}] \"POST /api/paste HTTP/1.1\" 200 3 \"-\" \"-\"\n")
}

/// Writes both logs until it is told to stop; how many actions there are.
fn grow(dir: &Path, rotations: [Rotation; 2], stop: &AtomicBool, count: &AtomicU32) {
    let mut random = fastrand::Rng::with_seed(4);
    let mut access = Growing::new(dir.join("access.log"), rotations[0]);
    let mut app = Growing::new(dir.join("app.log"), rotations[1]);
    let (position, mut is_followed) = (dir.join("log/ingest/position.json"), false);
    let next = || action(count.fetch_add(1, Ordering::Relaxed));
    while !stop.load(Ordering::Relaxed) {
        let line = next();
        // Now and then the line is not whole when it is looked at.
        let (begin, end) = line.split_at(random.usize(..line.len()));
        access.file.write_all(begin.as_bytes()).unwrap();
        if random.u8(..8) == 0 {
            thread::sleep(Duration::from_millis(3));
        }
        access.file.write_all(end.as_bytes()).unwrap();
        let time = Timestamp::now().strftime("%Y-%m-%d %H:%M:%S.%3f");
        writeln!(app.file, "{time} api             INFO Page served").unwrap();
        // Of what was rotated before it began to follow nobody told it.
        is_followed = is_followed || position.exists();
        match random.u32(..300) {
            _ if !is_followed => {}
            0 => access.rotate(&(next() + &next())),
            1 => app.rotate(""),
            _ => {}
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn follow(dir: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    command.args(["ingest", "--follow", "--json", "--timezone", "UTC", "--dir"]);
    command.arg(dir.join("log")).arg("--nginx").arg(dir.join("access.log"));
    command.arg("--tinypilot").arg(dir.join("app.log"));
    command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// How often each action is recorded, by its address.
fn recorded(dir: &Path) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for (_, line) in Log::open(dir.join("log")).unwrap().lines().unwrap() {
        let Ok(line) = line else { continue };
        if line.get("origin").is_some() {
            let ip = line.get("source").unwrap().get("ip").and_then(Json::as_str).unwrap();
            *counts.entry(ip.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// What is wrong: actions that are not there once.
fn wrong(dir: &Path, actions: u32) -> Vec<(String, u32)> {
    let counts = recorded(dir);
    let each = (0..actions).map(address);
    let times = each.map(|it| (counts.get(&it).copied().unwrap_or_default(), it));
    let mut wrong: Vec<_> = times.filter(|it| it.0 != 1).map(|(times, it)| (it, times)).collect();
    let known = |it: &String| (0..actions).any(|number| address(number) == *it);
    if counts.len() > actions as usize {
        wrong.extend(counts.into_iter().filter(|it| !known(&it.0)));
    }
    wrong
}

fn killed(rotations: [Rotation; 2]) {
    let kills = std::env::var("AUDIT_FOLLOW_KILLS").map_or(15, |it| it.parse().unwrap());
    let home = tempfile::tempdir().unwrap();
    let (stop, count) = (AtomicBool::new(false), AtomicU32::new(0));
    let mut random = fastrand::Rng::with_seed(3);
    thread::scope(|scope| {
        scope.spawn(|| grow(home.path(), rotations, &stop, &count));
        while !home.path().join("app.log").exists() {
            thread::yield_now();
        }
        for _ in 0..kills {
            let mut child = follow(home.path());
            thread::sleep(Duration::from_millis(random.u64(30..900)));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
    let actions = count.load(Ordering::Relaxed);
    let before = recorded(home.path()).len();
    println!("{rotations:?}: {actions} actions, {before} recorded after {kills} kills");
    assert!(before > 0, "it was always killed before it did anything");
    // Whatever is missing comes; how long that takes is the machine's.
    let child = follow(home.path());
    for _ in 0..100 {
        thread::sleep(Duration::from_millis(200));
        if recorded(home.path()).len() >= actions as usize {
            break;
        }
    }
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let output = child.wait_with_output().unwrap();
    let summary = String::from_utf8(output.stdout).unwrap();
    let wrong = wrong(home.path(), actions);
    assert!(wrong.is_empty(), "{wrong:?} of {actions}\n{summary}");
    assert_eq!(output.status.code(), Some(0), "{summary}");
    let mut verify = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    let verified = verify.arg("verify").arg(home.path().join("log")).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn each_action_is_there_once_where_the_access_log_is_renamed() {
    killed([Rotation::Rename, Rotation::Copy]);
}

#[test]
fn each_action_is_there_once_where_the_access_log_is_truncated() {
    killed([Rotation::Copy, Rotation::Rename]);
}
