//! What is amiss with one stream is found in that one.

use audit_core::Stream;
use audit_log::verify::{Trust, Verdict, check_proof};

use super::*;

/// The others than access are intact, and access is not.
fn assert_found_in_access(log: &Log) -> Report {
    for stream in [Stream::Audit, Stream::Application] {
        log.assert_intact(stream);
    }
    let report = log.report(Stream::Access);
    assert!(!report.is_intact(), "{report}");
    report
}

#[test]
fn a_segment_that_is_gone() {
    let log = Log::new();
    log.run(0, 40);
    log.files.remove("access.jsonl").unwrap();
    assert_found_in_access(&log);
    for name in names_of(&log.files, Stream::Access) {
        if name.contains(".jsonl") {
            log.files.remove(&name).unwrap();
        }
    }
    assert_found_in_access(&log);
    assert_eq!(
        audit_log::Log::on(&log.files).streams().unwrap(),
        Stream::ALL,
        "what is signed of it is there"
    );
}

#[test]
fn a_bit_that_is_flipped() {
    let log = Log::new();
    log.run(0, 40);
    let mut bytes = log.files.bytes("access.jsonl").unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    log.files.put("access.jsonl", &bytes);
    assert_eq!(assert_found_in_access(&log).verdict, Verdict::Altered);
}

#[test]
fn an_older_copy() {
    let log = Log::new();
    log.run(0, 20);
    let old: Vec<(String, Vec<u8>)> = names_of(&log.files, Stream::Access)
        .into_iter()
        .map(|name| (name.clone(), log.files.bytes(&name).unwrap()))
        .collect();
    log.run(20, 40);
    let anchor = String::from_utf8(log.files.bytes("access.checkpoint").unwrap()).unwrap();
    for name in names_of(&log.files, Stream::Access) {
        log.files.remove(&name).unwrap();
    }
    for (name, bytes) in &old {
        log.files.put(name, bytes);
    }
    let trust = Trust { anchor: Some(anchor), ..log.trust(Stream::Access).clone() };
    let report = audit_log::Log::on(&log.files).stream(Stream::Access).verify(&trust).unwrap();
    assert_eq!(report.verdict, Verdict::RolledBack, "{report}");
    // The keys remember, each stream's its own.
    log.run(40, 42);
    let verdict = assert_found_in_access(&log).verdict;
    assert!(matches!(verdict, Verdict::RolledBack | Verdict::NewKeys), "{verdict:?}");
    let told = |stream| of_life(&log.lines(stream), "rollback").len();
    assert_eq!(Stream::ALL.map(told), [0, 1, 0]);
}

#[test]
fn no_key_of_another_stream_verifies_it() {
    let log = Log::new();
    log.run(0, 10);
    for stream in Stream::ALL {
        for other in Stream::ALL.into_iter().filter(|other| *other != stream) {
            let report =
                audit_log::Log::on(&log.files).stream(stream).verify(log.trust(other)).unwrap();
            assert_eq!(report.verdict, Verdict::Altered);
        }
    }
}

#[test]
fn a_line_of_any_stream_can_be_proved() {
    let log = Log::new();
    log.run(0, 10);
    for stream in Stream::ALL {
        let lines = log.lines(stream);
        let line = of_kind(&lines, "event")[5];
        let proof =
            audit_log::Log::on(&log.files).stream(stream).prove(line.seq).unwrap().to_string();
        let proven = check_proof(&proof, Some(&log.trust(stream).keys[0].key)).unwrap();
        assert!(proven.origin.ends_with(stream.name()) && proven.authenticated);
        let other = log.trust(Stream::ALL[usize::from(stream == Stream::Audit)]);
        assert!(check_proof(&proof, Some(&other.keys[0].key)).is_err());
    }
}

/// All of `audit`, keys and all, while the others are there: it is never silently new.
#[test]
fn audit_that_is_gone_beside_others() {
    let log = Log::new();
    log.run(0, 10);
    let id = text(&log.lines(Stream::Access)[0], "log").unwrap().to_owned();
    for name in names_of(&log.files, Stream::Audit) {
        log.files.remove(&name).unwrap();
    }
    log.keys.remove("audit.key").unwrap();
    log.run(10, 20);
    let lines = log.lines(Stream::Audit);
    assert_eq!(text(&lines[0], "log"), Some(id.as_str()), "it goes on under its name");
    assert_eq!(text(of_life(&lines, "rekeyed")[0], "why"), Some("no_keys"));
    assert!(!log.report(Stream::Audit).is_intact());
    log.assert_intact(Stream::Access);
}

#[test]
fn the_keys_of_one_that_are_gone() {
    let log = Log::new();
    log.run(0, 10);
    log.keys.remove("access.key").unwrap();
    log.run(10, 20);
    let told = |stream| of_life(&log.lines(stream), "rekeyed").len();
    assert_eq!(Stream::ALL.map(told), [0, 1, 0]);
    assert_found_in_access(&log);
}

/// Files of another log in the place of a stream go on under that one's name, and its keys are not
/// there.
#[test]
fn the_files_of_another_log() {
    let (log, other) = (Log::new(), Log::new());
    log.run(0, 10);
    other.run(100, 110);
    for name in names_of(&log.files, Stream::Access) {
        log.files.remove(&name).unwrap();
    }
    for name in names_of(&other.files, Stream::Access) {
        log.files.put(&name, &other.files.bytes(&name).unwrap());
    }
    log.run(10, 20);
    assert_eq!(log.counts(Stream::Access), (100..110).chain(10..20).collect::<Vec<_>>());
    let lines = log.lines(Stream::Access);
    assert_eq!(text(of_life(&lines, "rekeyed")[0], "why"), Some("other_log"));
    assert_found_in_access(&log);
}
