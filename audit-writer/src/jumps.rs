//! Jumps of the calendar clock: a pure decision.

use crate::clock::Stamp;

/// What the clock is set by within a second of its own course is no jump.
const JUMP_NS: u64 = 1_000_000_000;
/// Jumps are told at most so often, so that a clock that jumps to and fro cannot fill the log.
const APART_NS: u64 = 60 * 1_000_000_000;

/// Compares the calendar clock with the one that never jumps.
#[derive(Debug)]
pub(crate) struct Jumps {
    last: Stamp,
    untold: Option<Jump>,
    told_up_ns: Option<u64>,
}

/// One jump, or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Jump {
    /// What the clock would have shown when it was first seen to have jumped.
    pub(crate) from: Stamp,
    /// What it shows.
    pub(crate) to: Stamp,
    /// How often it jumped.
    pub(crate) times: u64,
}

impl Jumps {
    /// Begins to watch.
    pub(crate) fn new(now: Stamp) -> Jumps {
        Jumps { last: now, untold: None, told_up_ns: None }
    }

    /// By how many nanoseconds the clock has jumped since the last look, if it has.
    pub(crate) fn look(&mut self, now: Stamp) -> Option<u64> {
        let expected = self.last.at(now.up_ns);
        self.last = now;
        let by_ns = now.unix_ns.abs_diff(expected.unix_ns);
        (by_ns >= JUMP_NS).then(|| {
            let jump = self.untold.get_or_insert(Jump { from: expected, to: now, times: 0 });
            jump.to = now;
            jump.times += 1;
            by_ns
        })
    }

    /// What is to be recorded now, if anything is.
    pub(crate) fn take(&mut self, now: Stamp) -> Option<Jump> {
        let told_ago = self.told_up_ns.map(|told| now.up_ns.saturating_sub(told));
        if told_ago.is_some_and(|ago| ago < APART_NS) {
            return None;
        }
        let jump = self.untold.take()?;
        self.told_up_ns = Some(now.up_ns);
        Some(jump)
    }

    /// What was not recorded yet, however short ago another was: there is no later moment.
    pub(crate) fn rest(&mut self) -> Option<Jump> {
        self.untold.take()
    }

    /// Counts that the clock shows an earlier time than the log's last line has.
    pub(crate) fn note_start(&mut self, last_unix_ns: i64, now: Stamp) {
        if last_unix_ns > now.unix_ns.saturating_add(JUMP_NS.cast_signed()) {
            let from = Stamp { unix_ns: last_unix_ns, ..now };
            self.untold = Some(Jump { from, to: now, times: 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000_000;

    fn at(unix_s: i64, up_s: i64) -> Stamp {
        Stamp { unix_ns: unix_s * S, up_ns: (up_s * S).cast_unsigned() }
    }

    #[test]
    fn a_jump_is_told_and_a_slow_clock_is_none() {
        let mut jumps = Jumps::new(at(1000, 10));
        assert_eq!(jumps.look(at(1001, 11)), None);
        let slewed = Stamp { unix_ns: 1002 * S + S / 2, up_ns: at(0, 12).up_ns };
        assert_eq!(jumps.look(slewed), None);
        assert_eq!(jumps.look(at(0, 13)), Some((1003 * S + S / 2).cast_unsigned()));
        let jump = jumps.take(at(0, 13)).unwrap();
        assert_eq!((jump.from.unix_ns, jump.to, jump.times), (1003 * S + S / 2, at(0, 13), 1));
        assert_eq!(jumps.take(at(0, 13)), None);
    }

    #[test]
    fn a_clock_that_jumps_to_and_fro_is_told_once_a_minute() {
        let mut jumps = Jumps::new(at(0, 0));
        let told: Vec<Jump> = (1..=121)
            .filter_map(|second| {
                let now = at(second % 2 * 1_000_000, second);
                jumps.look(now);
                jumps.take(now)
            })
            .collect();
        assert_eq!(told.iter().map(|jump| jump.times).collect::<Vec<_>>(), [1, 60, 60]);
    }

    #[test]
    fn a_start_in_the_past_is_a_jump() {
        let mut jumps = Jumps::new(at(5, 1));
        jumps.note_start(6 * S, at(5, 1));
        assert_eq!(jumps.take(at(5, 1)), None);
        jumps.note_start(100 * S, at(5, 1));
        assert_eq!(jumps.take(at(5, 1)).map(|jump| jump.from.unix_ns), Some(100 * S));
    }
}
