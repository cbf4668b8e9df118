//! This project's writer beside other loggers that do the same work.
//!
//! Each measurement is a child process, so that global loggers, peaks of memory and processor time
//! are apart. In each round every logger is measured once with each load, one after the other, so
//! that whatever else the machine does falls on all of them; the order turns from round to round.

// What is asked and answered.
mod job;
mod plan;

// In the child: the loads, the loggers, and what they left.
mod child;
mod durable;
mod files;
mod load;
mod loggers;
mod traced;
mod work;

// In the parent: the rounds, and what follows from them.
mod goals;
mod machine;
mod parent;
mod record;
mod report;
mod results;

use std::fs;

pub(crate) use child::run as run_child;
pub(crate) use loggers::{KEEP_ALL, LoginFailed};
pub(crate) use plan::{HELP, Options};
pub(crate) use work::{Work, events};

use crate::Failure;
use job::Job;
use machine::{Busy, Machine};
use plan::Plan;
use report::Report;
use results::Results;

/// The hidden command of a child process.
pub(crate) const CHILD: &str = "compare-child";

/// Measures, and says what came of it.
pub(crate) fn measure(options: &Options) -> Result<String, Failure> {
    let base = options.dir.clone().unwrap_or_else(std::env::temp_dir);
    let base = tempfile::tempdir_in(base)?;
    let plan = Plan::new(options.quick);
    let machine = Machine::examine(base.path())?;
    let busy = Busy::now()?;
    let mut results = Results::default();
    for round in 0..plan.rounds {
        run_round(&plan, round, base.path(), &mut results)?;
    }
    let usage = Busy::now()?.since(busy);
    let goals = goals::all(&results);
    if let Some(path) = &options.json {
        let record = record::of(&machine, usage, &results, &goals);
        fs::write(path, serde_json::to_string_pretty(&record)?)?;
    }
    let rounds = plan.rounds;
    let (machine, results, goals) = (&machine, &results, &*goals);
    Ok(Report { machine, usage, rounds, results, goals }.to_string())
}

fn run_round(
    plan: &Plan,
    round: usize,
    base: &std::path::Path,
    results: &mut Results,
) -> Result<(), Failure> {
    for task in Plan::tasks() {
        for subject in Plan::subjects(task, round) {
            // What has failed once would fail again, and hang again for as long.
            if results.refusal(task, subject).is_some() {
                continue;
            }
            tell(&format!("round {} of {}: {task}: {}", round + 1, plan.rounds, subject.name()));
            let events = plan.events(task);
            let milliseconds = plan.milliseconds();
            let job = Job { subject, task, events, milliseconds, dir: base.to_path_buf() };
            match parent::measure(base, job)? {
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
