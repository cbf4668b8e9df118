//! Instructions, counted by valgrind where that is installed: once, since they are the same each
//! time.

use std::path::Path;
use std::process::{Command, Output};

use super::question::{Kind, Question};
use super::tasks;
use crate::Failure;
use crate::compare::answer::{Answer, Metric};
use crate::compare::parent::Program;

/// The instructions of an emit on its own thread, and those of all threads for an event until it is
/// in the file. Without valgrind there are none.
pub(crate) fn count(base: &Path, program: &Program) -> Result<Option<Answer>, Failure> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Ok(None);
    }
    let events = asked(base).events;
    let emits = collected(base, program, events, &["--toggle-collect=*emit_collected*"])?;
    let all = collected(base, program, events, &[])?;
    let half = collected(base, program, events / 2, &[])?;
    let emit = emits / events as f64;
    let event = (all - half) / (events - events / 2) as f64;
    Ok(Some(Answer::from([
        (Metric::EmitInstructions, emit),
        (Metric::LineInstructions, event - emit),
    ])))
}

fn asked(base: &Path) -> Question {
    tasks::question(Kind::Emits.with(1), false, base.to_path_buf())
}

fn collected(
    base: &Path,
    program: &Program,
    events: usize,
    arguments: &[&str],
) -> Result<f64, Failure> {
    let place = tempfile::tempdir_in(base)?;
    let question = Question { events, ..asked(place.path()) };
    let Output { status, stderr, .. } = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(arguments)
        .arg(&program.path)
        .arg(serde_json::to_string(&question)?)
        .output()?;
    let said = String::from_utf8_lossy(&stderr);
    let found = parsed(&said).filter(|_| status.success());
    Ok(found.ok_or_else(|| format!("valgrind: {status}: {said}"))?)
}

/// `==123== Collected : 4567`
fn parsed(said: &str) -> Option<f64> {
    let line = said.lines().find_map(|line| line.split_once("Collected :"));
    line?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_what_valgrind_collected() {
        let said = "==7== Events    : Ir\n==7== Collected : 1234\n==7== \n";
        assert_eq!(parsed(said), Some(1234.0));
        assert_eq!(parsed("==7== Collected : "), None);
    }
}
