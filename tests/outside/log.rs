//! A log of several segments and two runs, and what it shows to others.

use std::fs;
use std::path::Path;

use audit_core::AuditEvent;
use audit_log::Log;
use audit_log::reader::Line;
use audit_writer::keys::{FileKeys, generate};
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

/// A directory as `tests/go` takes it.
pub(crate) struct Shown {
    home: TempDir,
    /// How many lines are proved.
    pub(crate) proofs: usize,
    /// How many checkpoints prove them.
    pub(crate) checkpoints: usize,
}

impl Shown {
    pub(crate) fn new() -> Shown {
        let (log, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let key = write_log(log.path());
        fs::write(home.path().join("key"), format!("{key}\n")).unwrap();
        fs::write(home.path().join("lines"), text_of(log.path())).unwrap();
        fs::create_dir(home.path().join("proofs")).unwrap();
        let lines: Vec<_> = Log::open(log.path())
            .unwrap()
            .lines()
            .unwrap()
            .map(|(_, line)| line.unwrap())
            .collect();
        let is_checkpoint = |line: &&Line| line.kind == "checkpoint";
        let checkpoints = lines.iter().filter(is_checkpoint).count();
        // That one is proved by none.
        let last = lines.iter().rfind(is_checkpoint).unwrap().seq;
        for seq in 0..last {
            let proof = Log::open(log.path()).unwrap().prove(seq).unwrap();
            fs::write(home.path().join(format!("proofs/{seq:03}")), proof.to_string()).unwrap();
        }
        Shown { home, proofs: usize::try_from(last).unwrap(), checkpoints }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.home.path()
    }
}

/// Writes a log, and gives its verifier key.
fn write_log(dir: &Path) -> String {
    let key = generate(&FileKeys::of_log(dir).unwrap(), audit_core::Stream::Audit).unwrap();
    for run in 0..2 {
        let writer = Writer::builder(dir)
            .evidence(Evidence::Signed)
            .rotation(Rotation { daily: true, segment_bytes: 8 * 1024 })
            .start()
            .unwrap();
        for count in run * 40..run * 40 + 40 {
            DoorOpened { count }.to(&writer).emit().unwrap();
        }
        assert!(writer.shutdown().is_complete());
    }
    key.to_string()
}

/// The segments' bytes, in their order.
fn text_of(dir: &Path) -> Vec<u8> {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> =
        names.filter(|path| path.extension().is_some_and(|it| it == "jsonl")).collect();
    // The active one comes last: a dot comes after a dash.
    names.sort();
    names.iter().flat_map(|path| fs::read(path).unwrap()).collect()
}
