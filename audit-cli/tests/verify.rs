//! `auditlog verify`, on a log of two streams.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::path::PathBuf;
use std::process::{Command, Output};

use audit_core::{AuditEvent, Stream};
use audit_writer::Writer;
use tempfile::TempDir;

/// A door was opened.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "open", category = "door", outcome = "success")]
#[audit(none(actor = "it has no reader", object = "there is one"), source(local = "front"))]
struct DoorOpened {}

/// Somebody came in.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "come", category = "session", outcome = "success", stream = "access")]
#[audit(none(actor = "it has no reader", object = "there is one"), source(local = "front"))]
struct Came {}

/// A log of the streams `audit` and `access`, and the verifier key of each.
struct Log {
    home: TempDir,
    audit: String,
    access: String,
}

impl Log {
    fn new() -> Log {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("log");
        std::fs::create_dir(&dir).unwrap();
        let dir = dir.to_str().unwrap();
        let key = |stream: &str| {
            let output = auditlog(&["keygen", dir, "--stream", stream]);
            assert_eq!(output.status.code(), Some(0));
            text(output.stdout).trim().to_owned()
        };
        let (audit, access) = (key("audit"), key("access"));
        let log = Writer::builder(dir).streams([Stream::Access]).start().unwrap();
        DoorOpened {}.to(&log).emit().unwrap();
        Came {}.to(&log).emit().unwrap();
        assert!(log.shutdown().is_complete());
        Log { home, audit, access }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join("log").join(name)
    }

    fn verify(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let dir = self.path("");
        let output = auditlog(&[&["verify", dir.to_str().unwrap()], arguments].concat());
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// Changes a letter of the event in a stream's file.
    fn edit(&self, name: &str) {
        let whole = std::fs::read_to_string(self.path(name)).unwrap();
        let edited = whole.replacen(r#""level":"info""#, r#""level":"warn""#, 1);
        assert_ne!(whole, edited);
        std::fs::write(self.path(name), edited).unwrap();
    }
}

fn auditlog(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_auditlog")).args(arguments).output().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn all_streams_are_verified_each_by_its_key() {
    let log = Log::new();
    let (code, said, _) = log.verify(&["--key", &log.access, "--key", &log.audit]);
    assert_eq!(code, Some(0), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].starts_with("audit: intact up to line "), "{said}");
    assert!(lines[1].starts_with("access: intact up to line "), "{said}");
    let (code, said, _) = log.verify(&["--key", &log.audit]);
    assert_eq!(code, Some(0));
    assert!(said.lines().nth(1).unwrap().contains("NOT AUTHENTICATED"), "{said}");
    assert!(!said.lines().next().unwrap().contains("NOT AUTHENTICATED"), "{said}");
}

#[test]
fn an_edit_of_one_stream_is_told_of_that_one() {
    let log = Log::new();
    log.edit("access.jsonl");
    let (code, said, _) = log.verify(&["--key", &log.audit, "--key", &log.access]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("audit: intact"), "{said}");
    assert!(said.contains("access.jsonl:") && said.contains("ALTERED"), "{said}");
    let (code, ..) = log.verify(&["--key", &log.audit, "--stream", "audit"]);
    assert_eq!(code, Some(0));
    let (code, said, _) = log.verify(&["--json"]);
    assert_eq!(code, Some(1));
    let reports: Vec<serde_json::Value> =
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&reports[0]["stream"], &reports[0]["verdict"]),
        (&"audit".into(), &"intact".into())
    );
    assert_eq!(
        (&reports[1]["stream"], &reports[1]["verdict"]),
        (&"access".into(), &"altered".into())
    );
}

/// A stream of which nothing is left does not keep the others from being judged.
#[test]
fn a_stream_that_is_gone_is_told_beside_the_others() {
    let log = Log::new();
    for name in ["access.jsonl", "access.checkpoint", "access.keys"] {
        std::fs::remove_file(log.path(name)).unwrap();
    }
    let (code, said, _) = log.verify(&["--key", &log.audit, "--key", &log.access]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("audit: intact") && said.contains("access: NOT THERE"), "{said}");
}

/// The last checkpoint tells how old a log is.
#[test]
fn a_log_that_is_not_fresh_is_told() {
    let log = Log::new();
    assert_eq!(log.verify(&["--key", &log.audit, "--stream", "audit", "--fresh", "1h"]).0, Some(0));
    std::thread::sleep(std::time::Duration::from_millis(2));
    let (code, _, complaint) = log.verify(&["--stream", "audit", "--fresh", "1ms"]);
    assert_eq!(code, Some(1), "{complaint}");
    assert!(complaint.contains("NOT FRESH"), "{complaint}");
}

#[test]
fn an_anchor_is_of_the_stream_that_it_names() {
    let log = Log::new();
    let kept = log.home.path().join("kept");
    std::fs::copy(log.path("access.checkpoint"), &kept).unwrap();
    let kept = kept.to_str().unwrap();
    let (code, said, _) = log.verify(&["--key", &log.access, "--anchor", kept]);
    assert_eq!(code, Some(0), "{said}");
    for name in ["access.jsonl", "access.checkpoint", "access.keys"] {
        std::fs::copy(log.path(&name.replace("access", "audit")), log.path(name)).unwrap();
    }
    let (code, said, _) = log.verify(&["--key", &log.access, "--anchor", kept]);
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn what_cannot_be_done_is_told_with_what_would() {
    let log = Log::new();
    let refused = |arguments: &[&str], expected: &str| {
        let (code, said, complaint) = log.verify(arguments);
        assert_eq!((code, said.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(complaint.contains(expected), "{complaint}");
    };
    refused(&["--stream", "audits"], "there are the streams audit, access, application");
    refused(&["--key", &log.audit, "--key", &log.audit], "there are two of the stream audit");
    refused(
        &["--key", &log.access, "--stream", "audit"],
        "the stream access, which was not chosen",
    );
    refused(&["--anchor", log.path("audit.jsonl").to_str().unwrap()], "no checkpoint");
    let empty = tempfile::tempdir().unwrap();
    let output = auditlog(&["verify", empty.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(output.stderr).contains("there is no log in"));
}

#[test]
fn who_stops_reading_ends_it_without_a_word() {
    let log = Log::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    let output = command.arg("verify").arg(log.path("")).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), text(output.stderr)), (Some(141), String::new()));
}
