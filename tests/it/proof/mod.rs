//! A line can be shown to be in a log to somebody who has nothing of it but a key, and nothing else
//! can.

mod partial;

use std::sync::Arc;
use std::time::Duration;

use audit_log::VerifierKey;
use audit_log::verify::{Proof, ProofError, VerifiedProof, check_proof};
use audit_writer::keys::{FileKeys, generate};
use audit_writer::storage::MemoryStorage;
use audit_writer::{Evidence, Retention, Rotation, Writer};

use crate::kit::{LONG, door_opened, lines, of_kind, text, writer_on};

/// A log's files and keys, and what an auditor kept.
struct Log {
    files: MemoryStorage,
    keys: MemoryStorage,
    key: VerifierKey,
}

impl Log {
    fn new() -> Log {
        let (files, keys) = (MemoryStorage::new(), MemoryStorage::new());
        let key =
            generate(&FileKeys::in_storage(Arc::new(keys.clone())), audit_core::Stream::Audit)
                .unwrap();
        Log { files, keys, key }
    }

    fn start_with(&self, retention: Retention) -> Writer {
        let keys = FileKeys::in_storage(Arc::new(self.keys.clone()));
        writer_on(&self.files)
            .0
            .evidence(Evidence::Signed)
            .keys(Arc::new(keys))
            .rotation(Rotation { daily: true, segment_bytes: 8 * 1024 })
            .retention(retention)
            .retry_after(Duration::from_millis(1))
            .start()
            .unwrap()
    }

    /// A run of so many events.
    fn run(&self, from: u32, to: u32) {
        let writer = self.start_with(Retention::default());
        emit(&writer, from, to);
        assert!(writer.shutdown().is_complete());
    }

    fn prove(&self, seq: u64) -> Proof {
        audit_log::Log::on(&self.files).prove(seq).unwrap()
    }

    /// Proves each line that a checkpoint is after, and says how many there were.
    fn prove_all(&self) -> usize {
        let lines = lines(&self.files);
        let checkpoints: Vec<u64> =
            of_kind(&lines, "checkpoint").iter().map(|line| line.seq).collect();
        let last = *checkpoints.last().unwrap();
        for line in lines.iter().filter(|line| line.seq < last) {
            let VerifiedProof { seq, line: shown, origin, size, authenticated, .. } =
                check_proof(&self.prove(line.seq).to_string(), Some(&self.key)).unwrap();
            assert!(checkpoints.contains(&size) && size > seq, "{size}");
            assert_eq!((seq, origin.as_str(), authenticated), (line.seq, self.key.name(), true));
            assert_eq!(audit_log::reader::Line::parse(shown.as_bytes()).unwrap().json, line.json);
        }
        assert_eq!(why_not(&self.files, last), "no checkpoint was made after it");
        assert_eq!(why_not(&self.files, last + 1), "it is not there");
        lines.len()
    }
}

fn emit(writer: &Writer, from: u32, to: u32) {
    for count in from..to {
        door_opened(count).to(writer).emit().unwrap();
    }
    writer.flush(LONG).unwrap();
}

/// Why a line cannot be proved: how it begins.
fn why_not(files: &MemoryStorage, seq: u64) -> String {
    let error = audit_log::Log::on(files).prove(seq).unwrap_err();
    assert!(error.is_unprovable(), "{error}");
    let why = error.to_string();
    let why = why.strip_prefix(&format!("line {seq} cannot be proved: ")).unwrap();
    let known = ["no checkpoint was made after it", "it is not there", "something in its segment"];
    known.iter().find(|known| why.starts_with(*known)).map_or(why, |known| known).to_owned()
}

/// Two runs in several segments.
fn log() -> Log {
    let log = Log::new();
    log.run(0, 40);
    log.run(40, 80);
    log
}

#[test]
fn every_line_can_be_proved() {
    assert!(log().prove_all() > 80);
}

/// The first checkpoint after a line is what proves it.
#[test]
fn the_next_checkpoint_proves_a_line() {
    let log = log();
    let lines = lines(&log.files);
    let checkpoints = of_kind(&lines, "checkpoint");
    for (before, after) in checkpoints.iter().zip(&checkpoints[1..]) {
        let proof = log.prove(before.seq);
        assert_eq!(Some(proof.checkpoint()), text(after, "note"));
        assert_eq!(proof.seq(), before.seq);
    }
}

#[test]
fn a_proof_with_a_changed_byte_is_refused() {
    let log = log();
    let last = of_kind(&lines(&log.files), "checkpoint").last().unwrap().seq;
    for seq in [0, 42, last - 1] {
        let whole = log.prove(seq).to_string();
        for at in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] ^= 1 << (at % 7);
            let text = String::from_utf8_lossy(&bytes);
            assert!(check_proof(&text, Some(&log.key)).is_err(), "{seq}: byte {at}");
            if let Some(cut) = whole.get(..at) {
                assert!(check_proof(cut, Some(&log.key)).is_err(), "{seq}: cut at {at}");
            }
        }
        assert!(check_proof(&format!("{whole}\n"), Some(&log.key)).is_err());
    }
}

/// Parts of several proofs make none.
#[test]
fn proofs_cannot_be_mixed() {
    let (log, other) = (log(), log());
    let proofs: Vec<String> = [3, 4, 30, 90].map(|seq| log.prove(seq).to_string()).into();
    let foreign = other.prove(3).to_string();
    for (one, another) in proofs.iter().flat_map(|one| proofs.iter().map(move |it| (one, it))) {
        // The line, its number, both, and the first hash.
        for part in [1..2, 2..3, 1..3, 3..4] {
            let mut lines: Vec<&str> = one.split('\n').collect();
            for at in part {
                lines[at] = another.split('\n').nth(at).unwrap();
            }
            let mixed = check_proof(&lines.join("\n"), Some(&log.key));
            assert_eq!(mixed.is_ok(), one == another);
        }
    }
    assert_eq!(check_proof(&foreign, Some(&log.key)), Err(ProofError::NotAnnounced));
    let (head, _) = proofs[0].split_once("\n\n").unwrap();
    let (_, checkpoint) = foreign.split_once("\n\n").unwrap();
    let mixed = check_proof(&format!("{head}\n\n{checkpoint}"), Some(&log.key));
    assert_eq!(mixed, Err(ProofError::NotSigned));
}

#[test]
fn a_proof_has_one_spelling() {
    let log = log();
    let whole = log.prove(42).to_string();
    for (from, to) in [
        ("index 42\n", "index 042\n"),
        ("index 42\n", "index +42\n"),
        ("index 42\n", "index 42 \n"),
        ("index 42\n", "index 42\r\n"),
        ("\nextra ", "\nextra  "),
    ] {
        assert!(whole.contains(from));
        let other = whole.replacen(from, to, 1);
        assert_eq!(check_proof(&other, Some(&log.key)), Err(ProofError::Malformed), "{to:?}");
    }
}

/// Without a key it says that anybody could have made it.
#[test]
fn without_a_key_nothing_is_authenticated() {
    let log = log();
    let proven = check_proof(&log.prove(50).to_string(), None).unwrap();
    assert_eq!((proven.seq, proven.authenticated), (50, false));
    assert_eq!(check_proof("", None), Err(ProofError::Malformed));
    assert_eq!(
        check_proof("c2sp.org/tlog-proof@v1\nindex 0\n\na\n", None),
        Err(ProofError::Malformed)
    );
}

/// A key that was kept since a later segment leads to what came then, and not to what came before.
#[test]
fn a_later_key_proves_what_is_later() {
    let log = log();
    let announced = log.files.bytes("audit.keys").unwrap();
    let announced = String::from_utf8(announced).unwrap();
    let second: String = serde_json::from_str(announced.lines().next().unwrap()).unwrap();
    let later = second.lines().find_map(|line| line.strip_prefix("next-key ")).unwrap();
    let later: VerifierKey = later.parse().unwrap();
    let first_segment = log.prove(0).to_string();
    assert_eq!(check_proof(&first_segment, Some(&later)), Err(ProofError::NotAnnounced));
    let last = of_kind(&lines(&log.files), "checkpoint").last().unwrap().seq;
    assert!(check_proof(&log.prove(last - 1).to_string(), Some(&later)).unwrap().authenticated);
}
