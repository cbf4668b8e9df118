//! Logs as somebody makes them who can write to the directory and has no keys: each verified once.

use audit_log::Log;
use audit_log::verify::{FindingKind, Report, Trust, Verdict};
use audit_writer::storage::{MemoryStorage, Storage};
use sha2::{Digest, Sha256};

use super::{Kept, copy, large, segments, small};

const EVENT: &str = r#""event":"door_opened","level":"info","action":"open","outcome":"success""#;

fn lines_of(files: &MemoryStorage, name: &str) -> Vec<Vec<u8>> {
    let bytes = files.bytes(name).unwrap();
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// A line of this kind behind another, with a number and what binds it there.
fn forged(kind: &str, seq: usize, members: &str, before: &[u8]) -> Vec<u8> {
    let leaf = Sha256::new().chain_update([0]).chain_update(before.trim_ascii_end()).finalize();
    let prev = data_encoding::BASE64URL_NOPAD.encode(&leaf[..8]);
    let members = match kind {
        "event" => members.to_owned(),
        kind => format!(r#""{kind}":{{{members},"up_us":1}}"#),
    };
    let time = "2026-11-20T12:00:00.123456Z";
    format!(
        "{{\"kind\":\"{kind}\",\"seq\":{seq},\"time\":\"{time}\",{members},\"prev\":\"{prev}\"}}\n"
    )
    .into_bytes()
}

/// With the newest checkpoint that there was.
fn anchored(kept: &Kept) -> Trust {
    let anchor = String::from_utf8(kept.files.bytes("audit.checkpoint").unwrap()).unwrap();
    kept.trust.clone().with_anchor(anchor)
}

/// What is said of a log to whose end these lines are put.
fn with_behind(kept: &Kept, lines: &[(&str, &str)]) -> Report {
    let files = copy(&kept.files);
    let mut all = lines_of(&files, "audit.jsonl");
    for (kind, members) in lines {
        let line = forged(kind, all.len(), members, &all[all.len() - 1]);
        all.push(line);
    }
    files.put("audit.jsonl", &all.concat());
    Log::on(&files).verify(&anchored(kept)).unwrap()
}

#[test]
fn a_log_of_an_invented_header_is_nobodys() {
    let kept = small();
    let header = String::from_utf8(lines_of(&kept.files, "audit.jsonl").remove(0)).unwrap();
    // Beyond every checkpoint: a number with a single bit has a tree with a single root.
    let root = data_encoding::BASE64.encode(&[7; 32]);
    let tree = format!(r#""tree":{{"size":4096,"range":["{root}"]}}"#);
    let invented =
        header.replace(r#""seq":0"#, r#""seq":4096"#).replace(r#""tree":{"size":0}"#, &tree);
    assert_ne!(invented, header);
    let mut lines = vec![invented.into_bytes()];
    for seq in 4097..4100 {
        let line = forged("event", seq, EVENT, &lines[lines.len() - 1]);
        lines.push(line);
    }
    let files = MemoryStorage::new();
    files.put("audit.jsonl", &lines.concat());
    for trust in [anchored(&kept), kept.trust.clone(), Trust::default()] {
        let report = Log::on(&files).verify(&trust).unwrap();
        assert!(!report.is_intact(), "{report}");
    }
}

/// Nothing is excused by a line that nobody signed.
#[test]
fn a_removal_that_is_not_signed_excuses_nothing() {
    let kept = large();
    let names = segments(&kept.files);
    let files = copy(&kept.files);
    let (gone, first) = (&names[0], &names[1]);
    files.remove(gone).unwrap();
    let mut last = lines_of(&files, "audit.jsonl");
    let size = usize::try_from(kept.report().size).unwrap();
    let prune = format!(r#""type":"prune","why":"age","segments":["{gone}"]"#);
    let line = forged("lifecycle", size, &prune, &last[last.len() - 1]);
    last.push(line);
    files.put("audit.jsonl", &last.concat());
    let report = Log::on(&files).verify(&kept.trust).unwrap();
    assert!(!report.is_intact(), "{first}: {report}");
    let is_missing = |what: &FindingKind| matches!(what, FindingKind::Missing { from: 0, .. });
    assert!(report.findings.iter().any(|finding| is_missing(&finding.what)), "{report}");
}

#[test]
fn events_behind_a_closed_run_are_told() {
    let report = with_behind(&small(), &[("event", EVENT)]);
    assert_eq!(report.verdict, Verdict::Altered, "{report}");
    assert_eq!(report.findings[0].what, FindingKind::BehindEnd);
    // Neither are they a run, because a run has a checkpoint before its first event.
    let start = r#""type":"start","run":"0123456789abcdef","time_synced":true"#;
    let report = with_behind(&small(), &[("lifecycle", start), ("event", EVENT)]);
    assert_eq!(report.verdict, Verdict::Altered, "{report}");
    assert_eq!(report.findings[0].what, FindingKind::Unproved);
}

/// A line that says that the log was rolled back, or has new keys, decides nothing.
#[test]
fn what_nobody_signed_decides_nothing() {
    for claim in
        [r#""type":"rollback","compared":"shorter""#, r#""type":"rekeyed","why":"no_keys""#]
    {
        let report = with_behind(&small(), &[("lifecycle", claim)]);
        assert_eq!(report.verdict, Verdict::Altered, "{claim}: {report}");
    }
    let kept = small();
    for junk in [&b"this is no line\n"[..], b"\n\n", b"half a line"] {
        let files = copy(&kept.files);
        files.put("audit.jsonl", &[&kept.files.bytes("audit.jsonl").unwrap(), junk].concat());
        let report = Log::on(&files).verify(&anchored(&kept)).unwrap();
        assert_ne!(report.verdict, Verdict::Intact, "{report}");
    }
}

/// The last checkpoint says what it says, signed once.
#[test]
fn nothing_is_added_to_a_checkpoint() {
    let kept = small();
    let note = String::from_utf8(kept.files.bytes("audit.checkpoint").unwrap()).unwrap();
    let signature = note.lines().last().unwrap();
    let line = String::from_utf8(lines_of(&kept.files, "audit.jsonl").pop().unwrap()).unwrap();
    let whole = String::from_utf8(kept.files.bytes("audit.jsonl").unwrap()).unwrap();
    let longer = line.replace(r#"\n"},"prev""#, r#"\n","more":1},"prev""#);
    let twice = line.replace(r#"\n"},"prev""#, &format!(r#"\n{signature}\n"}},"prev""#));
    // A witness's stands in a kept checkpoint, and not in the log.
    let witness = format!("witness {}", data_encoding::BASE64.encode(&[1; 68]));
    let spelled = format!(r#"\n\u2014 {witness}\n"}},"prev""#);
    let by_witness = line.replace(r#"\n"},"prev""#, &spelled);
    for edited in [longer, twice, by_witness] {
        assert_ne!(edited, line);
        let files = copy(&kept.files);
        files.remove("audit.checkpoint").unwrap();
        files.put("audit.jsonl", whole.replace(&line, &edited).as_bytes());
        let report = Log::on(&files).verify(&kept.trust).unwrap();
        assert!(!report.is_intact(), "{report}");
    }
    let twice = format!("{note}{signature}\n");
    let wrong = note.replace(&signature[signature.len() - 8..], "AAAAAAA=");
    for beside in [&twice, &wrong] {
        let files = copy(&kept.files);
        files.put("audit.checkpoint", beside.as_bytes());
        let report = Log::on(&files).verify(&kept.trust).unwrap();
        assert_eq!(report.verdict, Verdict::Altered, "{report}");
    }
    // A kept one is no anchor where its signature is wrong; one that a witness signed, too, is.
    let report = Log::on(&kept.files).verify(&kept.trust.clone().with_anchor(wrong)).unwrap();
    assert!(!report.is_intact(), "{report}");
    let witnessed = format!("{note}\u{2014} {witness}\n");
    let report = Log::on(&kept.files).verify(&kept.trust.clone().with_anchor(witnessed)).unwrap();
    assert_eq!((report.verdict, report.anchored), (Verdict::Intact, true), "{report}");
}

#[test]
fn what_is_cut_with_its_last_checkpoint_is_no_damage() {
    let kept = large();
    let files = copy(&kept.files);
    for name in ["audit.jsonl", "audit.checkpoint"] {
        files.remove(name).unwrap();
    }
    let report = Log::on(&files).verify(&kept.trust).unwrap();
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
}

/// Neighbouring lines that are gone are one finding.
#[test]
fn lines_that_are_gone_are_told_once() {
    let kept = large();
    let name = &segments(&kept.files)[0];
    for count in 1..5 {
        let mut lines = lines_of(&kept.files, name);
        lines.drain(6..6 + count);
        let files = copy(&kept.files);
        files.put(name, &lines.concat());
        let report = Log::on(&files).verify(&kept.trust).unwrap();
        let to = 5 + count as u64;
        let found: Vec<&FindingKind> = report.findings.iter().map(|it| &it.what).collect();
        assert_eq!(found, [&FindingKind::Missing { from: 6, to }], "{report}");
        assert_eq!(report.verdict, Verdict::Missing);
    }
}
