//! Every number of a run, as a file for other programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::question::{Kind, Task};
use super::rows::Compared;
use super::tasks::{self, Build};
use crate::compare::answer::Answer;
use crate::compare::machine::{Machine, Usage};
use crate::compare::results::Results;

#[derive(Serialize)]
pub(crate) struct Record<'a> {
    machine: &'a Machine,
    usage: Usage,
    rows: &'a [Compared],
    measurements: Vec<Measurement<'a>>,
}

#[derive(Serialize)]
struct Measurement<'a> {
    build: Build,
    #[serde(flatten)]
    task: Task,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a str>,
    rounds: Option<&'a BTreeMap<usize, Answer>>,
}

pub(crate) fn of<'a>(
    machine: &'a Machine,
    usage: Usage,
    rows: &'a [Compared],
    results: &'a Results<Task, Build>,
) -> Record<'a> {
    let mut measurements = Vec::new();
    for task in tasks::all().into_iter().chain([Kind::Emits.with(1)]) {
        for build in [Build::Ours, Build::Other] {
            let (failure, rounds) = (results.refusal(task, build), results.rounds(task, build));
            measurements.push(Measurement { build, task, failure, rounds });
        }
    }
    Record { machine, usage, rows, measurements }
}
