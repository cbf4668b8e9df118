//! This project's writer beside other loggers that do the same work.
//!
//! Each measurement is a child process, so that global loggers, peaks of memory and processor time
//! are apart. In each round every logger is measured once with each load, one after the other, so
//! that whatever else the machine does falls on all of them; the order turns from round to round.

// What is asked and answered.
mod answer;
mod job;
mod plan;

// In the child: the event, the loads, the loggers, and what they left.
mod child;
mod durable;
mod event;
mod files;
mod load;
mod logger;
mod loggers;
mod measure;
mod traced;
mod work;
mod writer;

// In the parent: the rounds, and what follows from them.
mod goals;
mod machine;
pub(crate) mod many;
mod parent;
mod record;
mod report;
mod results;

// Another build of this project in the peers' place.
mod against;

use std::fs;
use std::path::Path;

pub(crate) use against::run_probe;
pub(crate) use child::run as run_child;
pub(crate) use event::LoginFailed;
pub(crate) use plan::{HELP, Options};
pub(crate) use work::{Work, events};
pub(crate) use writer::KEEP_ALL;

use crate::Failure;
use job::Job;
use machine::{Busy, Machine};
use parent::Program;
use plan::Plan;
use report::Report;
use results::Results;

/// The hidden command of a child process.
pub(crate) const CHILD: &str = "compare-child";
/// The hidden command that does what the program does that is built for `--against`: for a profiler,
/// and so that its source is compiled and examined with the rest.
pub(crate) const PROBE: &str = "compare-probe";

/// Measures, and says what came of it.
pub(crate) fn measure(options: &Options) -> Result<String, Failure> {
    let base = options.dir.clone().unwrap_or_else(std::env::temp_dir);
    let base = tempfile::tempdir_in(base)?;
    let plan = Plan::new(options.quick, options.rounds);
    match &options.against {
        None => beside_peers(&plan, base.path(), options.json.as_deref()),
        Some(other) => against::measure(other, &plan, base.path(), options.json.as_deref()),
    }
}

fn beside_peers(plan: &Plan, base: &Path, json: Option<&Path>) -> Result<String, Failure> {
    let machine = Machine::examine(base)?;
    let busy = Busy::now()?;
    let mut results = Results::default();
    for round in 0..plan.rounds {
        run_round(plan, round, base, &mut results)?;
    }
    let usage = Busy::now()?.since(busy);
    let goals = goals::all(&results);
    if let Some(path) = json {
        let record = record::of(&machine, usage, &results, &goals);
        fs::write(path, serde_json::to_string_pretty(&record)?)?;
    }
    let rounds = plan.rounds;
    let (machine, results, goals) = (&machine, &results, &*goals);
    Ok(Report { machine, usage, rounds, results, goals }.to_string())
}

fn run_round(plan: &Plan, round: usize, base: &Path, results: &mut Results) -> Result<(), Failure> {
    let program = Program::this(CHILD);
    for task in Plan::tasks() {
        for subject in Plan::subjects(task, round) {
            // What has failed once would fail again, and hang again for as long.
            if results.refusal(task, subject).is_some() {
                continue;
            }
            tell(&format!("round {} of {}: {task}: {}", round + 1, plan.rounds, subject.name()));
            let events = plan.events(task);
            let milliseconds = plan.milliseconds();
            let job_in = |dir| Job { subject, task, events, milliseconds, dir };
            match parent::measure(base, &program, job_in)? {
                Ok(answer) => results.add(round, task, subject, answer),
                Err(refusal) => {
                    tell(&refusal.to_string());
                    results.refuse(task, subject, refusal.to_string());
                }
            }
        }
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "progress, apart from the table")]
fn tell(progress: &str) {
    eprintln!("{progress}");
}
