//! `auditlog ingest --follow` that was far behind when it stopped.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use audit_log::Log;
use audit_log::reader::Json;

fn line(number: u32) -> String {
    let time = format!("[01/Nov/2026:10:{number:02}:00 +0000]");
    format!("192.0.2.{number} - - {time} \"POST /api/paste HTTP/1.1\" 200 3 \"-\" \"-\"\n")
}

/// What the log has, by the last number of its address, and where lines are missing.
fn recorded(home: &Path) -> Vec<String> {
    let lines =
        Log::open(home.join("log")).unwrap().lines().unwrap().filter_map(|(_, line)| line.ok());
    let told = lines.filter_map(|line| {
        line.get("origin")?;
        let ip = line.get("source").and_then(|it| it.get("ip")).and_then(Json::as_str);
        Some(ip.or(line.get("action").and_then(Json::as_str))?.to_owned())
    });
    told.collect()
}

/// The file in which reading stopped is gone. Those behind it are there, and were last written to before
/// it stopped.
#[test]
fn what_was_rotated_before_a_stop_and_not_read_is_read() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    for (number, name) in (1..).zip(["access.log.3", "access.log.2", "access.log.1", "access.log"])
    {
        fs::write(path(name), line(number)).unwrap();
    }
    let mut ingest = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    ingest.current_dir(&home).args(["ingest", "--dir", "log", "--nginx", "access.log.3"]);
    assert!(ingest.output().unwrap().status.success());
    fs::remove_file(path("access.log.3")).unwrap();

    let mut follow = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    follow.current_dir(&home).args(["ingest", "--follow", "--dir", "log", "--nginx", "access.log"]);
    let follow = follow.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    for _ in 0..500 {
        thread::sleep(Duration::from_millis(20));
        if recorded(home.path()).iter().any(|it| it == "192.0.2.4") {
            break;
        }
    }
    let id = rustix::process::Pid::from_child(&follow);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let output = follow.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("lines of the access log may be missing"), "{told}");
    let mut recorded = recorded(home.path());
    recorded.sort();
    let all = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "log_lines_missing"];
    assert_eq!(recorded, all, "{told}");
}
