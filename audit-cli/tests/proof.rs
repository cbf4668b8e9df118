//! `auditlog prove` and `auditlog check-proof`, on a log of several segments.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use audit_core::AuditEvent;
use audit_writer::{Evidence, Rotation, Writer};
use tempfile::TempDir;

/// A door was opened.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "open", category = "door", outcome = "success")]
#[audit(none(actor = "the door has no reader", object = "there is one"), source(local = "front"))]
struct DoorOpened {
    #[audit(disclose = "counts the test's events", class = "public")]
    count: u32,
}

/// A log, and where its verifier key and its proofs are.
struct Log {
    home: TempDir,
    key: String,
}

impl Log {
    fn new() -> Log {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("log");
        std::fs::create_dir(&dir).unwrap();
        let key = said(auditlog(&["keygen"], &[&dir])).trim().to_owned();
        std::fs::write(home.path().join("vkey"), &key).unwrap();
        for run in 0..2 {
            let writer = Writer::builder(&dir)
                .evidence(Evidence::Signed)
                .rotation(Rotation { daily: true, segment_bytes: 8 * 1024 })
                .start()
                .unwrap();
            for count in run * 40..run * 40 + 40 {
                DoorOpened { count }.to(&writer).emit().unwrap();
            }
            assert!(writer.shutdown().is_complete());
        }
        Log { home, key }
    }

    fn dir(&self) -> PathBuf {
        self.home.path().join("log")
    }

    fn proof(&self) -> PathBuf {
        self.home.path().join("line.tlog-proof")
    }

    /// Checks the file with the proof, with the key.
    fn check(&self) -> Output {
        auditlog(&["check-proof", "--key", &self.key], &[&self.proof()])
    }
}

fn auditlog(arguments: &[&str], paths: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    command.args(arguments).args(paths).output().unwrap()
}

/// What a command printed that did what it should.
fn said(output: Output) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{complaint}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_line_is_proved_and_checked() {
    let log = Log::new();
    let lines: Vec<u64> = audit_log::Log::open(log.dir())
        .unwrap()
        .lines()
        .unwrap()
        .map(|(_, line)| line.unwrap().seq)
        .collect();
    let (last, lines) = lines.split_last().unwrap();
    assert!(lines.len() > 80);
    for seq in lines {
        let shown = said(auditlog(&["prove", &seq.to_string()], &[&log.dir()]));
        let made = auditlog(&["prove", &seq.to_string(), "-o"], &[&log.proof(), &log.dir()]);
        assert_eq!(said(made), "");
        assert_eq!(shown, std::fs::read_to_string(log.proof()).unwrap());
        let checked = said(log.check());
        assert!(checked.contains(&format!("\"seq\":{seq},")), "{checked}");
        assert!(checked.contains(&format!("\nline {seq} of ")), "{checked}");
        assert!(checked.contains("signed by the key"), "{checked}");
    }
    // The last one is the checkpoint that the run ended with.
    let unproved = auditlog(&["prove", &last.to_string()], &[&log.dir()]);
    assert_eq!(unproved.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unproved.stderr).contains("no checkpoint was made after it"));
}

#[test]
fn a_changed_proof_is_refused() {
    let log = Log::new();
    said(auditlog(&["prove", "50", "-o"], &[&log.proof(), &log.dir()]));
    let whole = std::fs::read(log.proof()).unwrap();
    // Each byte is changed in `tests/it/proof`, where it takes no program; here some of each line.
    let mut starts: Vec<usize> =
        whole.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect();
    starts.pop();
    for at in [0].into_iter().chain(starts).flat_map(|start| [start, start + 3]) {
        for bit in [1, 128] {
            let mut bytes = whole.clone();
            bytes[at] ^= bit;
            std::fs::write(log.proof(), bytes).unwrap();
            let checked = log.check();
            assert_eq!(checked.status.code(), Some(1), "byte {at}");
            assert!(checked.stdout.starts_with(b"NOT PROVED: "), "byte {at}");
        }
    }
    std::fs::write(log.proof(), whole).unwrap();
    said(log.check());
}

#[test]
fn whose_proof_it_is_takes_a_key() {
    let (log, other) = (Log::new(), Log::new());
    said(auditlog(&["prove", "7", "-o"], &[&log.proof(), &log.dir()]));
    let of_file =
        auditlog(&["check-proof", "--key"], &[&log.home.path().join("vkey"), &log.proof()]);
    assert_eq!(said(of_file), said(log.check()));
    let without = auditlog(&["check-proof"], &[&log.proof()]);
    assert!(
        String::from_utf8_lossy(&without.stderr).contains("anybody could have made this proof")
    );
    assert!(said(without).contains("NOT AUTHENTICATED"));
    let others = auditlog(&["check-proof", "--key", &other.key], &[&log.proof()]);
    assert_eq!(others.status.code(), Some(1));
    let no_key = auditlog(&["check-proof", "--key", "none"], &[&log.proof()]);
    assert_eq!(no_key.status.code(), Some(2));
    let no_file = auditlog(&["check-proof"], &[&log.dir().join("none")]);
    assert_eq!(no_file.status.code(), Some(2));
}

/// Nothing that is given on the command line is waited for, or read without an end.
#[test]
fn what_has_no_end_is_refused() {
    let log = Log::new();
    said(auditlog(&["prove", "7", "-o"], &[&log.proof(), &log.dir()]));
    let (large, pipe) = (log.home.path().join("large"), log.home.path().join("pipe"));
    let sparse = Command::new("truncate").args(["--size", "1T"]).arg(&large).status();
    assert!(sparse.unwrap().success());
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (dir, proof) = (log.dir(), log.proof());
    let endless: [(&Path, &str); 3] = [
        (&large, "bytes, which is too much"),
        (&pipe, "it is not a regular file"),
        (Path::new("/dev/zero"), "it is not a regular file"),
    ];
    for (file, why) in endless {
        refused(&[Path::new("check-proof"), file], file, why);
        refused(&[Path::new("check-proof"), Path::new("--key"), file, &proof], file, why);
        for option in ["--key", "--anchor", "--accepted"] {
            refused(&[Path::new("verify"), Path::new(option), file, &dir], file, why);
        }
    }
}

/// Runs the command, which must end soon, and must say why it did not read the file.
fn refused(arguments: &[&Path], file: &Path, why: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    let piped = std::process::Stdio::piped;
    let mut child = command.args(arguments).stdout(piped()).stderr(piped()).spawn().unwrap();
    for _ in 0..6_000 {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap(); // Nothing, where it has ended.
    let output = child.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complaint}");
    assert!(complaint.contains(&format!("{}: ", file.display())), "{arguments:?}: {complaint}");
    assert!(complaint.contains(why), "{arguments:?}: {complaint}");
}

#[test]
fn the_help_teaches() {
    for (command, taught) in [("prove", "line-1234"), ("check-proof", "It does not show")] {
        let help = said(auditlog(&[command, "--help"], &[]));
        assert!(help.contains(taught), "{help}");
    }
}
