//! The goals, and whether they are met. A goal is a ratio inside this run, but for what is
//! absolute.

use serde::Serialize;

use super::answer::Metric;
use super::job::{Kind, Task};
use super::loggers::Subject;
use super::results::{Better, Results};

/// A goal beside what was measured.
#[derive(Debug, Serialize, PartialEq)]
pub(crate) struct Goal {
    pub(crate) what: String,
    /// What the measurement is a ratio to, or its unit.
    pub(crate) against: String,
    pub(crate) bound: Bound,
    /// None where the measurement failed.
    pub(crate) measured: Option<f64>,
}

#[derive(Clone, Copy, Debug, Serialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    /// Whether it is met, and by which factor, which is 1 or more; none where the bound or the
    /// measurement is zero.
    pub(crate) fn verdict(&self) -> Option<(bool, Option<f64>)> {
        let measured = self.measured?;
        let (met, bound) = match self.bound {
            Bound::AtMost(bound) => (measured <= bound, bound),
            Bound::AtLeast(bound) => (measured >= bound, bound),
        };
        let factor = (measured / bound).max(bound / measured);
        Some((met, factor.is_finite().then_some(factor)))
    }

    /// The bound, for a table.
    pub(crate) fn wanted(&self) -> String {
        match self.bound {
            Bound::AtMost(bound) => format!("≤ {bound:.3}"),
            Bound::AtLeast(bound) => format!("≥ {bound:.3}"),
        }
    }

    /// The verdict, for a table.
    pub(crate) fn said(&self) -> String {
        let word = |met| if met { "met" } else { "missed" };
        match self.verdict() {
            None => "not measured".to_owned(),
            Some((met, None)) => word(met).to_owned(),
            Some((met, Some(factor))) => format!("{} by {factor:.2} ×", word(met)),
        }
    }
}

/// All goals, those for evidence last.
pub(crate) fn all(results: &Results) -> Vec<Goal> {
    let mut goals = latency(results);
    goals.extend([
        throughput(results, 1, 5.0),
        throughput(results, 4, 4.0),
        cpu(results, 1),
        cpu(results, 4),
        of_bare(results, Kind::EveryMillisecond),
        of_bare(results, Kind::EveryBatch),
        acknowledged(results, 4, 2.5),
        acknowledged(results, 16, 7.0),
        acknowledged(results, 64, 10.0),
        memory(results, 1),
        memory(results, 4),
        allocations(results),
        with_evidence(results),
        of_hashing(results),
    ]);
    goals
}

fn latency(results: &Results) -> Vec<Goal> {
    let paced = Kind::Paced.with(1);
    let tracing = Subject::TracingAppender;
    let mut goals = vec![
        beside_best(results, "emit p50", (paced, Metric::P50Ns), Bound::AtMost(1.0 / 10.0)),
        Goal {
            what: format!("emit p50 ({paced})"),
            against: tracing.name().to_owned(),
            bound: Bound::AtMost(1.0 / 30.0),
            measured: results.ratio(Metric::P50Ns, (paced, Subject::Audit), (paced, tracing)),
        },
    ];
    for kind in [Kind::Paced, Kind::Batched, Kind::Burst] {
        for threads in [1, 4] {
            let of = (kind.with(threads), Metric::P999Ns);
            goals.push(beside_best(results, "emit p99.9", of, Bound::AtMost(1.0 / 10.0)));
        }
    }
    goals
}

fn throughput(results: &Results, threads: usize, times: f64) -> Goal {
    let of = (Kind::Throughput.with(threads), Metric::EventsPerSecond);
    beside_best(results, "lossless throughput", of, Bound::AtLeast(times))
}

fn cpu(results: &Results, threads: usize) -> Goal {
    let of = (Kind::Throughput.with(threads), Metric::CpuSecondsPerMillion);
    beside_best(results, "processor time an event", of, Bound::AtMost(1.0 / 6.0))
}

/// Ours in equal work beside the best peer of the same metric.
fn beside_best(
    results: &Results,
    what: &str,
    (task, metric): (Task, Metric),
    bound: Bound,
) -> Goal {
    ours_beside_best(results, what, (task, metric), Subject::Audit, bound)
}

fn ours_beside_best(
    results: &Results,
    what: &str,
    (task, metric): (Task, Metric),
    ours: Subject,
    bound: Bound,
) -> Goal {
    let better = match bound {
        Bound::AtMost(_) => Better::Less,
        Bound::AtLeast(_) => Better::More,
    };
    let best = results.best_peer(task, metric, better);
    Goal {
        what: format!("{what} ({task})"),
        against: format!("best peer: {}", best.map_or("none", Subject::name)),
        bound,
        measured: best.and_then(|best| results.ratio(metric, (task, ours), (task, best))),
    }
}

/// Ours with evidence beside the best peer, which has none.
fn with_evidence(results: &Results) -> Goal {
    let of = (Kind::Throughput.with(1), Metric::EventsPerSecond);
    let what = "lossless throughput with evidence";
    ours_beside_best(results, what, of, Subject::AuditEvidence, Bound::AtLeast(1.0))
}

fn of_hashing(results: &Results) -> Goal {
    let task = Kind::Throughput.with(1);
    Goal {
        what: format!("lossless throughput with evidence ({task})"),
        against: "leaf and node hashing alone, 1 thread".to_owned(),
        bound: Bound::AtLeast(0.70),
        measured: results.median(task, Subject::AuditEvidence, Metric::OfHashing),
    }
}

fn of_bare(results: &Results, kind: Kind) -> Goal {
    let task = kind.with(1);
    Goal {
        what: format!("durable throughput ({task})"),
        against: "bare write and fdatasync".to_owned(),
        bound: Bound::AtLeast(0.85),
        measured: results.median(task, Subject::Audit, Metric::OfBare),
    }
}

fn acknowledged(results: &Results, threads: usize, times: f64) -> Goal {
    let (many, one) = (Kind::Acknowledged.with(threads), Kind::Acknowledged.with(1));
    let metric = Metric::EventsPerSecond;
    Goal {
        what: format!("durable emits waited for ({many})"),
        against: "1 thread".to_owned(),
        bound: Bound::AtLeast(times),
        measured: results.ratio(metric, (many, Subject::Audit), (one, Subject::Audit)),
    }
}

fn memory(results: &Results, threads: usize) -> Goal {
    let task = Kind::Burst.with(threads);
    let peak = results.median(task, Subject::Audit, Metric::PeakKib);
    Goal {
        what: format!("peak memory ({task})"),
        against: "MB".to_owned(),
        bound: Bound::AtMost(16.0),
        measured: peak.map(|kib| kib * 1024.0 / 1e6),
    }
}

fn allocations(results: &Results) -> Goal {
    let task = Kind::Allocations.with(1);
    Goal {
        what: "allocations an emit".to_owned(),
        against: "allocations".to_owned(),
        bound: Bound::AtMost(0.0),
        measured: results.median(task, Subject::Audit, Metric::Allocations),
    }
}

#[cfg(test)]
mod tests {
    use super::super::results::tests::results;
    use super::*;

    fn goal(bound: Bound, measured: f64) -> Goal {
        Goal { what: String::new(), against: String::new(), bound, measured: Some(measured) }
    }

    #[test]
    fn a_goal_is_met_up_to_its_bound() {
        assert_eq!(goal(Bound::AtMost(0.5), 0.5).verdict(), Some((true, Some(1.0))));
        assert_eq!(goal(Bound::AtMost(0.5), 0.25).verdict(), Some((true, Some(2.0))));
        assert_eq!(goal(Bound::AtMost(0.5), 1.0).verdict(), Some((false, Some(2.0))));
        assert_eq!(goal(Bound::AtLeast(5.0), 5.0).verdict(), Some((true, Some(1.0))));
        assert_eq!(goal(Bound::AtLeast(5.0), 2.5).verdict(), Some((false, Some(2.0))));
    }

    #[test]
    fn no_allocations_are_a_goal_without_a_factor() {
        assert_eq!(goal(Bound::AtMost(0.0), 0.0).verdict(), Some((true, None)));
        assert_eq!(goal(Bound::AtMost(0.0), 1.0).verdict(), Some((false, None)));
    }

    #[test]
    fn what_was_not_measured_has_no_verdict() {
        let goals = all(&Results::default());
        assert!(goals.iter().all(|goal| goal.verdict().is_none()));
    }

    #[test]
    fn throughput_is_beside_the_fastest_peer() {
        let of = Kind::Throughput.with(1);
        let (ours, slow, fast) = (Subject::Audit, Subject::SlogAsync, Subject::Spdlog);
        let results = results(
            of,
            Metric::EventsPerSecond,
            &[(ours, &[12.0]), (slow, &[1.0]), (fast, &[2.0])],
        );
        let goal = throughput(&results, 1, 5.0);
        assert_eq!(goal.against, "best peer: spdlog-rs");
        assert_eq!(goal.measured, Some(6.0));
        assert_eq!(goal.verdict(), Some((true, Some(1.2))));
    }
}
