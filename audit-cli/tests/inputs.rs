//! `auditlog ingest`: where the lines of an application log come from.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod kit;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use kit::{case, ingest_case, who_did_what};
use serde_json::Value;

#[test]
fn the_journal_s_lines_are_records() {
    let home = case("app-log-from-journal");
    let options = ["--tinypilot", "app.log", "--timezone", "Europe/London"];
    let output = ingest_case(home.path(), &options);
    let told = String::from_utf8(output.stdout).unwrap();
    let done = who_did_what(home.path());
    assert!(done.contains(&"login carol 192.0.2.10".to_owned()), "{done:?}\n{told}");
    assert!(done.contains(&"paste carol 192.0.2.10".to_owned()), "{done:?}\n{told}");
}

#[test]
fn an_application_log_without_a_record_is_told() {
    let home = case("app-log-from-journal");
    fs::write(home.path().join("app.log"), "nothing here\nis a record\n").unwrap();
    let options = ["--tinypilot", "app.log", "--timezone", "Europe/London"];
    let output = ingest_case(home.path(), &options);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("app.log has no record in it: it should have lines such as"), "{told}");
    assert!(!told.contains("is a record"), "{told}");
}

const CAROL: [&str; 2] = ["login carol 192.0.2.10", "paste carol 192.0.2.10"];

#[test]
fn the_application_log_comes_through_standard_input() {
    let home = case("app-log-from-journal");
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    command.current_dir(home.path()).args(["ingest", "--dir", "log", "--nginx", "access.log"]);
    command.args(["--tinypilot", "-", "--timezone", "Europe/London"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = fs::read(home.path().join("app.log")).unwrap();
    child.stdin.take().unwrap().write_all(&lines).unwrap();
    let told = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    let done = who_did_what(home.path());
    assert!(CAROL.iter().all(|it| done.contains(&(*it).to_owned())), "{done:?}\n{told}");
    for (options, why) in [
        (&["--nginx", "-", "--tinypilot", "-"][..], "both logs cannot come from standard input"),
        (&["--nginx", "-", "access.log"], "--nginx: standard input is read alone"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_auditlog"))
            .current_dir(home.path())
            .args(["ingest", "--dir", "log2", "--timezone", "UTC"])
            .args(options)
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(why), "{told}");
    }
}

/// A `journalctl` that hands out the entries of a case, and says what it was asked for.
fn fake_journal(home: &Path) {
    let text = fs::read_to_string(home.join("app.log")).unwrap();
    let mut entries = String::new();
    for (at, line) in text.lines().filter(|it| !it.starts_with("--")).enumerate() {
        let message = line.split_once("]: ").map_or(line, |(_, message)| message);
        // Text that is none for the journal comes as an array of bytes.
        let message = match at % 2 {
            0 => Value::from(message),
            _ => message.bytes().map(Value::from).collect(),
        };
        let time = (1_768_899_660_000_000_u64 + at as u64).to_string();
        let entry = serde_json::json!({
            "__REALTIME_TIMESTAMP": time, "__CURSOR": format!("s={at}"), "SYSLOG_IDENTIFIER": "python", "_PID": "7",
            "MESSAGE": message,
        });
        entries += &format!("{entry}\n");
    }
    fs::write(home.join("entries"), entries).unwrap();
    // What there is comes late, and is waited for.
    let script = "#!/bin/sh\necho \"$@\" >>asked\n\
        case \"$*\" in *--follow*) echo $$ >child; exec sleep 600;; esac\nsleep 1; cat entries\n";
    fs::create_dir(home.join("bin")).unwrap();
    let path = home.join("bin/journalctl");
    fs::write(&path, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(path, mode).unwrap();
}

fn with_journal(home: &Path, path: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    command.current_dir(home).env("PATH", path).args(["ingest", "--dir", "log"]);
    command.args(["--nginx", "access.log", "--journal", "tinypilot"]);
    command.args(["--timezone", "Europe/London"]);
    command
}

#[test]
fn the_journal_is_read_where_it_is() {
    let home = case("app-log-from-journal");
    fake_journal(home.path());
    let path = format!("{}:/usr/bin:/bin", home.path().join("bin").display());
    for recorded in [true, false] {
        let output = with_journal(home.path(), &path).output().unwrap();
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(told.contains("\n0 events recorded"), !recorded, "{told}");
        let done = who_did_what(home.path());
        assert!(CAROL.iter().all(|it| done.contains(&(*it).to_owned())), "{done:?}\n{told}");
    }
    let asked = fs::read_to_string(home.path().join("asked")).unwrap();
    let asked: Vec<&str> = asked.lines().collect();
    assert!(asked[0].contains("--unit=tinypilot") && !asked[0].contains("--since"), "{asked:?}");
    // The second time from the hour on in which reading stopped.
    assert!(asked[1].contains("--since=@1768899600"), "{asked:?}");
    let output = with_journal(home.path(), "/nowhere").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("--journal needs journalctl"), "{told}");
}

#[test]
fn the_journal_is_followed_and_its_reader_ends_with_us() {
    let home = case("app-log-from-journal");
    fake_journal(home.path());
    let path = format!("{}:/usr/bin:/bin", home.path().join("bin").display());
    let mut child = with_journal(home.path(), &path).arg("--follow").spawn().unwrap();
    let is_done = || CAROL.iter().all(|it| who_did_what(home.path()).contains(&(*it).to_owned()));
    let exists = |it: &str| home.path().join(it).exists();
    let is_there = || exists("log/audit.jsonl") && exists("child") && is_done();
    // However slow the machine is.
    for _ in 0..2_400 {
        match is_there() {
            true => break,
            false => thread::sleep(Duration::from_millis(50)),
        }
    }
    let was_there = is_there();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(was_there, "{:?}", who_did_what(home.path()));
    let asked = fs::read_to_string(home.path().join("asked")).unwrap();
    assert!(asked.contains("--after-cursor=s=11 --lines=all --follow"), "{asked}");
    let reader = fs::read_to_string(home.path().join("child")).unwrap();
    assert!(!Path::new("/proc").join(reader.trim()).exists(), "journalctl goes on");
}
