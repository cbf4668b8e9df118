//! Which lines may stand where in a run, as far as the order in which a writer makes them durable says.

/// How far the run is that the line before belongs to.
///
/// A run's first checkpoint is durable before its first event is accepted, and behind its last one,
/// which follows its `stop`, stands nothing but the first line of another run. No crash leaves it
/// otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Run {
    /// It began before the first line that is there.
    #[default]
    Unknown,
    /// It has no checkpoint yet.
    Begun,
    /// A checkpoint of it is proved.
    Signed,
    /// Its `stop` has this number.
    Stopped(u64),
    /// So it ended, and a proved checkpoint says so.
    Closed,
}

/// What a line is to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The header of a segment.
    Header,
    /// A run's `start`.
    Start,
    /// A run's `stop`, and its number.
    Stop(u64),
    /// A checkpoint that is proved, its number, and whether it says that the run ends.
    Checkpoint { seq: u64, is_last: bool },
    /// An event, or some that were counted instead.
    Event,
    /// Anything else.
    Other,
}

/// What no crash leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misplaced {
    /// A line behind the end of a run that is closed.
    BehindEnd,
    /// An event of a run that has no checkpoint yet.
    BeforeCheckpoint,
}

impl Run {
    /// The run after the next line, and whether that line cannot stand there.
    pub(super) fn after(self, part: Part) -> (Run, Option<Misplaced>) {
        use {Part as P, Run as R};
        match (self, part) {
            (_, P::Start) | (R::Closed, P::Header) => (R::Begun, None),
            (R::Stopped(stop), P::Checkpoint { seq, is_last: true }) if seq == stop + 1 => {
                (R::Closed, None)
            }
            (_, P::Checkpoint { .. }) => (R::Signed, None),
            // Told once: what follows is of the same kind.
            (R::Closed, _) => (R::Unknown, Some(Misplaced::BehindEnd)),
            (R::Begun, P::Event) => (R::Unknown, Some(Misplaced::BeforeCheckpoint)),
            (_, P::Stop(seq)) => (R::Stopped(seq), None),
            (R::Stopped(_), _) => (R::Unknown, None),
            (run, _) => (run, None),
        }
    }

    /// Whether lines that are nothing but lines may follow, whatever their kinds.
    pub(super) fn takes_any(self) -> bool {
        !matches!(self, Run::Begun | Run::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with the first line of these that cannot stand where it does.
    fn first_misplaced(parts: &[Part]) -> Option<(usize, Misplaced)> {
        let mut run = Run::Unknown;
        parts.iter().enumerate().find_map(|(at, part)| {
            let (after, misplaced) = run.after(*part);
            run = after;
            misplaced.map(|misplaced| (at, misplaced))
        })
    }

    #[test]
    fn events_stand_between_a_runs_first_checkpoint_and_its_end() {
        use Part::{Checkpoint, Event, Header, Other, Start, Stop};
        let signed = Checkpoint { seq: 2, is_last: false };
        let last = Checkpoint { seq: 9, is_last: true };
        let cases: [(&[Part], _); 9] = [
            (&[Header, Start, signed, Event, Stop(8), last, Start, signed, Event], None),
            (&[Header, Event, Event], None), // The segment may begin in the middle of a run.
            (&[Start, Event], Some((1, Misplaced::BeforeCheckpoint))),
            (&[signed, Stop(8), last, Event], Some((3, Misplaced::BehindEnd))),
            (&[signed, Stop(8), last, Other], Some((3, Misplaced::BehindEnd))),
            (&[signed, Stop(8), last, Header, Other, Start, signed], None),
            (&[signed, Stop(8), last, Header, Event], Some((4, Misplaced::BeforeCheckpoint))),
            (&[signed, Event, Start, Event], Some((3, Misplaced::BeforeCheckpoint))),
            // What says that the run ends, and does not follow its `stop`, closes nothing.
            (&[Stop(5), last, Event], None),
        ];
        for (parts, expected) in cases {
            assert_eq!(first_misplaced(parts), expected, "{parts:?}");
        }
    }
}
