//! `auditlog ingest` where the log that it writes is pruned: nothing is recorded again for that.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

const KEPT: u64 = 16 * 1024 * 1024;

fn ingest(home: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    command.current_dir(home).args(["ingest", "--dir", "log", "--nginx", "access.log"]);
    let output = command.args(["--keep-bytes", &KEPT.to_string()]).output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn what_was_pruned_is_not_recorded_again() {
    let home = tempfile::tempdir().unwrap();
    let lines = |from: u32, to: u32| {
        (from..to).fold(String::new(), |mut all, number| {
            let (minute, second) = (number / 60 % 60, number % 60);
            writeln!(
                all,
                "192.0.2.7 - - [01/Nov/2026:{:02}:{minute:02}:{second:02} +0000] \
                 \"POST /api/paste HTTP/1.1\" 200 3 \"-\" \"-\"",
                number / 3_600
            )
            .unwrap();
            all
        })
    };
    let whole = lines(0, 60_000);
    fs::write(home.path().join("access.log"), &whole).unwrap();
    let told = ingest(home.path());
    assert!(told.contains("\n60000 events recorded\n"), "{told}");
    let files = fs::read_dir(home.path().join("log")).unwrap();
    let bytes: u64 = files.map(|it| it.unwrap().metadata().unwrap().len()).sum();
    // That is when a segment is over, which has 8 MiB; without pruning there are 34.
    assert!(bytes < KEPT + 9 * 1024 * 1024, "{bytes}: nothing was pruned");
    fs::write(home.path().join("access.log"), whole + &lines(60_000, 60_003)).unwrap();
    let told = ingest(home.path());
    assert!(told.contains("\n3 events recorded"), "{told}");
}
