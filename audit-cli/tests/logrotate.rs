//! `auditlog ingest --follow`, killed and away while a real logrotate rotates the log under it, in each of
//! its manners: each action is recorded exactly once, or what is missing is told.
//!
//! It takes `logrotate` (`AUDIT_LOGROTATE_BIN` says which). Where there is none it says that it was skipped,
//! and where `CI` is `true` it must be there. `AUDIT_LOGROTATE` sets how many rounds each manner has,
//! and `AUDIT_LOGROTATE_MANNER` the number of the only one that is tried.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]
#![expect(clippy::print_stdout, reason = "a campaign says what it came to")]
#![expect(clippy::disallowed_methods, reason = "a program that logs opens its own files")]

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use audit_log::Log;
use audit_log::reader::Json;
use jiff::Timestamp;

/// What logrotate is told, and whether nothing may be missing.
const MANNERS: [(&str, bool); 13] = [
    ("create", true),
    ("create\ncompress\ndelaycompress", true),
    ("create\ncompress", true),
    ("create\ndateext\ndateformat -%Y%m%d-%s", true),
    ("create\ndateext\ndateformat -%Y%m%d-%s\ncompress\ndelaycompress", true),
    ("create\nolddir old\ncompress\ndelaycompress", true),
    ("create\nolddir away/old\ncompress\ndelaycompress", true),
    ("create\nextension .log\ncompress\ndelaycompress", true),
    ("create\ncompress\nshred", true),
    ("copytruncate", true),
    ("copytruncate\ncompress\ndelaycompress", true),
    // What is removed before it was read is told.
    ("create\nrotate 1", false),
    ("create\ncompress\ncompresscmd /usr/bin/xz\ncompressext .xz", false),
];

fn program() -> String {
    std::env::var("AUDIT_LOGROTATE_BIN").unwrap_or_else(|_| "logrotate".to_owned())
}

fn address(number: u32) -> String {
    let [_, a, b, c] = number.to_be_bytes();
    format!("10.{a}.{b}.{c}")
}

/// A log that grows and is rotated, and the ones who follow it.
struct Home<'a> {
    dir: &'a Path,
    file: File,
    count: u32,
    is_copied: bool,
    is_packed: bool,
    /// How long it takes until names of rotated files are others, in milliseconds.
    pause: u64,
}

impl Home<'_> {
    fn open(dir: &Path) -> File {
        OpenOptions::new().append(true).create(true).open(dir.join("access.log")).unwrap()
    }

    fn write(&mut self, actions: u32) {
        for _ in 0..actions {
            let time = Timestamp::now().strftime("%d/%b/%Y:%H:%M:%S +0000");
            let from = address(self.count);
            let request = "\"POST /api/paste HTTP/1.1\" 200 3 \"-\" \"-\"";
            writeln!(self.file, "{from} - - [{time}] {request}").unwrap();
            self.count += 1;
        }
    }

    fn rotate(&mut self) {
        let mut rotate = Command::new(program());
        rotate.args(["-f", "-s"]).arg(self.dir.join("state")).arg(self.dir.join("conf"));
        let output = rotate.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        if !self.is_copied {
            // Whoever writes the log does so for a moment before it opens it again. What is compressed at
            // once is gone then: logrotate compresses when that was done.
            self.write(if self.is_packed { 0 } else { 2 });
            self.file = Home::open(self.dir);
        }
        thread::sleep(Duration::from_millis(self.pause));
    }

    fn follow(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
        command.args(["ingest", "--follow", "--dir"]).arg(self.dir.join("log"));
        command.arg("--nginx").arg(self.dir.join("access.log"));
        command.arg("--rotated-in").arg(self.dir.join("away/old"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

fn recorded(dir: &Path) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    let Ok(lines) = Log::open(dir.join("log")).and_then(|log| log.lines()) else { return counts };
    for line in lines.filter_map(|(_, line)| line.ok()) {
        let ip = line.get("source").and_then(|it| it.get("ip")).and_then(Json::as_str);
        if let Some(ip) = ip.filter(|_| line.get("origin").is_some()) {
            *counts.entry(ip.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// Whether the log itself tells that lines are missing.
fn is_missing_recorded(dir: &Path) -> bool {
    let lines =
        Log::open(dir.join("log")).unwrap().lines().unwrap().filter_map(|(_, line)| line.ok());
    let mut actions = lines.map(|it| it.get("action").and_then(Json::as_str).map(str::to_owned));
    actions.any(|it| it.as_deref() == Some("log_lines_missing"))
}

/// Follows for a while, and is killed. What it said.
fn follow_and_kill(home: &mut Home<'_>, random: &mut fastrand::Rng) -> String {
    let mut child = home.follow();
    // Of what was rotated before it began to follow nobody told it.
    let position = home.dir.join("log/ingest/position.json");
    while !position.exists() {
        thread::yield_now();
    }
    // Whoever is always killed before it has read anything is not tried here.
    let kept = || fs::metadata(&position).and_then(|it| it.modified()).ok();
    let before = kept();
    for _ in 0..200 {
        thread::sleep(Duration::from_millis(10));
        if kept() != before {
            break;
        }
    }
    thread::sleep(Duration::from_millis(random.u64(0..1_000)));
    home.write(random.u32(0..20));
    if random.bool() && !home.is_copied {
        home.rotate();
        thread::sleep(Duration::from_millis(random.u64(0..400)));
    }
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Follows until the last action is recorded, and ends it. What it said.
fn follow_to_the_end(home: &Home<'_>) -> String {
    let child = home.follow();
    for _ in 0..100 {
        thread::sleep(Duration::from_millis(200));
        if recorded(home.dir).contains_key(&address(home.count - 1)) {
            break;
        }
    }
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Writes how logrotate rotates. It deletes none: what it may delete is told, and not the same each time.
fn configure(dir: &Path, words: &str, rounds: u32) {
    for folder in ["old", "away/old"] {
        fs::create_dir_all(dir.join(folder)).unwrap();
    }
    let words = words.replace("olddir ", &format!("olddir {}/", dir.display()));
    let (log, kept) = (dir.join("access.log"), rounds * 5 + 9);
    let su = if rustix::process::geteuid().is_root() { "su root root\n" } else { "" };
    let conf = format!("{} {{\n{su}rotate {kept}\n{words}\n}}\n", log.display());
    fs::write(dir.join("conf"), conf).unwrap();
}

/// How many actions there were, and how many of them are told to be missing.
fn manner(words: &str, is_whole: bool, rounds: u32, seed: u64) -> (u32, u32) {
    let mut random = fastrand::Rng::with_seed(seed);
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path();
    configure(dir, words, rounds);
    let mut home = Home {
        dir,
        file: Home::open(dir),
        count: 0,
        is_copied: words.contains("copytruncate"),
        is_packed: words.contains("compress") && !words.contains("delay"),
        pause: if words.contains("%s") { 1_050 } else { 10 },
    };
    let mut told = String::new();
    for round in 0..rounds {
        home.write(random.u32(0..20));
        told += &follow_and_kill(&mut home, &mut random);
        // Nobody follows now.
        for _ in 0..random.u32(if round == 0 { 2..4 } else { 0..4 }) {
            home.write(random.u32(1..20));
            home.rotate();
        }
    }
    home.write(3);
    told += &follow_to_the_end(&home);
    let counts = recorded(dir);
    let times = |number: u32| counts.get(&address(number)).copied().unwrap_or_default();
    let twice: Vec<_> = (0..home.count).filter(|it| times(*it) > 1).collect();
    let missing: Vec<_> = (0..home.count).filter(|it| times(*it) == 0).collect();
    assert!(twice.is_empty(), "{words:?}, seed {seed}: twice: {twice:?}\n{told}");
    let is_told = told.contains("lines of the access log may be missing");
    assert_eq!(is_told, is_missing_recorded(dir), "{words:?}, seed {seed}: the log tells it, too");
    assert!(missing.is_empty() || is_told, "{words:?}, seed {seed}: {missing:?}\n{told}");
    let names: Vec<_> = fs::read_dir(dir).unwrap().map(|it| it.unwrap().file_name()).collect();
    let is_well = !is_whole || (missing.is_empty() && !is_told);
    assert!(is_well, "{words:?}, seed {seed}: {missing:?}\n{told}\n{names:?}");
    (home.count, u32::try_from(missing.len()).unwrap())
}

#[test]
fn each_action_is_recorded_once_or_told_to_be_missing() {
    if Command::new(program()).arg("--version").output().is_err() {
        let must_run = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!must_run, "logrotate is not here");
        println!("SKIPPED: logrotate is not here");
        return;
    }
    let rounds = std::env::var("AUDIT_LOGROTATE").map_or(2, |it| it.parse().unwrap());
    let results = thread::scope(|scope| {
        let run = |(at, (words, is_whole)): (u64, (&'static str, bool))| {
            scope.spawn(move || (words, manner(words, is_whole, rounds, 100 + at)))
        };
        let only: Option<u64> =
            std::env::var("AUDIT_LOGROTATE_MANNER").ok().map(|it| it.parse().unwrap());
        let chosen = (0..).zip(MANNERS).filter(|(at, _)| only.is_none_or(|it| it == *at));
        let threads: Vec<_> = chosen.map(run).collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>()
    });
    for (words, (actions, missing)) in results {
        println!("{words:?}: {rounds} kills, {actions} actions, {missing} missing and told");
    }
}
