//! Who signed, and whether it is the newest.

use audit_log::Log;
use audit_log::storage::ReadStorage;
use std::sync::Arc;

use audit_log::VerifierKey;
use audit_log::verify::{FindingKind, KeyFrom, Notice, Trust, Verdict};
use audit_writer::keys::{FileKeys, verifier_key};
use audit_writer::storage::{MemoryStorage, Storage};

use super::{Kept, copy, large, segments, small};
use crate::kit::{lines, of_kind, of_life};

#[test]
fn a_log_that_nobody_touched_is_intact() {
    for kept in [small(), large()] {
        let report = kept.report();
        assert_eq!(report.findings, []);
        assert_eq!((report.verdict, report.authenticated), (Verdict::Intact, true));
        let lines = lines(&kept.files);
        assert_eq!(report.size, lines.len() as u64);
        assert_eq!(report.checkpoints, of_kind(&lines, "checkpoint").len() as u64);
        assert_eq!(report.unprotected_from, None);
        let without = Log::on(&kept.files).verify(&Trust::default()).unwrap();
        assert!(without.is_intact() && !without.authenticated);
    }
}

#[test]
fn another_key_does_not_verify_it() {
    let (kept, other) = (large(), Kept::new());
    let report = Log::on(&kept.files).verify(&other.trust).unwrap();
    assert_eq!(report.verdict, Verdict::Altered);
    assert!(
        report.findings.iter().any(|fault| fault.what == FindingKind::NotAnnounced),
        "{report}"
    );
}

/// Whoever takes the device can sign no part of what was signed before.
#[test]
fn the_keys_that_are_there_sign_nothing_old() {
    let kept = Kept::new();
    kept.run(0, 40);
    let (files, keys) = (copy(&kept.files), kept.keys.after_kill());
    kept.run(40, 80);
    // The log is cut back to what it was, and goes on otherwise, with the keys of then or of now.
    for keys in [keys, kept.keys.after_kill()] {
        let forged = Kept { files: copy(&files), keys, trust: kept.trust.clone() };
        forged.run(1000, 1040);
        let anchor = kept.files.bytes("audit.checkpoint").unwrap();
        let trust = Trust { anchor: String::from_utf8(anchor).ok(), ..kept.trust.clone() };
        let report = Log::on(&forged.files).verify(&trust).unwrap();
        assert_eq!(report.verdict, Verdict::RolledBack, "{report}");
    }
    // Lines of the middle, bound anew, with the keys of the end: not signed as they should be.
    let names = segments(&kept.files);
    let forged =
        Kept { files: copy(&kept.files), keys: kept.keys.after_kill(), trust: kept.trust.clone() };
    for name in names.iter().skip(2) {
        forged.files.remove(name).unwrap();
    }
    forged.run(1000, 1040);
    assert!(!forged.report().is_intact());
}

#[test]
fn a_log_made_anew_without_the_keys_is_not_signed() {
    let (kept, other) = (large(), large());
    let forged = copy(&other.files);
    let report = Log::on(&forged).verify(&kept.trust).unwrap();
    assert_eq!(report.verdict, Verdict::Altered);
    // Neither is one of which only the end was made anew.
    let names = segments(&kept.files);
    let files = copy(&kept.files);
    files.put("audit.jsonl", &forged.bytes("audit.jsonl").unwrap());
    assert!(!Log::on(&files).verify(&kept.trust).unwrap().is_intact(), "{names:?}");
}

#[test]
fn an_old_copy_is_noticed_by_the_next_run() {
    let kept = Kept::new();
    kept.run(0, 10);
    let old = copy(&kept.files);
    kept.run(10, 20);
    for (name, _) in kept.files.list().unwrap() {
        kept.files.remove(&name).unwrap();
    }
    for (name, _) in old.list().unwrap() {
        kept.files.put(&name, &old.bytes(&name).unwrap());
    }
    assert!(kept.report().is_intact(), "the files alone are as they were");
    kept.run(20, 30);
    assert_rolled_back(&kept);
    assert_eq!(of_life(&lines(&kept.files), "rollback").len(), 1);
}

#[test]
fn a_log_that_was_deleted_is_noticed_by_the_next_run() {
    let kept = small();
    for (name, _) in kept.files.list().unwrap() {
        kept.files.remove(&name).unwrap();
    }
    kept.run(3, 6);
    assert_rolled_back(&kept);
}

/// The log says that it was rolled back. Where the announcements of its keys were rolled back with it, it
/// went on with new ones, and says so by those.
fn assert_rolled_back(kept: &Kept) {
    let mut report = kept.report();
    if let Some(FindingKind::NewKeys { from }) = report.findings.first().map(|it| &it.what) {
        let store = FileKeys::in_storage(Arc::new(kept.keys.clone()));
        let key = verifier_key(&store, audit_core::Stream::Audit).unwrap().unwrap();
        let new = KeyFrom { key, from_seq: *from };
        assert_eq!(report.verdict, Verdict::NewKeys, "{report}");
        let both = Trust::in_keys(kept.trust.keys.iter().cloned().chain([new]));
        report = Log::on(&kept.files).verify(&both).unwrap();
    }
    assert_eq!(report.verdict, Verdict::RolledBack, "{report}");
}

#[test]
fn a_run_without_the_keys_says_so() {
    let kept = small();
    let keys = MemoryStorage::new();
    let other = Kept { files: kept.files.clone(), keys, trust: kept.trust.clone() };
    other.run(3, 6);
    let report = kept.report();
    assert_eq!(report.verdict, Verdict::NewKeys, "{report}");
    let [FindingKind::NewKeys { from }] =
        report.findings.iter().map(|it| &it.what).collect::<Vec<_>>()[..]
    else {
        panic!("{report}")
    };
    let key = verifier_key(
        &FileKeys::in_storage(Arc::new(other.keys.clone())),
        audit_core::Stream::Audit,
    )
    .unwrap()
    .unwrap();
    let new = KeyFrom { key, from_seq: *from };
    // By both keys the seam is told, and nothing is amiss.
    let both = Trust::in_keys(kept.trust.keys.iter().cloned().chain([new.clone()]));
    let report = Log::on(&kept.files).verify(&both).unwrap();
    assert_eq!(
        (report.verdict, report.findings.as_slice()),
        (Verdict::Intact, &[][..]),
        "{report}"
    );
    assert!(matches!(report.notices[..], [Notice::Keys { .. }]), "{report}");
    // By the new key alone what was before is as that found it.
    let report = Log::on(&kept.files).verify(&Trust::in_keys([new])).unwrap();
    assert_eq!(report.verdict, Verdict::Intact, "{report}");
    assert!(report.notices.contains(&Notice::EarlierKeys { until: *from }), "{report}");
}

/// The verifier key is text, and reads back.
#[test]
fn a_verifier_key_is_text() {
    let key = Kept::new().trust.keys.remove(0).key;
    let text = key.to_string();
    assert_eq!(text.parse::<VerifierKey>(), Ok(key));
}

/// Whoever keeps the last checkpoint elsewhere and verifies at once has the same one twice.
#[test]
fn an_anchor_may_be_the_last_checkpoint() {
    let kept = large();
    let anchor = String::from_utf8(kept.files.bytes("audit.checkpoint").unwrap()).unwrap();
    let trust = Trust { anchor: Some(anchor), ..kept.trust.clone() };
    let report = Log::on(&kept.files).verify(&trust).unwrap();
    assert_eq!((report.verdict, report.findings), (Verdict::Intact, vec![]));
    // A shorter log is older than both.
    let cut = copy(&kept.files);
    cut.remove("audit.jsonl").unwrap();
    assert_eq!(Log::on(&cut).verify(&trust).unwrap().verdict, Verdict::RolledBack);
}

/// What is to be verified against, and is none, is not passed over.
#[test]
fn an_anchor_that_is_none_is_refused() {
    let kept = small();
    let trust = Trust { anchor: Some("a checkpoint, they said".to_owned()), ..kept.trust.clone() };
    assert!(Log::on(&kept.files).verify(&trust).unwrap_err().to_string().contains("checkpoint"));
    kept.files.put("audit.checkpoint", b"nothing");
    assert_eq!(kept.report().verdict, Verdict::Altered);
}
