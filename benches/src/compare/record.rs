//! Every number of a run, as a file for other programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::answer::Answer;
use super::goals::Goal;
use super::job::Task;
use super::loggers::Subject;
use super::machine::{Machine, Usage};
use super::plan::Plan;
use super::results::Results;

#[derive(Serialize)]
pub(crate) struct Record<'a> {
    machine: &'a Machine,
    usage: Usage,
    measurements: Vec<Measurement<'a>>,
    goals: Vec<Judged<'a>>,
}

#[derive(Serialize)]
struct Measurement<'a> {
    logger: Subject,
    settings: &'static str,
    #[serde(flatten)]
    task: Task,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a str>,
    medians: Answer,
    rounds: Option<&'a BTreeMap<usize, Answer>>,
}

#[derive(Serialize)]
struct Judged<'a> {
    #[serde(flatten)]
    goal: &'a Goal,
    met: Option<bool>,
}

pub(crate) fn of<'a>(
    machine: &'a Machine,
    usage: Usage,
    results: &'a Results,
    goals: &'a [Goal],
) -> Record<'a> {
    let mut measurements = Vec::new();
    for task in Plan::tasks() {
        for logger in Plan::subjects(task, 0) {
            measurements.push(measurement(results, task, logger));
        }
    }
    let judged = |goal: &'a Goal| Judged { goal, met: goal.verdict().map(|(met, _)| met) };
    Record { machine, usage, measurements, goals: goals.iter().map(judged).collect() }
}

fn measurement(results: &Results, task: Task, logger: Subject) -> Measurement<'_> {
    let rounds = results.rounds(task, logger);
    let metrics = rounds.into_iter().flat_map(BTreeMap::values).flat_map(BTreeMap::keys);
    let medians = metrics
        .filter_map(|metric| Some((*metric, results.median(task, logger, *metric)?)))
        .collect();
    Measurement {
        logger,
        settings: logger.settings(),
        task,
        failure: results.refusal(task, logger),
        medians,
        rounds,
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::Metric;
    use super::super::job::Kind;
    use super::super::results::tests::results;
    use super::*;

    #[test]
    fn all_rounds_and_their_median_are_there() {
        let task = Kind::Paced.with(4);
        let results = results(task, Metric::P50Ns, &[(Subject::Ftlog, &[1.0, 2.0, 4.0])]);
        let json = serde_json::to_value(measurement(&results, task, Subject::Ftlog)).unwrap();
        assert_eq!(json["logger"], "ftlog");
        assert_eq!((&json["kind"], &json["threads"]), (&"paced".into(), &4.into()));
        assert_eq!(json["medians"]["p50_ns"], 2.0);
        assert_eq!(json["rounds"]["2"]["p50_ns"], 4.0);
    }
}
