//! Edits, of which none goes unseen.

use std::time::Duration;

use audit_log::Log;
use audit_log::verify::{Finding, FindingKind, Trust, Verdict};
use audit_writer::Retention;
use audit_writer::storage::{Call, FaultPlan, Injected, Storage};
use sha2::{Digest, Sha256};

use super::{Kept, copy, emit, large, report_of, segments, small};
use crate::kit::{LONG, door_opened};

/// In which line of a text a byte stands, from 1; a newline belongs to the line that it ends.
fn line_of(text: &[u8], at: usize) -> u64 {
    1 + text.iter().take(at).filter(|byte| **byte == b'\n').count() as u64
}

/// Runs a case for each number below this, on all cores.
fn on_all_cores(cases: usize, case: impl Fn(usize) + Sync) {
    let cores = std::thread::available_parallelism().unwrap().get();
    std::thread::scope(|scope| {
        let case = &case;
        for core in 0..cores {
            scope.spawn(move || (core..cases).step_by(cores).for_each(case));
        }
    });
}

/// Every bit of the log's only segment is flipped: each is found, in that line or, where the line's
/// end or number is hit, beside it.
#[test]
fn every_flipped_bit_is_found_where_it_is() {
    let kept = small();
    let whole = kept.files.bytes("audit.jsonl").unwrap();
    on_all_cores(whole.len() * 8, |bit| {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let report = report_of(&kept, "audit.jsonl", &bytes);
        assert!(!report.is_intact(), "bit {bit}: {report}");
        let line = line_of(&whole, bit / 8);
        let first = report.findings.first().unwrap();
        assert!(first.line.abs_diff(line) <= 1, "bit {bit} of line {line}: {report}");
    });
}

#[test]
fn every_cut_is_a_rollback_beside_the_last_checkpoint() {
    let kept = small();
    let whole = kept.files.bytes("audit.jsonl").unwrap();
    on_all_cores(whole.len(), |cut| {
        let report = report_of(&kept, "audit.jsonl", &whole[..cut]);
        let is_last_line = line_of(&whole, cut) == line_of(&whole, whole.len() - 1);
        // Of the last line, a checkpoint, everything before it is signed by the one beside the log.
        assert!(!report.is_intact() || is_last_line, "cut at {cut}: {report}");
    });
}

/// Without what is beside the log a cut behind a checkpoint looks like a crash, and says so; with an
/// anchor that was kept elsewhere it does not.
#[test]
fn a_cut_behind_a_checkpoint_is_told_from_an_anchor() {
    let kept = small();
    let anchor = String::from_utf8(kept.files.bytes("audit.checkpoint").unwrap()).unwrap();
    let files = copy(&kept.files);
    files.remove("audit.checkpoint").unwrap();
    let whole = files.bytes("audit.jsonl").unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let kind = |line: &[u8], what: &str| line.starts_with(what.as_bytes());
    let start = lines.iter().position(|line| kind(line, r#"{"kind":"checkpoint""#)).unwrap();
    files.put("audit.jsonl", &lines[..=start].concat());
    let report = Log::on(&files).verify(&kept.trust).unwrap();
    assert_eq!(report.verdict, Verdict::Unclosed);
    assert_eq!(report.unprotected_from, Some(start as u64 + 1));
    let trust = Trust { anchor: Some(anchor), ..kept.trust.clone() };
    assert_eq!(Log::on(&files).verify(&trust).unwrap().verdict, Verdict::RolledBack);
}

#[test]
fn lines_that_are_removed_repeated_or_swapped_are_found() {
    let kept = large();
    let name = &segments(&kept.files)[1];
    let whole = kept.files.bytes(name).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    for at in 0..lines.len() - 1 {
        let mut removed = lines.clone();
        removed.remove(at);
        let mut repeated = lines.clone();
        repeated.insert(at, lines[at]);
        let mut swapped = lines.clone();
        swapped.swap(at, at + 1);
        for edited in [removed, repeated, swapped] {
            let report = report_of(&kept, name, &edited.concat());
            assert!(!report.is_intact(), "line {at}: {report}");
            let near = |fault: &Finding| fault.line.abs_diff(at as u64 + 1) <= 2;
            assert!(report.findings.iter().any(near), "line {at}: {report}");
        }
    }
}

#[test]
fn a_segment_that_is_gone_is_missing() {
    let kept = large();
    let names = segments(&kept.files);
    for name in &names {
        let files = copy(&kept.files);
        files.remove(name).unwrap();
        let report = Log::on(&files).verify(&kept.trust).unwrap();
        assert!(!report.is_intact(), "{name}: {report}");
        let is_missing = |fault: &Finding| {
            matches!(fault.what, FindingKind::Missing { .. } | FindingKind::Ahead { .. })
        };
        assert!(report.findings.iter().any(is_missing), "{name}: {report}");
    }
}

/// What retention removed was announced in a line that is signed.
#[test]
fn what_was_pruned_is_not_missing() {
    let kept = Kept::new();
    let writer = kept.builder().retention(pruning()).start().unwrap();
    emit(&writer, 0, 300);
    assert!(writer.shutdown().is_complete());
    let report = kept.report();
    assert_eq!((report.verdict, report.findings), (Verdict::Intact, vec![]));
    assert!(report.first_seq > 100, "{}", report.first_seq);
    let names = segments(&kept.files);
    let files = copy(&kept.files);
    files.remove(&names[0]).unwrap();
    let report = Log::on(&files).verify(&kept.trust).unwrap();
    assert!(!report.is_intact(), "{report}");
}

fn pruning() -> Retention {
    Retention { total_bytes: 32 * 1024, ..Retention::default() }
}

/// Lines are swapped, spliced in from elsewhere, repeated, removed or respelled, several at a time.
#[test]
fn no_edit_goes_unseen() {
    let (kept, other) = (large(), large());
    let names = segments(&kept.files);
    let edits = std::env::var("AUDIT_EDITS").map_or(10_000, |count| count.parse().unwrap());
    on_all_cores(edits, |edit| {
        let mut random = fastrand::Rng::with_seed(20_261_125 + edit as u64);
        let name = &names[random.usize(..names.len())];
        let whole = kept.files.bytes(name).unwrap();
        let mut lines: Vec<Vec<u8>> =
            whole.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let before = lines.clone();
        for _ in 0..random.usize(1..4) {
            self::edit(&mut lines, &other, &mut random);
        }
        let is_end_cut = before.starts_with(&lines) && name == "audit.jsonl";
        if lines == before || is_end_cut {
            return;
        }
        let report = report_of(&kept, name, &lines.concat());
        let is_told = !report.is_intact() && report.verdict != Verdict::Damaged;
        assert!(is_told, "edit {edit} of {name}: {report}");
        let first =
            lines.iter().zip(&before).take_while(|(now, was)| now == was).count() as u64 + 1;
        let is_near = |fault: &Finding| fault.segment == *name && fault.line.abs_diff(first) <= 2;
        assert!(
            report.findings.iter().any(is_near),
            "edit {edit} of {name}, line {first}: {report}"
        );
    });
}

/// One edit of a segment's lines.
fn edit(lines: &mut Vec<Vec<u8>>, other: &Kept, random: &mut fastrand::Rng) {
    if lines.len() < 2 {
        return;
    }
    let (one, two) = (random.usize(..lines.len()), random.usize(..lines.len()));
    match random.u8(..6) {
        0 => lines.swap(one, two),
        1 => drop(lines.remove(one)),
        2 => lines.insert(two, lines[one].clone()),
        3 => {
            let names = segments(&other.files);
            let bytes = other.files.bytes(&names[random.usize(..names.len())]).unwrap();
            let foreign: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            lines[one] = foreign[random.usize(..foreign.len())].to_vec();
        }
        4 => {
            // The same JSON in another spelling.
            let at = lines[one].iter().position(|byte| *byte == b',').unwrap_or(0);
            lines[one].insert(at, b' ');
        }
        _ => {
            // What binds it to the line before, forged to fit.
            let Some(before) = one.checked_sub(1).map(|before| lines[before].clone()) else {
                return;
            };
            let mut forged = lines[two].clone();
            rebind(&mut forged, &before);
            lines[one] = forged;
        }
    }
}

/// Lets a line say of the one before what it should, as whoever edits can.
fn rebind(line: &mut Vec<u8>, before: &[u8]) {
    const BOUND: usize = r#","prev":"k3Jd0aQx9fE"}"#.len() + 1;
    let leaf = Sha256::new().chain_update([0]).chain_update(before.trim_ascii_end()).finalize();
    let Some(at) = line.len().checked_sub(BOUND).filter(|_| line.len() > 60) else { return };
    line.truncate(at);
    let prev = data_encoding::BASE64URL_NOPAD.encode(&leaf[..8]);
    line.extend_from_slice(format!(r#","prev":"{prev}"}}"#).as_bytes());
    line.push(b'\n');
}

/// A segment that ended by a fault has no checkpoint at its end. What is altered there is altered,
/// and no damage that the log knew of.
#[test]
fn an_edit_before_a_fault_is_no_damage() {
    let kept = Kept::in_one();
    let writer = kept.start();
    emit(&writer, 0, 5);
    kept.files.plan(FaultPlan {
        call: Call::Sync,
        nth: 1,
        fault: Injected::Error(5),
        for_good: false,
    });
    door_opened(5).to(&writer).emit().unwrap();
    while writer.flush(LONG).is_err() {
        std::thread::sleep(Duration::from_millis(1));
    }
    emit(&writer, 6, 10);
    assert!(writer.shutdown().is_complete());
    assert_eq!(kept.report().verdict, Verdict::Intact);
    let name = &segments(&kept.files)[0];
    let whole = kept.files.bytes(name).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let last_checkpoint =
        lines.iter().rposition(|line| line.starts_with(br#"{"kind":"checkpoint""#)).unwrap();
    for at in last_checkpoint + 1..lines.len() - 1 {
        let mut altered: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
        let place = altered[at].windows(8).position(|it| it == br#""time":""#).unwrap() + 8;
        altered[at][place] = b'3';
        let removed: Vec<&[u8]> = [&lines[..at], &lines[at + 1..]].concat();
        for edited in [altered.concat(), removed.concat()] {
            let report = report_of(&kept, name, &edited);
            let is_told = matches!(report.verdict, Verdict::Altered | Verdict::Missing);
            assert!(is_told, "line {at}: {report}");
        }
    }
}

/// A log of which retention left a segment as the oldest that brings lines of a removed one again;
/// with so many events before the fault, if it came to that.
fn with_lines_again_at_its_beginning(before: u32) -> Option<Kept> {
    let kept = Kept::in_one();
    let writer = kept.builder().retention(pruning()).start().unwrap();
    emit(&writer, 0, before);
    kept.files.plan(FaultPlan {
        call: Call::Sync,
        nth: 1,
        fault: Injected::Error(5),
        for_good: false,
    });
    door_opened(before).to(&writer).emit().unwrap();
    while writer.flush(LONG).is_err() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let found = (before + 1..150).any(|count| {
        emit(&writer, count, count + 1);
        let oldest = kept.files.bytes(&segments(&kept.files)[0]).unwrap();
        let header = oldest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        String::from_utf8_lossy(header).contains(r#""supersedes":{"#)
    });
    assert!(writer.shutdown().is_complete());
    found.then_some(kept)
}

#[test]
fn a_segment_that_brings_lines_again_may_be_the_oldest() {
    // Retention removes small segments two at a time, so it depends on their sizes.
    let kept = (3..20).find_map(with_lines_again_at_its_beginning).unwrap();
    let report = kept.report();
    assert_eq!((report.verdict, report.findings), (Verdict::Intact, vec![]));
    let name = &segments(&kept.files)[0];
    let whole = kept.files.bytes(name).unwrap();
    for at in (0..whole.len()).step_by(11) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        assert!(!report_of(&kept, name, &bytes).is_intact(), "byte {at}");
    }
}
