//! When emits began and returned, and whether a log agrees with that.

/// An event as the log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Emitted {
    pub(crate) id: u32,
    /// The clock before it was emitted.
    pub(crate) begun: u32,
}

/// What happened.
pub(crate) struct History {
    /// In the order of their numbers.
    pub(crate) log: Vec<Emitted>,
    /// By their ids, the clock after each was emitted.
    pub(crate) ended: Vec<u32>,
}

impl History {
    /// Two events, the first of which had ended when the second began and yet stands behind it.
    pub(crate) fn inversion(&self) -> Option<(Emitted, Emitted)> {
        // Of all that stands behind an event, whatever ended first is the first to contradict.
        let mut earliest: Option<(u32, Emitted)> = None;
        for event in self.log.iter().rev().copied() {
            match earliest {
                Some((ended, behind)) if ended <= event.begun => return Some((behind, event)),
                _ => {}
            }
            let ended = self.ended.get(event.id as usize).copied().unwrap();
            if earliest.is_none_or(|(before, _)| ended < before) {
                earliest = Some((ended, event));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Events by their ids: when they began and ended. The log has them in the order given.
    fn inversion(times: [(u32, u32); 4], log: [u32; 4]) -> Option<(u32, u32)> {
        let event = |id: u32| Emitted { id, begun: times[id as usize].0 };
        let ended = times.map(|(_, ended)| ended).into();
        let history = History { log: log.map(event).into(), ended };
        history.inversion().map(|(first, second)| (first.id, second.id))
    }

    #[test]
    fn one_after_another_only_their_own_order_is_right() {
        let times = [(0, 1), (1, 2), (2, 3), (3, 4)];
        assert_eq!(inversion(times, [0, 1, 2, 3]), None);
        assert_eq!(inversion(times, [0, 2, 1, 3]), Some((1, 2)));
        assert_eq!(inversion(times, [1, 2, 3, 0]), Some((0, 3)));
        assert_eq!(inversion(times, [3, 0, 1, 2]), Some((0, 3)));
    }

    #[test]
    fn at_once_any_order_is_right() {
        let times = [(0, 4), (0, 3), (1, 2), (0, 1)];
        assert_eq!(inversion(times, [0, 1, 3, 2]), None);
        assert_eq!(inversion(times, [3, 2, 1, 0]), None);
        // But the third began when the last had ended.
        assert_eq!(inversion(times, [2, 0, 1, 3]), Some((3, 2)));
    }

    #[test]
    fn an_inversion_is_found_far_apart() {
        let count = 100_000;
        let mut log: Vec<_> = (0..count).map(|id| Emitted { id, begun: id.max(8) - 8 }).collect();
        let ended: Vec<_> = (1..=count).collect();
        assert_eq!(History { log: log.clone(), ended: ended.clone() }.inversion(), None);
        let first = log.remove(10);
        log.push(first);
        let (behind, _) = History { log, ended }.inversion().unwrap();
        assert_eq!(behind, first);
    }
}
