//! Many threads that emit at once: what becomes of what they emit, of ours and of the fastest peer.

use std::path::Path;

use super::answer::{Answer, Metric};
use super::job::{Job, Kind};
use super::loggers::Subject;
use super::parent::{self, Program};
use crate::Failure;
use crate::stats::median;
use crate::table::{Table, number};

pub(crate) const HELP: &str = "\
Has many threads emit at once, and counts what is in the file afterwards.

Usage: cargo run --release -p audit-benches -- many [--rounds N] [--dir DIR]

Of each number of threads N rounds (default 5), in each of which each logger runs once in a process of
its own. 200,000 events are divided among the threads. `audit (defaults)` waits 50 ms for room and then
counts the event as lost; `audit` and spdlog-rs, the fastest of the peers, wait for as long as it takes.
The table has medians; `lost` is what is not in the file, and `unsaid` what of that the logger does not
say itself.
";

const THREADS: [usize; 7] = [1, 8, 64, 200, 500, 800, 1_000];
const SUBJECTS: [Subject; 3] = [Subject::AuditDefaults, Subject::Audit, Subject::Spdlog];
const EVENTS: usize = 200_000;

/// Measures, and tells it as a table.
pub(crate) fn measure(rounds: usize, dir: Option<&Path>) -> Result<String, Failure> {
    let base = dir.map_or_else(std::env::temp_dir, Path::to_owned);
    let base = tempfile::tempdir_in(base)?;
    let mut table =
        Table::new(&["logger", "threads", "emitted", "in the file", "lost", "unsaid", "k/s"]);
    for threads in THREADS {
        let mut answers = SUBJECTS.map(|subject| (subject, Vec::new()));
        for round in 0..rounds {
            super::tell(&format!("{threads} threads: round {} of {rounds}", round + 1));
            answers.rotate_left(1);
            for (subject, answers) in &mut answers {
                answers.push(run(*subject, threads, base.path())?);
            }
        }
        answers.sort_by_key(|(subject, _)| SUBJECTS.iter().position(|it| it == subject));
        for (subject, answers) in &answers {
            table.row(row(*subject, threads, answers));
        }
    }
    Ok(table.to_string())
}

fn run(subject: Subject, threads: usize, base: &Path) -> Result<Answer, Failure> {
    let task = Kind::Throughput.with(threads);
    let job_in = |dir| Job { subject, task, events: EVENTS, milliseconds: 0, dir };
    let program = Program::this(super::CHILD);
    let answer = parent::measure(base, &program, job_in)?;
    answer.map_err(|refusal| format!("{}: {refusal}", subject.name()).into())
}

fn row(subject: Subject, threads: usize, answers: &[Answer]) -> Vec<String> {
    let of = |value: &dyn Fn(&Answer) -> Option<f64>| {
        median(&answers.iter().filter_map(value).collect::<Vec<_>>())
    };
    let get = |metric: Metric| move |answer: &Answer| answer.get(&metric).copied();
    let lost = |answer: &Answer| Some(get(Metric::Emitted)(answer)? - get(Metric::InFile)(answer)?);
    let unsaid =
        |answer: &Answer| Some(lost(answer)? - get(Metric::KnownLost)(answer).unwrap_or_default());
    let per_second = |answer: &Answer| Some(get(Metric::EventsPerSecond)(answer)? / 1e3);
    vec![
        subject.name().to_owned(),
        threads.to_string(),
        number(of(&get(Metric::Emitted)), 0),
        number(of(&get(Metric::InFile)), 0),
        number(of(&lost), 0),
        number(of(&unsaid), 0),
        number(of(&per_second), 0),
    ]
}
