//! What all children answered, and what follows from it.

use std::collections::BTreeMap;

use super::answer::{Answer, Metric};
use super::job::Task;
use super::loggers::Subject;
use crate::stats::median;

/// All answers of all rounds, by task and by whose they are.
pub(crate) struct Results<T = Task, S = Subject> {
    /// By round: one that was refused has no entry.
    answers: BTreeMap<(T, S), BTreeMap<usize, Answer>>,
    refusals: BTreeMap<(T, S), String>,
}

impl<T, S> Default for Results<T, S> {
    fn default() -> Results<T, S> {
        Results { answers: BTreeMap::new(), refusals: BTreeMap::new() }
    }
}

/// Which of two numbers is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Better {
    Less,
    More,
}

impl<T: Copy + Ord, S: Copy + Ord> Results<T, S> {
    pub(crate) fn add(&mut self, round: usize, task: T, subject: S, answer: Answer) {
        self.answers.entry((task, subject)).or_default().insert(round, answer);
    }

    pub(crate) fn refuse(&mut self, task: T, subject: S, why: String) {
        self.refusals.insert((task, subject), why);
    }

    /// Why there is no answer, or not in each round.
    pub(crate) fn refusal(&self, task: T, subject: S) -> Option<&str> {
        self.refusals.get(&(task, subject)).map(String::as_str)
    }

    /// The answers of one measurement by round.
    pub(crate) fn rounds(&self, task: T, subject: S) -> Option<&BTreeMap<usize, Answer>> {
        self.answers.get(&(task, subject))
    }

    pub(crate) fn median(&self, task: T, subject: S, metric: Metric) -> Option<f64> {
        let rounds = self.rounds(task, subject)?;
        median(&rounds.values().filter_map(|it| it.get(&metric).copied()).collect::<Vec<_>>())
    }

    /// The median of one metric over everything in which it was measured.
    pub(crate) fn overall(&self, metric: Metric) -> Option<f64> {
        let answers = self.answers.values().flat_map(BTreeMap::values);
        median(&answers.filter_map(|it| it.get(&metric).copied()).collect::<Vec<_>>())
    }

    /// How many events were lost in all rounds, as the files say.
    pub(crate) fn lost(&self, task: T, subject: S) -> Option<f64> {
        self.sum(task, subject, lost)
    }

    /// How many of the sampled lines were not what they should be.
    pub(crate) fn malformed(&self, task: T, subject: S) -> Option<f64> {
        self.sum(task, subject, |answer| answer.get(&Metric::Malformed).copied())
    }

    /// How many events the logger itself says it lost in all rounds.
    pub(crate) fn known_lost(&self, task: T, subject: S) -> Option<f64> {
        self.sum(task, subject, |answer| answer.get(&Metric::KnownLost).copied())
    }

    fn sum(&self, task: T, subject: S, of: impl Fn(&Answer) -> Option<f64>) -> Option<f64> {
        self.rounds(task, subject)?.values().map(of).sum()
    }

    /// The median over the rounds of the ratio inside a round.
    pub(crate) fn ratio(&self, metric: Metric, of: (T, S), to: (T, S)) -> Option<f64> {
        median(&self.ratios(metric, of, to))
    }

    /// The ratios inside each round in which both answered.
    pub(crate) fn ratios(
        &self,
        metric: Metric,
        (task, subject): (T, S),
        (other_task, other): (T, S),
    ) -> Vec<f64> {
        let Some(others) = self.rounds(other_task, other) else { return Vec::new() };
        let ratios =
            self.rounds(task, subject).into_iter().flatten().filter_map(|(round, answer)| {
                Some(answer.get(&metric)? / others.get(round)?.get(&metric)?)
            });
        ratios.collect()
    }
}

impl Results {
    /// The peer with the best median among those that lost nothing and answered in every round.
    pub(crate) fn best_peer(&self, task: Task, metric: Metric, better: Better) -> Option<Subject> {
        let peers = Subject::ALL.into_iter().filter(|subject| !subject.is_ours());
        let whole = |subject| {
            self.refusal(task, subject).is_none()
                && self.lost(task, subject).unwrap_or(0.0) <= 0.0
                && self.malformed(task, subject).unwrap_or(0.0) <= 0.0
        };
        let medians = peers
            .filter(|subject| whole(*subject))
            .filter_map(|subject| Some((subject, self.median(task, subject, metric)?)));
        let best = match better {
            Better::Less => medians.min_by(|(_, one), (_, other)| one.total_cmp(other)),
            Better::More => medians.max_by(|(_, one), (_, other)| one.total_cmp(other)),
        };
        best.map(|(subject, _)| subject)
    }
}

/// How many events are not in the file, if that was looked for.
fn lost(answer: &Answer) -> Option<f64> {
    Some(answer.get(&Metric::Emitted)? - answer.get(&Metric::InFile)?)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::job::Kind;
    use super::*;

    /// Results with these medians of one metric.
    pub(crate) fn results(task: Task, metric: Metric, medians: &[(Subject, &[f64])]) -> Results {
        let mut results = Results::default();
        for (subject, rounds) in medians {
            for (round, number) in rounds.iter().enumerate() {
                results.add(round, task, *subject, Answer::from([(metric, *number)]));
            }
        }
        results
    }

    #[test]
    fn the_best_peer_is_no_logger_of_ours_and_lost_nothing() {
        let task = Kind::Paced.with(1);
        let mut results = results(
            task,
            Metric::P50Ns,
            &[(Subject::Audit, &[1.0]), (Subject::Ftlog, &[3.0]), (Subject::Spdlog, &[4.0])],
        );
        assert_eq!(results.best_peer(task, Metric::P50Ns, Better::Less), Some(Subject::Ftlog));
        assert_eq!(results.best_peer(task, Metric::P50Ns, Better::More), Some(Subject::Spdlog));
        let losing =
            Answer::from([(Metric::P50Ns, 2.0), (Metric::Emitted, 10.0), (Metric::InFile, 9.0)]);
        results.add(0, task, Subject::SlogAsync, losing);
        assert_eq!(results.best_peer(task, Metric::P50Ns, Better::Less), Some(Subject::Ftlog));
        results.refuse(task, Subject::Ftlog, "hung".to_owned());
        assert_eq!(results.best_peer(task, Metric::P50Ns, Better::Less), Some(Subject::Spdlog));
    }

    #[test]
    fn ratios_are_taken_inside_a_round() {
        let task = Kind::Paced.with(1);
        // The machine got slower from round to round.
        let results = results(
            task,
            Metric::P50Ns,
            &[(Subject::Audit, &[1.0, 10.0, 20.0]), (Subject::Ftlog, &[2.0, 20.0, 40.0])],
        );
        let ratio = results.ratio(Metric::P50Ns, (task, Subject::Audit), (task, Subject::Ftlog));
        assert_eq!(ratio, Some(0.5));
    }
}
