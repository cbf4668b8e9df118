//! What is measured in a round, how much of it, and which build comes first.

use std::path::PathBuf;

use serde::Serialize;

use super::question::{Kind, Question, Task};

/// Whose code is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Build {
    /// That of this checkout.
    Ours,
    /// That of the one that it is compared with.
    Other,
}

impl Build {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Build::Ours => "ours",
            Build::Other => "other",
        }
    }

    /// Both, the other one first each time.
    pub(crate) fn in_turn(time: usize) -> [Build; 2] {
        match time.is_multiple_of(2) {
            true => [Build::Ours, Build::Other],
            false => [Build::Other, Build::Ours],
        }
    }
}

/// All tasks, in their order. Instructions are counted once, apart.
pub(crate) fn all() -> Vec<Task> {
    let bytes = Kind::LineBytes.with(1);
    let mut tasks = vec![
        bytes,
        bytes.with_wrong_clock(),
        bytes.with_evidence(),
        bytes.with_evidence().with_wrong_clock(),
        Kind::Throughput.with(1),
        Kind::Throughput.with(4),
        Kind::Throughput.with(1).with_evidence(),
        Kind::Paced.with(1),
        Kind::Burst.with(1),
        Kind::Burst.with(4),
        Kind::EveryMillisecond.with(1),
    ];
    tasks.extend([4, 16, 64].map(|threads| Kind::Acknowledged.with(threads)));
    tasks.extend([Kind::Reading.with(1).with_evidence(), Kind::Allocations.with(1)]);
    tasks
}

/// How often both builds are measured in a round: more often where it is short and moves much.
pub(crate) fn times(task: Task) -> usize {
    match task.kind {
        Kind::Burst => 5,
        Kind::Throughput | Kind::Paced | Kind::EveryMillisecond => 2,
        _ => 1,
    }
}

/// How much is measured, quickly or thoroughly.
pub(crate) fn question(task: Task, quick: bool, dir: PathBuf) -> Question {
    let (few, many) = match task.kind {
        Kind::LineBytes => (20_000, 20_000),
        Kind::Throughput => (300_000, 1_000_000),
        Kind::Paced => (8_000, 50_000),
        Kind::Burst => (100_000, 100_000),
        Kind::EveryMillisecond => (200_000, 500_000),
        Kind::Acknowledged => (usize::MAX, usize::MAX),
        Kind::Reading => (50_000, 200_000),
        Kind::Allocations => (1_000, 1_000),
        // With those before them fewer than wake the writer, which would be counted, too.
        Kind::Emits => (1_900, 1_900),
    };
    let events = if quick { few } else { many };
    let milliseconds = if quick { 400 } else { 2_000 };
    Question { task, events, milliseconds, dir }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_build_is_first_every_second_time() {
        assert_eq!(Build::in_turn(0), [Build::Ours, Build::Other]);
        assert_eq!(Build::in_turn(1), [Build::Other, Build::Ours]);
    }

    #[test]
    fn no_task_is_there_twice() {
        let mut tasks = all();
        let count = tasks.len();
        tasks.sort();
        tasks.dedup();
        assert_eq!(tasks.len(), count);
    }
}
