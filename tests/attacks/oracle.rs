//! Whether a verdict is right, by what was really written.

use std::fmt;

use audit_log::Log;
use audit_log::verify::{Notice, Report, Trust, Verdict};

use crate::moves::Move;
use crate::world::{World, copy, lines};

/// What was said of an attack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Told {
    Verdict(String),
    /// It could not be verified at all.
    Refused,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Told::Verdict(verdict) => f.write_str(verdict),
            Told::Refused => f.write_str("refused, exit status 2"),
        }
    }
}

/// Carries an attack out, and compares what verification says with what was written.
pub(crate) fn judge(world: &World, attack: &[Move]) -> Told {
    let (files, keys) = (copy(&world.files), copy(&world.keys));
    for one in attack {
        one.make(world, &files, &keys);
    }
    let by_key = Trust { anchor: None, ..world.trust.clone() };
    if let Ok(report) = Log::on(&files).verify(&by_key) {
        check_proved(world, &files, &report, attack);
    }
    let Ok(report) = Log::on(&files).verify(&world.trust) else { return Told::Refused };
    check_all(world, &files, &report, attack);
    Told::Verdict(format!("{:?}", report.verdict))
}

/// With the newest checkpoint the log is in no way intact where a line at or below it is missing or
/// changed.
fn check_all(
    world: &World,
    files: &audit_writer::storage::MemoryStorage,
    report: &Report,
    attack: &[Move],
) {
    if !is_intact(report) {
        return;
    }
    let there = lines(files);
    for (seq, written) in &world.written {
        let is_same = there.get(seq) == Some(written);
        assert!(is_same, "line {seq} is not there, or changed, by {attack:?}: {report}");
    }
}

/// Without one, none of the lines that are said to be proved was changed.
fn check_proved(
    world: &World,
    files: &audit_writer::storage::MemoryStorage,
    report: &Report,
    attack: &[Move],
) {
    let Some(signed) = report.last_signed.as_ref().filter(|_| is_intact(report)) else { return };
    let is_found = |seq: u64| {
        let is_in = |notice: &Notice| matches!(notice, Notice::Recovered { from, to } if (*from..=*to).contains(&seq));
        report.notices.iter().any(is_in)
    };
    let there = lines(files);
    for (seq, written) in world.written.range(report.first_seq..=signed.seq) {
        let is_same = there.get(seq) == Some(written) || is_found(*seq);
        assert!(
            is_same,
            "line {seq} is proved, and is not what was written, by {attack:?}: {report}"
        );
    }
}

fn is_intact(report: &Report) -> bool {
    matches!(report.verdict, Verdict::Intact | Verdict::Unclosed)
}
