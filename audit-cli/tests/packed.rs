//! `auditlog ingest` on logs that were compressed when they were rotated, as logrotate does.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]
#![expect(clippy::disallowed_methods, reason = "a program that logs opens its own files")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use audit_log::Log;
use audit_log::reader::Json;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

/// A directory with logs in it, and what is ingested of them.
struct Home(TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes actions, each with a number of its own, behind what a file has.
    fn write(&self, name: &str, numbers: Range<u32>) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).unwrap();
        for number in numbers {
            let (minute, second) = (number / 60, number % 60);
            writeln!(
                file,
                "10.0.{}.{} - - [01/Nov/2026:10:{minute:02}:{second:02} +0000] \
                 \"POST /api/paste HTTP/1.1\" 200 3 \"-\" \"-\"",
                number / 250,
                number % 250
            )
            .unwrap();
        }
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Compresses a file, which is gone then.
    fn compress(&self, name: &str) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&fs::read(self.path(name)).unwrap()).unwrap();
        let packed = self.path(&format!("{name}.gz"));
        fs::write(&packed, encoder.finish().unwrap()).unwrap();
        // As gzip does.
        let modified = fs::metadata(self.path(name)).unwrap().modified().unwrap();
        OpenOptions::new().append(true).open(&packed).unwrap().set_modified(modified).unwrap();
        fs::remove_file(self.path(name)).unwrap();
    }

    fn command(&self, names: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
        command.args(["ingest", "--dir"]).arg(self.path("log")).arg("--nginx");
        command.args(names.iter().map(|name| self.path(name)));
        command
    }

    fn ingest(&self, names: &[&str]) -> Output {
        self.command(names).output().unwrap()
    }

    /// Ingests, and says that all went well.
    fn ingest_well(&self, names: &[&str]) -> String {
        let output = self.ingest(names);
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8(told).unwrap();
        assert!(output.status.success(), "{told}");
        told
    }

    /// The addresses of what is recorded, in the order of the log.
    fn recorded(&self) -> Vec<String> {
        let lines =
            Log::open(self.path("log")).unwrap().lines().unwrap().map(|(_, line)| line.unwrap());
        let ip = |json: &Json| Some(json.get("ip")?.as_str()?.to_owned());
        lines
            .filter(|it| it.get("origin").is_some())
            .filter_map(|it| ip(it.get("source")?))
            .collect()
    }

    fn has_each_once(&self, numbers: Range<u32>) {
        let address = |number| format!("10.0.{}.{}", number / 250, number % 250);
        let (recorded, expected) = (self.recorded(), numbers.map(address).collect::<Vec<_>>());
        let differs = recorded.iter().zip(&expected).position(|(one, other)| one != other);
        assert_eq!((recorded.len(), differs), (expected.len(), None));
    }
}

#[test]
fn what_was_compressed_since_it_was_read_is_read_on() {
    let home = Home::new();
    home.write("access.log", 0..100);
    home.ingest_well(&["access.log"]);
    home.write("access.log", 100..150);
    home.rename("access.log", "access.log.1");
    home.compress("access.log.1");
    home.write("access.log", 150..200);
    home.ingest_well(&["access.log.1.gz", "access.log"]);
    home.has_each_once(0..200);
}

#[test]
fn what_is_recorded_is_known_again_without_a_position() {
    let home = Home::new();
    home.write("access.log.1", 0..100);
    home.write("access.log", 100..200);
    home.ingest_well(&["access.log.1", "access.log"]);
    home.compress("access.log.1");
    home.rename("access.log.1.gz", "access.log.2.gz");
    fs::remove_file(home.path("log/ingest/position.json")).unwrap();
    let told = home.ingest_well(&["access.log.2.gz", "access.log"]);
    assert!(told.contains("0 events recorded, 200 were recorded already"), "{told}");
    home.has_each_once(0..200);
}

#[test]
fn reading_stops_and_goes_on_in_a_compressed_file() {
    let home = Home::new();
    home.write("access.log.2", 0..1_000);
    home.compress("access.log.2");
    home.ingest_well(&["access.log.2.gz"]);
    home.rename("access.log.2.gz", "access.log.3.gz");
    home.write("access.log", 1_000..1_100);
    let told = home.ingest_well(&["access.log.3.gz", "access.log"]);
    assert!(!told.contains("warning"), "{told}");
    home.has_each_once(0..1_100);
}

#[test]
fn of_a_damaged_one_what_can_be_read_is_recorded_and_the_rest_is_told() {
    let home = Home::new();
    home.write("access.log.1", 0..2_000);
    home.compress("access.log.1");
    let packed = fs::read(home.path("access.log.1.gz")).unwrap();
    fs::write(home.path("access.log.1.gz"), &packed[..packed.len() / 2]).unwrap();
    home.write("access.log", 2_000..2_010);
    let output = home.ingest(&["access.log.1.gz", "access.log"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("it is damaged: of its text only "), "{told}");
    let recorded = home.recorded().len();
    assert!((100..2_000).contains(&recorded), "{recorded}");
    assert_eq!(home.recorded().last().unwrap(), "10.0.8.9", "what follows it is read");
}

#[test]
fn one_that_is_given_twice_or_followed_is_refused() {
    let home = Home::new();
    home.write("access.log.1", 0..10);
    fs::copy(home.path("access.log.1"), home.path("kept")).unwrap();
    home.compress("access.log.1");
    let mut twice = home.command(&["access.log.1.gz", "kept"]);
    let mut followed = home.command(&["access.log.1.gz"]);
    followed.arg("--follow");
    for (command, why) in [
        (&mut twice, "kept: it was given before, compressed or not"),
        (&mut followed, "access.log.1.gz: it is compressed, so it does not grow"),
    ] {
        let output = command.output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(why), "{told}");
    }
}

/// Follows for as long as it takes to record so much.
fn follow(home: &Home, count: usize) -> String {
    let mut command = home.command(&["access.log"]);
    let child = command.arg("--follow").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap();
    for _ in 0..200 {
        thread::sleep(Duration::from_millis(50));
        if Path::exists(&home.path("log/ingest/position.json")) && home.recorded().len() >= count {
            break;
        }
    }
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn what_was_compressed_while_nobody_followed_is_read_on() {
    let home = Home::new();
    home.write("access.log", 0..100);
    follow(&home, 100);
    home.write("access.log", 100..150);
    home.rename("access.log", "access.log.1");
    home.compress("access.log.1");
    home.write("access.log", 150..200);
    let told = follow(&home, 200);
    assert!(!told.contains("warning"), "{told}");
    home.has_each_once(0..200);
}

/// As Debian rotates by default: what was rotated last is compressed when the next one is.
fn rotates_with_delay(name: impl Fn(&str, u32) -> String) {
    let name = |round| name("access.log", round);
    let home = Home::new();
    home.write("access.log", 0..100);
    follow(&home, 100);
    for round in 1..=3 {
        home.write("access.log", round * 100..round * 100 + 50);
        if round > 1 {
            home.compress(&name(round - 1));
        }
        home.rename("access.log", &name(round));
        home.write("access.log", round * 100 + 50..(round + 1) * 100);
    }
    let told = follow(&home, 400);
    assert!(!told.contains("warning"), "{told}");
    home.has_each_once(0..400);
    // And it is followed on.
    home.write("access.log", 400..450);
    let told = follow(&home, 450);
    assert!(!told.contains("warning"), "{told}");
    home.has_each_once(0..450);
}

#[test]
fn several_rotations_while_nobody_followed_lose_nothing() {
    rotates_with_delay(|log, round| format!("{log}-202611{:02}", 10 + round));
    rotates_with_delay(|log, round| format!("{log}-20261111-1764500{round:03}"));
    rotates_with_delay(|log, round| format!("{log}.1764500{round:03}"));
    rotates_with_delay(|log, round| format!("{log}.{}", 20 - round));
}

/// A collector fetches the logs again and again: each is another file with the same content.
#[test]
fn a_copy_that_was_fetched_again_is_recorded_once() {
    let home = Home::new();
    let app = |from: u32| {
        let record =
            |minute: u32| format!("2026-11-01 10:{minute:02}:00.000 api             INFO x\n");
        fs::write(home.path("app.log"), (from..10).map(record).collect::<String>()).unwrap();
    };
    let ingest = || {
        let mut command = home.command(&["access.log"]);
        command.arg("--tinypilot").arg(home.path("app.log")).args(["--timezone", "UTC"]);
        let output = command.output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    home.write("access.log", 0..100);
    app(0);
    ingest();
    fs::copy(home.path("access.log"), home.path("fetched")).unwrap();
    home.rename("fetched", "access.log");
    home.write("access.log", 100..120);
    app(1); // What keeps it lost its oldest line.
    let told = ingest();
    assert!(told.contains("\n20 events recorded"), "{told}");
    home.has_each_once(0..120);
}
