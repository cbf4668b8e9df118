//! The rows of the table: what is compared, and the goal where there is one.

use serde::Serialize;

use super::question::{Kind, Task};
use super::tasks::Build;
use crate::compare::answer::Metric;
use crate::compare::goals::{Bound, Goal};
use crate::compare::results::Results;
use crate::stats::median;

/// What is compared in one row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    what: String,
    task: Task,
    metric: Metric,
    /// What the numbers are divided by, for the unit that is shown.
    unit: f64,
    digits: usize,
    goal: Option<Wanted>,
}

/// What a goal is about.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// The ratio of ours to the other's.
    Ratio(Bound),
    /// Ours, in the row's unit.
    Ours(Bound),
}

/// A row that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Compared {
    pub(crate) what: String,
    pub(crate) digits: usize,
    pub(crate) ours: Option<f64>,
    pub(crate) other: Option<f64>,
    /// The median over the rounds of the ratio inside a round, the smallest and the largest.
    pub(crate) ratio: Option<f64>,
    pub(crate) least: Option<f64>,
    pub(crate) most: Option<f64>,
    pub(crate) goal: Option<Goal>,
}

impl Row {
    fn new(what: &str, task: Task, metric: Metric) -> Row {
        Row { what: what.to_owned(), task, metric, unit: 1.0, digits: 0, goal: None }
    }

    fn in_unit(self, unit: f64, digits: usize) -> Row {
        Row { unit, digits, ..self }
    }

    fn ratio(self, bound: Bound) -> Row {
        Row { goal: Some(Wanted::Ratio(bound)), ..self }
    }

    fn ours(self, bound: Bound) -> Row {
        Row { goal: Some(Wanted::Ours(bound)), ..self }
    }

    pub(crate) fn of(&self, results: &Results<Task, Build>) -> Compared {
        let median_of = |build| {
            let median = results.median(self.task, build, self.metric);
            median.map(|number| number / self.unit)
        };
        let (ours, other) = (median_of(Build::Ours), median_of(Build::Other));
        let mut ratios =
            results.ratios(self.metric, (self.task, Build::Ours), (self.task, Build::Other));
        ratios.retain(|ratio| ratio.is_finite());
        let ratio = median(&ratios);
        let goal = self.goal.map(|wanted| {
            let (against, bound, measured) = match wanted {
                Wanted::Ratio(bound) => ("the other checkout", bound, ratio),
                Wanted::Ours(bound) => ("alone", bound, ours),
            };
            Goal { what: self.what.clone(), against: against.to_owned(), bound, measured }
        });
        Compared {
            what: self.what.clone(),
            digits: self.digits,
            ours,
            other,
            ratio,
            least: ratios.iter().copied().reduce(f64::min),
            most: ratios.iter().copied().reduce(f64::max),
            goal,
        }
    }
}

/// All rows, in their order.
pub(crate) fn all() -> Vec<Row> {
    let mut rows = line_bytes();
    rows.extend(throughput());
    rows.extend(latency());
    rows.extend(durable());
    rows.extend(costs());
    rows
}

fn line_bytes() -> Vec<Row> {
    let bytes = Kind::LineBytes.with(1);
    let row = |what, task| {
        let row = Row::new(what, task, Metric::BytesPerLine).in_unit(1.0, 1);
        row.ratio(Bound::AtMost(0.78))
    };
    vec![
        row("bytes a line", bytes),
        row("bytes a line, clock not right", bytes.with_wrong_clock()),
        row("bytes a line, evidence", bytes.with_evidence()),
        row("bytes a line, evidence, clock not right", bytes.with_evidence().with_wrong_clock()),
    ]
}

fn throughput() -> Vec<Row> {
    let (one, four) = (Kind::Throughput.with(1), Kind::Throughput.with(4));
    let evident = one.with_evidence();
    let rate = |what, task, times| {
        let row = Row::new(what, task, Metric::EventsPerSecond).in_unit(1e3, 0);
        row.ratio(Bound::AtLeast(times))
    };
    // On a machine that others use, too, it moves less than the rate does.
    let processor = |what, task| Row::new(what, task, Metric::CpuSecondsPerMillion).in_unit(1.0, 2);
    vec![
        rate("k events/s to the file, 1 thread", one, 1.25),
        rate("k events/s to the file, 4 threads", four, 1.25),
        rate("k events/s to the file, evidence, 1 thread", evident, 1.3),
        processor("µs of processor an event, 1 thread", one),
        processor("µs of processor an event, 4 threads", four),
        processor("µs of processor an event, evidence, 1 thread", evident),
    ]
}

fn latency() -> Vec<Row> {
    let (paced, burst) = (Kind::Paced.with(1), Kind::Burst.with(1));
    let full = |what, task| Row::new(what, task, Metric::P999Ns).ratio(Bound::AtMost(0.2));
    vec![
        Row::new("ns an emit, paced, p50", paced, Metric::P50Ns).ratio(Bound::AtMost(0.75)),
        Row::new("ns an emit, paced, p99.9", paced, Metric::P999Ns),
        full("ns an emit, full queue, 1 thread, p99.9", burst),
        full("ns an emit, full queue, 4 threads, p99.9", Kind::Burst.with(4)),
    ]
}

fn durable() -> Vec<Row> {
    let row = |what: &str, task, times| {
        let row = Row::new(what, task, Metric::EventsPerSecond).in_unit(1e3, 1);
        row.ratio(Bound::AtLeast(times))
    };
    let mut rows =
        vec![row("k events/s, a sync each millisecond", Kind::EveryMillisecond.with(1), 1.5)];
    rows.extend([4, 16, 64].map(|threads| {
        let what = format!("k durable emits/s, waited for, {threads} threads");
        row(&what, Kind::Acknowledged.with(threads), 1.0)
    }));
    rows
}

fn costs() -> Vec<Row> {
    let reading = Kind::Reading.with(1).with_evidence();
    let memory = |what, task| {
        let row = Row::new(what, task, Metric::PeakKib).in_unit(1e6 / 1024.0, 1);
        row.ours(Bound::AtMost(10.0))
    };
    let emits = Kind::Emits.with(1);
    vec![
        Row::new("ns of processor to read and parse a line", reading, Metric::ReadNs)
            .ratio(Bound::AtMost(0.9)),
        memory("MB at most, full queue, 1 thread", Kind::Burst.with(1)),
        memory("MB at most, full queue, 4 threads", Kind::Burst.with(4)),
        Row::new("allocations an emit", Kind::Allocations.with(1), Metric::Allocations)
            .in_unit(1.0, 1)
            .ours(Bound::AtMost(0.0)),
        Row::new("instructions of an emit", emits, Metric::EmitInstructions),
        Row::new("instructions of the writer for a line", emits, Metric::LineInstructions),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tasks;
    use super::*;
    use crate::compare::answer::Answer;

    fn results(metric: Metric, task: Task, pairs: &[(f64, f64)]) -> Results<Task, Build> {
        let mut results = Results::default();
        for (round, (ours, other)) in pairs.iter().enumerate() {
            results.add(round, task, Build::Ours, Answer::from([(metric, *ours)]));
            results.add(round, task, Build::Other, Answer::from([(metric, *other)]));
        }
        results
    }

    #[test]
    fn a_row_has_the_median_of_the_ratios_inside_rounds() {
        let task = Kind::Paced.with(1);
        // The machine got slower from round to round.
        let results = results(Metric::P50Ns, task, &[(10.0, 20.0), (40.0, 100.0), (60.0, 100.0)]);
        let row = Row::new("p50", task, Metric::P50Ns).ratio(Bound::AtMost(0.45));
        let row = row.of(&results);
        assert_eq!((row.least, row.ratio, row.most), (Some(0.4), Some(0.5), Some(0.6)));
        assert_eq!((row.ours, row.other), (Some(40.0), Some(100.0)));
        assert!(!row.goal.unwrap().verdict().unwrap().0);
    }

    #[test]
    fn a_goal_of_our_own_does_not_ask_what_the_other_one_has() {
        let task = Kind::Allocations.with(1);
        let row = Row::new("allocations", task, Metric::Allocations).ours(Bound::AtMost(0.0));
        let row = row.of(&results(Metric::Allocations, task, &[(0.0, 0.0), (0.0, 0.0)]));
        assert_eq!((row.ours, row.ratio), (Some(0.0), None));
        assert_eq!(row.goal.unwrap().verdict(), Some((true, None)));
    }

    #[test]
    fn every_row_is_measured() {
        let mut measured = tasks::all();
        measured.push(Kind::Emits.with(1));
        for row in all() {
            assert!(measured.contains(&row.task), "{}", row.what);
        }
    }
}
