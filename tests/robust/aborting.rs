//! A program that was built to abort where it would panic.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use audit_writer::Writer;
use rustix::process::Signal;

use crate::kit::{LONG, counts_in, rang, told};

/// The program, built by the profile `abort` beside whatever this one was built by.
fn program() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let built = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--quiet", "--profile", "abort", "-p", "audit-aborting"])
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", told(&built));
    target.join("abort/audit-aborting")
}

pub(crate) fn what_was_acknowledged_is_there() {
    let program = program();
    for (how, who) in [("panics", "the program"), ("clock-panics", "the clock")] {
        let dir = tempfile::tempdir().unwrap();
        let ran = Command::new(&program).arg(dir.path()).arg(how).output().unwrap();
        assert_eq!(ran.status.signal(), Some(Signal::ABORT.as_raw()), "{how}: {}", told(&ran));
        assert!(told(&ran).contains(who), "{}", told(&ran));
        let said = String::from_utf8(ran.stdout).unwrap();
        let acknowledged: Vec<u32> = said.lines().map(|line| line.parse().unwrap()).collect();
        assert_eq!(acknowledged, (0..100).collect::<Vec<_>>());

        let log = Writer::builder(dir.path()).start().unwrap();
        rang(1_000).to(&log).emit().unwrap();
        assert!(log.shutdown_within(LONG).is_complete());
        let counts = counts_in(dir.path());
        assert!(counts.starts_with(&acknowledged), "{how}: {counts:?}");
        assert_eq!(counts.last(), Some(&1_000));
    }
}
