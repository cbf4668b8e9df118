//! Events from the last code of a thread and of a program.

use std::path::Path;
use std::sync::OnceLock;

use audit_core::EmitError;
use audit_writer::Writer;

use crate::kit::{LONG, counts_in, rang, rang_long, said};
use crate::system::atexit;

/// A writer that outlives everything.
static LOG: OnceLock<Writer> = OnceLock::new();

/// Emits when it is dropped.
struct Last(u32);

impl Drop for Last {
    fn drop(&mut self) {
        let Last(count) = *self;
        println!("{:?}", rang(count).emit());
        println!("{:?}", rang_long(count + 1).emit());
        println!("{:?}", rang(count + 2).emit_durable().map(drop));
        rang(count + 3).emit_or_count();
    }
}

thread_local! {
    static LAST: Last = const { Last(10) };
    static LAST_OF_MAIN: Last = const { Last(20) };
}

extern "C" fn at_exit() {
    drop(Last(30));
    let report = LOG.get().unwrap().close_within(LONG);
    println!("{}", report.is_complete());
    println!("{:?}", rang(40).emit());
}

pub(crate) fn program(dir: &Path) {
    LOG.set(Writer::builder(dir).install().unwrap()).unwrap();
    assert_eq!(atexit(at_exit), 0);
    std::thread::spawn(|| LAST.with(|_| {})).join().unwrap();
    LAST_OF_MAIN.with(|_| {});
}

pub(crate) fn destructors_may_emit() {
    let dir = tempfile::tempdir().unwrap();
    let told = said("last", dir.path());
    let mut expected = vec!["Ok(())"; 9];
    expected.extend(["true", "Err(Closed)"]);
    assert_eq!(told.lines().collect::<Vec<_>>(), expected);
    assert_eq!(counts_in(dir.path()), [10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33]);
}

pub(crate) fn program_that_shut_down(dir: &Path) {
    let log = Writer::builder(dir).install().unwrap();
    LAST_OF_MAIN.with(|_| {});
    assert!(log.shutdown_within(LONG).is_complete());
    std::thread::spawn(|| LAST.with(|_| {})).join().unwrap();
}

pub(crate) fn after_shutdown() {
    let dir = tempfile::tempdir().unwrap();
    let told = said("last-after-shutdown", dir.path());
    let refused = format!("{:?}", Err::<(), _>(EmitError::Closed));
    assert_eq!(told.lines().collect::<Vec<_>>(), vec![refused.as_str(); 6]);
    assert_eq!(counts_in(dir.path()), [0; 0]);
}
