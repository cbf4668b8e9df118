//! `auditlog ingest --follow` where nginx buffers its access log: lines come long after what they tell of.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]
#![expect(clippy::disallowed_methods, reason = "a program that logs opens its own files")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use audit_log::Log;
use audit_log::reader::Json;
use jiff::{Timestamp, ToSpan};

/// Longer than is waited for without being told.
const LATE: Duration = Duration::from_secs(14);

/// What was done, and by whom.
type Did = (String, Option<String>);

/// Who did what, as it is recorded, and what was told; the access log's lines come late.
fn late(options: &[&str]) -> (Vec<Did>, String, Option<i32>) {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    fs::write(path("access.log"), "").unwrap();
    fs::write(path("app.log"), "").unwrap();
    let mut ingest = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    ingest.current_dir(home.path()).args(["ingest", "--dir", "log", "--nginx", "access.log"]);
    ingest.args(["--tinypilot", "app.log", "--timezone", "UTC", "--follow"]).args(options);
    let child = ingest.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let append = |name: &str, text: &str| {
        let mut file = OpenOptions::new().append(true).open(path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    };
    let now = Timestamp::now();
    let time = now.strftime("%Y-%m-%d %H:%M:%S.%3f");
    append(
        "app.log",
        &format!(
            "{time} api             INFO Login request from IP 192.0.2.30\n\
             {time} auth            INFO Checking authentication for user carol\n\
             {time} session         INFO Started session for user carol\n"
        ),
    );
    thread::sleep(LATE);
    for (after, request) in [(0, "/api/auth"), (4, "/api/restart")] {
        let time = (now + after.seconds()).strftime("%d/%b/%Y:%H:%M:%S +0000");
        let line =
            format!("192.0.2.30 - - [{time}] \"POST {request} HTTP/1.1\" 200 3 \"-\" \"x\"\n");
        append("access.log", &line);
    }
    thread::sleep(Duration::from_secs(3));
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let output = child.wait_with_output().unwrap();
    // What still waits is told by whoever reads on.
    let mut ingest = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    ingest.current_dir(home.path()).args(["ingest", "--dir", "log", "--nginx", "access.log"]);
    ingest.args(["--tinypilot", "app.log", "--timezone", "UTC"]).output().unwrap();
    let lines = Log::open(path("log")).unwrap().lines().unwrap().map(|(_, line)| line.unwrap());
    let text = |json: Option<&Json>| Some(json?.as_str()?.to_owned());
    let recorded = lines.filter(|it| it.get("origin").is_some()).map(|it| {
        let user = it.get("actor").and_then(|actor| text(actor.get("user")));
        (text(it.get("action")).unwrap(), user)
    });
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (recorded.collect(), told, output.status.code())
}

#[test]
fn what_is_told_to_come_late_is_waited_for() {
    let (recorded, told, code) = late(&["--access-log-delay", "5m"]);
    let carol = || Some("carol".to_owned());
    assert_eq!(recorded, [("login".to_owned(), carol()), ("power_restart".to_owned(), carol())]);
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn what_comes_late_without_is_told() {
    let (recorded, told, code) = late(&[]);
    assert_eq!(recorded.len(), 2, "{told}");
    assert!(told.contains("give --access-log-delay"), "{told}");
    assert_eq!(code, Some(1), "{told}");
}
