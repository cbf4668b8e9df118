//! The table, and what went wrong.

use std::fmt::{self, Display};
use std::path::Path;

use super::question::Task;
use super::rows::Compared;
use super::tasks::{self, Build};
use crate::compare::answer::Metric;
use crate::compare::machine::{Machine, Usage};
use crate::compare::results::Results;
use crate::table::{Table, number};

/// Everything that is printed.
pub(crate) struct Report<'a> {
    pub(crate) other: &'a Path,
    pub(crate) machine: &'a Machine,
    pub(crate) usage: Usage,
    pub(crate) rounds: usize,
    pub(crate) results: &'a Results<Task, Build>,
    pub(crate) rows: &'a [Compared],
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.machine.describe(self.usage, f)?;
        writeln!(
            f,
            "\nThis checkout beside {}, {} rounds: medians; ratios are ours to the other's where one was measured \
             right\nafter the other, their median, the smallest and the largest. A latency contains two readings of \
             the clock: {} ns",
            self.other.display(),
            self.rounds,
            number(self.results.overall(Metric::TimerNs), 1)
        )?;
        let mut table = Table::new(&["", "ours", "other", "ratio", "min..max", "goal", ""]);
        self.rows.iter().for_each(|row| table.row(cells(row)));
        write!(f, "{table}")?;
        self.faults(f)
    }
}

fn cells(row: &Compared) -> Vec<String> {
    let spread = match (row.least, row.most) {
        (Some(least), Some(most)) => format!("{least:.3}..{most:.3}"),
        _ => "-".to_owned(),
    };
    let (goal, verdict) = match &row.goal {
        Some(goal) => (goal.wanted(), goal.said()),
        None if row.ours.is_none() => ("none".to_owned(), "not measured".to_owned()),
        None => ("none".to_owned(), String::new()),
    };
    vec![
        row.what.clone(),
        number(row.ours, row.digits),
        number(row.other, row.digits),
        number(row.ratio, 3),
        spread,
        goal,
        verdict,
    ]
}

impl Report<'_> {
    fn faults(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut faults = Vec::new();
        for task in tasks::all() {
            for build in [Build::Ours, Build::Other] {
                let mut fault =
                    |what: String| faults.push(format!("{}, {task}: {what}", build.name()));
                if let Some(why) = self.results.refusal(task, build) {
                    fault(why.to_owned());
                }
                let count = |count: Option<f64>| count.filter(|count| *count != 0.0);
                if let Some(lost) = count(self.results.lost(task, build)) {
                    fault(format!("{lost:.0} events not in the file"));
                }
                if let Some(lines) = count(self.results.malformed(task, build)) {
                    fault(format!("{lines:.0} sampled lines malformed"));
                }
            }
        }
        if faults.is_empty() {
            return writeln!(f, "\nEvery event is in its file, and all sampled lines are whole.");
        }
        writeln!(f, "\nFaults, over all rounds")?;
        faults.iter().try_for_each(|fault| writeln!(f, "  {fault}"))
    }
}
