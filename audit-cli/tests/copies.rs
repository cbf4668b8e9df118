//! `auditlog ingest` on copies of logs that were recorded before: each action is recorded once.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::fs;
use std::path::Path;
use std::process::Command;

fn ingest(home: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    command.current_dir(home).args(["ingest", "--dir", "log", "--nginx", "access.log"]);
    let output = command.args(["--tinypilot", "app.log", "--timezone", "UTC"]).output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// A collector fetches both logs again and again: the files are others each time, and the application log
/// has lost its oldest line.
#[test]
fn what_was_fetched_again_is_not_recorded_again() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let second = |it: u32| format!("[01/Nov/2026:10:00:{it:02} +0000]");
    let line = |(at, request): (u32, &str)| {
        format!("192.0.2.7 - - {} \"POST {request} HTTP/1.1\" 200 3 \"-\" \"-\"\n", second(at))
    };
    let access: String =
        [(1, "/api/auth"), (5, "/api/paste"), (9, "/api/restart")].map(line).concat();
    let app = "2026-11-01 10:00:00.100 api             INFO Page served\n\
               2026-11-01 10:00:00.900 api             INFO Login request from IP 192.0.2.7\n\
               2026-11-01 10:00:00.950 auth            INFO Checking authentication for user carol\n\
               2026-11-01 10:00:00.990 session         INFO Started session for user carol\n";
    fs::write(path("access.log"), &access).unwrap();
    fs::write(path("app.log"), app).unwrap();
    let told = ingest(home.path());
    assert!(told.contains("\n3 events recorded\n"), "{told}");
    for times in 1..3 {
        for (name, text) in [("access.log", &*access), ("app.log", app)] {
            let rest = text.splitn(times + 1, '\n').last().unwrap();
            fs::write(path("fetched"), if name == "app.log" { rest } else { text }).unwrap();
            fs::rename(path("fetched"), path(name)).unwrap();
        }
        let told = ingest(home.path());
        assert!(told.contains("\n0 events recorded"), "{told}");
    }
    // Also without what is known of the last time.
    fs::remove_file(path("log/ingest/position.json")).unwrap();
    let told = ingest(home.path());
    assert!(told.contains("\n0 events recorded, 3 were recorded already"), "{told}");
}
