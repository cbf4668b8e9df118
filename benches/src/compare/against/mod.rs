//! This checkout beside another one of the same project: one program, built with the crates of each,
//! measures both in turn.

// What is asked, and what answers: in the program that measures.
mod clock;
mod probe;
mod question;
mod subject;

// In the parent: both builds, the rounds, and what follows from them.
mod build;
mod instructions;
mod record;
mod report;
mod rows;
mod tasks;

use std::fs;
use std::path::Path;

pub(crate) use probe::run as run_probe;

use super::machine::{Busy, Machine};
use super::parent::{self, Program};
use super::plan::Plan;
use super::results::Results;
use super::tell;
use crate::Failure;
use question::{Kind, Task};
use report::Report;
use rows::Compared;
use tasks::Build;

/// Compares with the checkout in a directory, and says what came of it.
pub(crate) fn measure(
    other: &Path,
    plan: &Plan,
    base: &Path,
    json: Option<&Path>,
) -> Result<String, Failure> {
    let other = other.canonicalize().map_err(|error| format!("{}: {error}", other.display()))?;
    let both = Both::build(&other)?;
    let machine = Machine::examine(base)?;
    let busy = Busy::now()?;
    let mut results = Results::default();
    count_instructions(&both, base, &mut results)?;
    for round in 0..plan.rounds {
        run_round(&both, plan, round, base, &mut results)?;
    }
    let usage = Busy::now()?.since(busy);
    let rows: Vec<Compared> = rows::all().iter().map(|row| row.of(&results)).collect();
    if let Some(path) = json {
        let record = record::of(&machine, usage, &rows, &results);
        fs::write(path, serde_json::to_string_pretty(&record)?)?;
    }
    let (rounds, results, rows) = (plan.rounds, &results, &*rows);
    let report = Report { other: &other, machine: &machine, usage, rounds, results, rows };
    Ok(report.to_string())
}

/// The programs that measure.
struct Both {
    ours: Program,
    other: Program,
}

impl Both {
    fn build(other: &Path) -> Result<Both, Failure> {
        tell("building this checkout's crates");
        let ours = build::program(Build::Ours, build::ours()?)?;
        tell(&format!("building those of {}", other.display()));
        Ok(Both { ours, other: build::program(Build::Other, other)? })
    }

    fn program(&self, build: Build) -> &Program {
        match build {
            Build::Ours => &self.ours,
            Build::Other => &self.other,
        }
    }
}

fn count_instructions(
    both: &Both,
    base: &Path,
    results: &mut Results<Task, Build>,
) -> Result<(), Failure> {
    let task = Kind::Emits.with(1);
    for build in [Build::Ours, Build::Other] {
        tell(&format!("instructions: {}", build.name()));
        match instructions::count(base, both.program(build))? {
            Some(answer) => results.add(0, task, build, answer),
            None => tell("they are not counted: valgrind is not installed"),
        }
    }
    Ok(())
}

fn run_round(
    both: &Both,
    plan: &Plan,
    round: usize,
    base: &Path,
    results: &mut Results<Task, Build>,
) -> Result<(), Failure> {
    for task in tasks::all() {
        tell(&format!("round {} of {}: {task}", round + 1, plan.rounds));
        let times = tasks::times(task);
        for time in round * times..(round + 1) * times {
            measure_both(both, (task, time), plan, base, results)?;
        }
    }
    Ok(())
}

/// Measures both, one right after the other: the ratio is that of these two.
fn measure_both(
    both: &Both,
    (task, time): (Task, usize),
    plan: &Plan,
    base: &Path,
    results: &mut Results<Task, Build>,
) -> Result<(), Failure> {
    for build in Build::in_turn(time) {
        // What has failed once would fail again, and hang again for as long.
        if results.refusal(task, build).is_some() {
            continue;
        }
        let question_in = |dir| tasks::question(task, plan.quick, dir);
        match parent::measure(base, both.program(build), question_in)? {
            Ok(answer) => results.add(time, task, build, answer),
            Err(refusal) => {
                tell(&format!("{}: {refusal}", build.name()));
                results.refuse(task, build, refusal.to_string());
            }
        }
    }
    Ok(())
}
