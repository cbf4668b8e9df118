//! Operations that have begun and whose end is not recorded: events of two phases, between them.

use std::collections::BTreeMap;

use audit_core::schema::Phase;
use audit_log::line::OpenOperation;
use audit_log::reader::{Json, Line};

/// At most so many operations are open at a time, because a header lists them in one line.
pub(crate) const OPERATIONS_MAX: usize = 64;

/// The operations that are open, by the number of the line of their beginning.
#[derive(Debug, Default)]
pub(crate) struct Operations {
    open: BTreeMap<u64, Operation>,
    /// Those whose beginning was recorded and refused to the program, until a line says so.
    refused: Vec<(u64, Operation)>,
}

/// What is known of an open operation beside its number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) event: String,
    /// The run that it began in.
    pub(crate) run: String,
}

impl Operation {
    /// As lines show it.
    pub(crate) fn begun_at(self, begun: u64) -> OpenOperation {
        OpenOperation { event: self.event, begun, begun_run: self.run }
    }
}

impl Operations {
    pub(crate) fn is_full(&self) -> bool {
        self.open.len() >= OPERATIONS_MAX
    }

    /// Follows an event's line.
    pub(crate) fn follow(&mut self, seq: u64, phase: Phase, operation: impl FnOnce() -> Operation) {
        match phase.begun() {
            None => {
                self.open.insert(seq, operation());
            }
            Some(begun) => {
                self.open.remove(&begun);
            }
        }
    }

    /// The program was told that the beginning with this number is not durable.
    pub(crate) fn refuse(&mut self, begun: u64) {
        self.refused.extend(self.open.remove(&begun).map(|operation| (begun, operation)));
    }

    /// Lets go of those that were refused.
    pub(crate) fn take_refused(&mut self) -> Vec<(u64, Operation)> {
        std::mem::take(&mut self.refused)
    }

    /// Lets go of all of them, oldest first.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = (u64, Operation)> + use<> {
        std::mem::take(&mut self.open).into_iter()
    }

    /// As a header lists them.
    pub(crate) fn listed(&self) -> Vec<OpenOperation> {
        let refused = self.refused.iter().map(|(begun, operation)| (begun, operation));
        let listed = self.open.iter().chain(refused).map(|(begun, operation)| OpenOperation {
            event: operation.event.clone(),
            begun: *begun,
            begun_run: operation.run.clone(),
        });
        listed.collect()
    }

    /// Follows the lines of a segment that is there: open at its end are its header's, and those
    /// that began in it, without those that ended in it.
    pub(super) fn learn(&mut self, line: &Line, run: &str) {
        match line.kind.as_str() {
            "header" => {
                let listed = line.member("open").and_then(Json::as_list).unwrap_or_default();
                self.open = listed.iter().filter_map(from_header).take(OPERATIONS_MAX).collect();
            }
            "event" => {
                if let (Some(phase), Some(event)) = (phase_of(line), text(&line.json, "event")) {
                    let run = run.to_owned();
                    self.follow(line.seq, phase, || Operation { event, run });
                }
            }
            _ => {
                if let Some(begun) = line.member("begun").and_then(Json::as_u64) {
                    self.open.remove(&begun); // A run said that it was interrupted.
                }
            }
        }
    }
}

fn from_header(json: &Json) -> Option<(u64, Operation)> {
    let operation = Operation { event: text(json, "event")?, run: text(json, "begun_run")? };
    Some((json.get("begun")?.as_u64()?, operation))
}

fn phase_of(line: &Line) -> Option<Phase> {
    let begun = || line.get("begun").and_then(Json::as_u64);
    match line.get("phase")?.as_str()? {
        "begun" => Some(Phase::Begun),
        "ended" => begun().map(Phase::Ended),
        "abandoned" => begun().map(Phase::Abandoned),
        _ => None,
    }
}

fn text(json: &Json, key: &str) -> Option<String> {
    json.get(key).and_then(Json::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation() -> Operation {
        Operation { event: "e".to_owned(), run: "r".to_owned() }
    }

    fn open(operations: &Operations) -> Vec<u64> {
        operations.open.keys().copied().collect()
    }

    #[test]
    fn what_ended_is_not_open() {
        let mut operations = Operations::default();
        operations.follow(3, Phase::Begun, operation);
        operations.follow(4, Phase::Begun, operation);
        operations.follow(5, Phase::Ended(3), operation);
        assert_eq!(open(&operations), [4]);
        operations.follow(6, Phase::Abandoned(4), operation);
        operations.follow(7, Phase::Ended(1), operation); // An end of nothing changes nothing.
        assert!(open(&operations).is_empty());
    }

    #[test]
    fn what_was_refused_is_listed_until_it_is_told() {
        let mut operations = Operations::default();
        operations.follow(3, Phase::Begun, operation);
        operations.refuse(3);
        operations.refuse(4);
        assert_eq!(operations.listed().len(), 1);
        assert_eq!(operations.take_refused(), [(3, operation())]);
        assert!(operations.listed().is_empty());
    }
}
