//! Who has the log, when its lock file is removed.

use std::path::Path;

use audit_writer::Writer;

use crate::kit::{LONG, counts_in, rang, said};

pub(crate) fn finds_it_in_use(dir: &Path) {
    let error = Writer::builder(dir).start().unwrap_err();
    assert!(error.is_locked(), "{error}");
    println!("{:?}", error.locked_by());
}

pub(crate) fn the_lock_file_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let lock_file = dir.path().join("audit.lock");
    let log = Writer::builder(dir.path()).start().unwrap();
    let us = format!("{:?}", Some(std::process::id()));
    assert_eq!(said("locked", dir.path()).trim(), us);
    std::fs::remove_file(&lock_file).unwrap();
    assert_eq!(said("locked", dir.path()).trim(), "None");
    // Nor does another file in its place.
    std::fs::write(&lock_file, "not a number").unwrap();
    assert_eq!(said("locked", dir.path()).trim(), "None");
    assert!(Writer::builder(dir.path()).start().unwrap_err().is_locked());
    rang(1).to(&log).emit().unwrap();
    assert!(log.shutdown_within(LONG).is_complete());
    let next = Writer::builder(dir.path()).start().unwrap();
    assert_eq!(said("locked", dir.path()).trim(), us);
    assert!(next.shutdown_within(LONG).is_complete());
    assert_eq!(counts_in(dir.path()), [1]);
}
