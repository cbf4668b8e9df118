//! What is measured, how often, and how much of it: quickly or thoroughly.

use std::path::PathBuf;

use super::job::{Kind, Task};
use super::loggers::Subject;

pub(crate) const HELP: &str = "\
Compares this project's writer with other loggers that do the same work: an event of seven fields,
one line of JSON each, through each one's asynchronous path with its fastest sensible settings, in
the mode that waits instead of losing events where it has one. Each measurement is a process of its
own; in each round every logger is measured once with each load. The numbers are medians over the
rounds, the ratios medians of the ratios inside a round.

With --against DIR it compares this checkout with another one instead, in DIR, of this project:
both are built in release mode, each with its own Cargo.lock, into target/against; the same program
measures both, in turn. A row has the medians of both, and of the ratios of ours to DIR's the
median, the smallest and the largest, each of two measurements that followed each other: if the
ratios lie on both sides of the goal, take more rounds. Instructions are counted where valgrind is.

Usage: cargo run --release -p audit-benches -- compare [--against DIR] [OPTIONS]

Options:
  --quick      three rounds of fewer events: about two minutes instead of about ten
  --rounds N   so many rounds (default: 5, and 3 with --quick)
  --json FILE  writes every number of every round there, too
  --dir DIR    where the logs are written, and removed again (default: the directory for temporary
               files); one on the file system that is meant, since syncs cost what it takes

Loads, each with 1 and 4 threads:
  paced        an event each 20 µs a thread
  batched      100 events back to back, each 5 ms
  burst        100000 events in all as fast as they are taken; the memory is what this takes
  throughput   until the last line is in the file, or the logger says it is done

The goals are ratios to the best Rust peer of the same run. A peer that lost events is no best.
Progress goes to standard error. Nothing else should run on the machine meanwhile; how much did is
printed.
";

/// What the command line says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) json: Option<PathBuf>,
    pub(crate) dir: Option<PathBuf>,
    /// The other checkout, where it is not the peers that are compared with.
    pub(crate) against: Option<PathBuf>,
    pub(crate) rounds: Option<usize>,
}

/// How much is measured.
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) quick: bool,
}

/// The numbers of threads that wait for durable emits.
pub(crate) const WAITING: [usize; 4] = [1, 4, 16, 64];

impl Plan {
    pub(crate) fn new(quick: bool, rounds: Option<usize>) -> Plan {
        let usual = if quick { 3 } else { 5 };
        Plan { rounds: rounds.unwrap_or(usual), quick }
    }

    /// What is measured in a round, in its order.
    pub(crate) fn tasks() -> Vec<Task> {
        let loads = [Kind::Paced, Kind::Batched, Kind::Burst, Kind::Throughput];
        let mut tasks: Vec<Task> =
            loads.iter().flat_map(|load| [load.with(1), load.with(4)]).collect();
        tasks.push(Kind::Allocations.with(1));
        tasks.extend([Kind::EveryBatch.with(1), Kind::EveryMillisecond.with(1)]);
        tasks.extend(WAITING.map(|threads| Kind::Acknowledged.with(threads)));
        tasks
    }

    /// Who is measured with it, another one first in each round.
    pub(crate) fn subjects(task: Task, round: usize) -> Vec<Subject> {
        match task.kind {
            Kind::EveryBatch | Kind::EveryMillisecond | Kind::Acknowledged => vec![Subject::Audit],
            _ => {
                let mut subjects = Subject::ALL.to_vec();
                // By three, so that few rounds spread, too; ten of them begin with each once.
                let first = round * 3 % subjects.len();
                subjects.rotate_left(first);
                subjects
            }
        }
    }

    /// How many events all threads emit together.
    pub(crate) fn events(&self, task: Task) -> usize {
        let (quick, thorough) = match task.kind {
            Kind::Paced => (8_000 * task.threads, 50_000 * task.threads),
            Kind::Batched => (4_000 * task.threads, 20_000 * task.threads),
            Kind::Burst => (100_000, 100_000),
            Kind::Throughput => (300_000, 1_000_000),
            Kind::Allocations => (1_000, 1_000),
            Kind::EveryBatch | Kind::EveryMillisecond => (200_000, 500_000),
            Kind::Acknowledged => (usize::MAX, usize::MAX),
        };
        if self.quick { quick } else { thorough }
    }

    /// When to stop, where it is not the number of events that says so.
    pub(crate) fn milliseconds(&self) -> u64 {
        if self.quick { 400 } else { 2_000 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_logger_is_once_in_each_round_and_first_in_turn() {
        let task = Kind::Paced.with(1);
        let mut firsts: Vec<_> = (0..Subject::ALL.len())
            .map(|round| {
                let mut subjects = Plan::subjects(task, round);
                let first = *subjects.first().unwrap();
                subjects.sort();
                assert_eq!(subjects, Subject::ALL);
                first
            })
            .collect();
        firsts.sort();
        assert_eq!(firsts, Subject::ALL);
    }
}
