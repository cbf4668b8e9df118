//! A system that has no thread to give.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use audit_writer::Writer;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use crate::kit::{LONG, counts_in, rang, said};

/// The system calls that make a thread: `clone` and `clone3`.
const CLONES: [i64; 2] = if cfg!(target_arch = "x86_64") { [56, 435] } else { [220, 435] };
const EAGAIN: u32 = 11;

/// From now on no thread can be made.
fn take_threads_away() {
    let machine = std::env::consts::ARCH.try_into().unwrap();
    let rules: BTreeMap<_, _> = CLONES.into_iter().map(|call| (call, Vec::new())).collect();
    let (other, listed) = (SeccompAction::Allow, SeccompAction::Errno(EAGAIN));
    let filter = SeccompFilter::new(rules, other, listed, machine).unwrap();
    let filter: BpfProgram = filter.try_into().unwrap();
    seccompiler::apply_filter(&filter).unwrap();
    assert!(std::thread::Builder::new().spawn(|| {}).is_err());
}

pub(crate) fn program(dir: &Path) {
    take_threads_away();
    for dir in [dir.to_owned(), dir.join("not-there-yet")] {
        let error = Writer::builder(&dir).install().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("could not start the writer thread for {}", dir.display())
        );
        assert_eq!(error.io_kind(), Some(std::io::ErrorKind::WouldBlock));
        assert!(audit_core::recorder().is_none());
    }
}

/// The paths of a directory and of those in it, and the bytes of the files; those of keys, too.
fn contents(dir: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
            found.insert(path, None);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.insert(path, Some(bytes));
        }
    }
    found
}

pub(crate) fn nothing_is_touched() {
    let dir = tempfile::tempdir().unwrap();
    let log = Writer::builder(dir.path()).start().unwrap();
    rang(1).to(&log).emit().unwrap();
    assert!(log.shutdown_within(LONG).is_complete());
    let before = contents(dir.path());
    assert!(before.contains_key(&dir.path().join("keys/audit.key")));
    said("threadless", dir.path());
    assert_eq!(contents(dir.path()), before);
    assert!(Writer::builder(dir.path()).start().unwrap().shutdown_within(LONG).is_complete());
    assert_eq!(counts_in(dir.path()), [1]);
}
