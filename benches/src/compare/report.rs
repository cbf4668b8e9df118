//! The report: what was measured, as tables, and the goals.

use std::fmt::{self, Display};

use super::answer::Metric;
use super::goals::Goal;
use super::job::{Kind, Task};
use super::loggers::Subject;
use super::machine::{Machine, Usage};
use super::plan::WAITING;
use super::results::Results;
use crate::table::{Table, number};

/// Everything that is printed.
pub(crate) struct Report<'a> {
    pub(crate) machine: &'a Machine,
    pub(crate) usage: Usage,
    pub(crate) rounds: usize,
    pub(crate) results: &'a Results,
    pub(crate) goals: &'a [Goal],
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.machine(f)?;
        writeln!(f, "\nSettings")?;
        for subject in Subject::ALL {
            writeln!(f, "  {:<18}  {}", subject.name(), subject.settings())?;
        }
        self.latency(f)?;
        self.throughput(f)?;
        self.memory(f)?;
        self.durable(f)?;
        self.faults(f)?;
        self.goals(f)
    }
}

impl Report<'_> {
    fn machine(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.machine.describe(self.usage, f)?;
        writeln!(
            f,
            "  medians of {} rounds; two readings of the clock, which each latency contains: {} ns",
            self.rounds,
            number(self.results.overall(Metric::TimerNs), 1)
        )
    }

    fn latency(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loads = [
            (Kind::Paced, "paced: an event each 20 µs a thread"),
            (Kind::Batched, "batched: 100 events back to back, each 5 ms"),
            (Kind::Burst, "burst: 100000 events as fast as they are taken"),
        ];
        for (kind, what) in loads {
            writeln!(f, "\nEmit latency in ns, {what}")?;
            let mut head = vec![""];
            for _ in [1, 4] {
                head.extend(["p50", "p99", "p99.9", "lost"]);
            }
            let mut table = Table::new(&["", "1 thread", "", "", "", "4 threads", "", "", ""]);
            table.row(head.iter().map(|&cell| cell.to_owned()).collect());
            for subject in Subject::ALL {
                let mut cells = vec![subject.name().to_owned()];
                for task in [kind.with(1), kind.with(4)] {
                    cells.extend(
                        [Metric::P50Ns, Metric::P99Ns, Metric::P999Ns]
                            .map(|metric| self.cell(task, subject, metric, 0)),
                    );
                    cells.push(number(self.results.lost(task, subject), 0));
                }
                table.row(cells);
            }
            write!(f, "{table}")?;
        }
        Ok(())
    }

    fn throughput(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nLossless throughput to the file, processor time, and lines")?;
        let mut table = Table::new(&[
            "",
            "k events/s, 1 thread",
            "4 threads",
            "CPU s/million, 1 thread",
            "4 threads",
            "bytes/line",
            "lost",
        ]);
        let (one, four) = (Kind::Throughput.with(1), Kind::Throughput.with(4));
        for subject in Subject::ALL {
            let thousands = |task| {
                let rate = self.results.median(task, subject, Metric::EventsPerSecond);
                self.or_mark(task, subject, number(rate.map(|rate| rate / 1e3), 0))
            };
            let lost = [one, four].map(|task| self.results.lost(task, subject));
            table.row(vec![
                subject.name().to_owned(),
                thousands(one),
                thousands(four),
                self.cell(one, subject, Metric::CpuSecondsPerMillion, 2),
                self.cell(four, subject, Metric::CpuSecondsPerMillion, 2),
                self.cell(one, subject, Metric::BytesPerLine, 0),
                number(lost.into_iter().sum(), 0),
            ]);
        }
        write!(f, "{table}")?;
        let hashed =
            self.results.median(one, Subject::AuditEvidence, Metric::HashedEventsPerSecond);
        writeln!(
            f,
            "  Hashing the lines of audit (evidence) alone, a leaf and a node each, on one thread: \
             {} k lines/s",
            number(hashed.map(|rate| rate / 1e3), 0)
        )
    }

    fn memory(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nPeak memory in the burst in MB, and allocations an emit on its own thread")?;
        let mut table =
            Table::new(&["", "1 thread", "4 threads", "before it began", "allocations"]);
        let (one, four) = (Kind::Burst.with(1), Kind::Burst.with(4));
        for subject in Subject::ALL {
            let megabytes = |task, metric| {
                let kib = self.results.median(task, subject, metric);
                self.or_mark(task, subject, number(kib.map(|kib| kib * 1024.0 / 1e6), 1))
            };
            table.row(vec![
                subject.name().to_owned(),
                megabytes(one, Metric::PeakKib),
                megabytes(four, Metric::PeakKib),
                megabytes(one, Metric::PeakBeforeKib),
                self.cell(Kind::Allocations.with(1), subject, Metric::Allocations, 1),
            ]);
        }
        write!(f, "{table}")?;
        writeln!(
            f,
            "  An allocation that grows counts as a new one. The allocator that counts is there in \
             all measurements:\n  an allocation with its release takes {} ns counted, and {} ns \
             on a thread that does not count,\n  as the emitting ones do not in all the others.",
            number(self.results.overall(Metric::CountedPairNs), 1),
            number(self.results.overall(Metric::UncountedPairNs), 1)
        )
    }

    fn durable(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ours = Subject::Audit;
        let median = |task, metric| self.results.median(task, ours, metric);
        let thousands = |task, metric| number(median(task, metric).map(|rate| rate / 1e3), 1);
        writeln!(f, "\nDurable, ours only: k events/s beside a bare loop of write and fdatasync")?;
        let mut table = Table::new(&["", "ours", "bare loop", "ratio", "syncs"]);
        for task in [Kind::EveryMillisecond.with(1), Kind::EveryBatch.with(1)] {
            table.row(vec![
                task.to_string(),
                self.or_mark(task, ours, thousands(task, Metric::EventsPerSecond)),
                thousands(task, Metric::BareEventsPerSecond),
                number(median(task, Metric::OfBare), 2),
                number(median(task, Metric::Syncs), 0),
            ]);
        }
        write!(f, "{table}")?;
        writeln!(f, "\nDurable emits that are waited for, ours only")?;
        let mut table = Table::new(&["threads", "k events/s", "times one thread"]);
        let metric = Metric::EventsPerSecond;
        let one = (Kind::Acknowledged.with(1), ours);
        for task in WAITING.map(|threads| Kind::Acknowledged.with(threads)) {
            table.row(vec![
                task.threads.to_string(),
                self.or_mark(task, ours, thousands(task, metric)),
                number(self.results.ratio(metric, (task, ours), one), 2),
            ]);
        }
        write!(f, "{table}")?;
        writeln!(f, "  A sync is what the disk below calls one: ratios, not promises of this disk.")
    }

    /// What went wrong, in words.
    fn faults(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut faults = Vec::new();
        for task in super::plan::Plan::tasks() {
            for subject in Subject::ALL {
                let name = subject.name();
                if let Some(why) = self.results.refusal(task, subject) {
                    faults.push(format!("{name}, {task}: {why}"));
                }
                let count = |count: Option<f64>| count.filter(|count| *count != 0.0);
                if let Some(lost) = count(self.results.lost(task, subject)) {
                    let known = self.results.known_lost(task, subject);
                    let known = known
                        .map_or_else(String::new, |known| format!(" (it tells of {known:.0})"));
                    faults.push(format!("{name}, {task}: {lost:.0} events not in the file{known}"));
                }
                if let Some(lines) = count(self.results.malformed(task, subject)) {
                    faults.push(format!("{name}, {task}: {lines:.0} sampled lines malformed"));
                }
            }
        }
        if faults.is_empty() {
            return writeln!(
                f,
                "\nEvery event of every logger is in its file, and all sampled lines are whole."
            );
        }
        writeln!(f, "\nFaults, over all rounds")?;
        faults.iter().try_for_each(|fault| writeln!(f, "  {fault}"))
    }

    fn goals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nGoals: audit's ratio")?;
        let mut table = Table::new(&["", "against", "goal", "measured", ""]);
        for goal in self.goals {
            table.row(vec![
                goal.what.clone(),
                goal.against.clone(),
                goal.wanted(),
                number(goal.measured, 3),
                goal.said(),
            ]);
        }
        write!(f, "{table}")?;
        writeln!(f, "  Verification and size are measured by the commands `verify` and `size`.")
    }

    fn cell(&self, task: Task, subject: Subject, metric: Metric, digits: usize) -> String {
        let median = self.results.median(task, subject, metric);
        self.or_mark(task, subject, number(median, digits))
    }

    /// The cell, or that there is none because the logger failed.
    fn or_mark(&self, task: Task, subject: Subject, cell: String) -> String {
        match self.results.refusal(task, subject) {
            Some(_) => "failed".to_owned(),
            None => cell,
        }
    }
}
