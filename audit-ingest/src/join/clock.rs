//! How far the application log has come, although anybody may write lines into it.

use crate::zone::Moments;

/// Real lines may be out of order by this, in milliseconds: threads.
const BACK_MAX: i64 = 2_000;
/// Further ahead of both logs than this, a line must be followed by others before it is believed.
const LEAP_MAX: i64 = 3_600_000;
/// So many lines in a row.
const LEAPS: u32 = 8;
/// So many lines in a row that seem to be of the past mean that the clock went back.
const BACKS: u32 = 64;

/// The time of the newest line that is believed, in milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    now: i64,
    ahead: u32,
    behind: u32,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::at(i64::MIN)
    }
}

/// A line's time, and what is to be thought of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) at: i64,
    pub(crate) alternative: Option<i64>,
    pub(crate) out_of_order: bool,
}

impl Clock {
    pub(crate) fn at(now: i64) -> Clock {
        Clock { now, ahead: 0, behind: 0 }
    }

    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    /// Nothing older comes any more.
    pub(crate) fn advance(&mut self, to: i64) {
        self.now = self.now.max(to);
    }

    /// Takes the time of the next line. `access` is how far the access log has come.
    pub(crate) fn see(&mut self, moments: Moments, access: i64) -> Seen {
        let Moments { first, second } = moments;
        let floor = self.now.saturating_sub(BACK_MAX);
        // In a repeated hour: the first time round, until that is over.
        let (at, alternative) = match second {
            Some(second) if first < floor => (second, Some(first)),
            other => (first, other),
        };
        let mut out_of_order = false;
        if at < floor {
            self.behind += 1;
            out_of_order = self.behind < BACKS;
            if !out_of_order {
                self.now = at;
                self.behind = 0;
            }
        } else {
            self.behind = 0;
            let known = self.now.max(access);
            let leap = known > i64::MIN && at > known.saturating_add(LEAP_MAX);
            self.ahead = if leap { self.ahead + 1 } else { 0 };
            if !leap || self.ahead >= LEAPS {
                self.ahead = 0;
                self.now = self.now.max(at);
            }
        }
        Seen { at, alternative, out_of_order }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn see(clock: &mut Clock, at: i64) -> bool {
        clock.see(Moments { first: at, second: None }, i64::MIN).out_of_order
    }

    #[test]
    fn a_forged_time_does_not_move_the_clock() {
        let mut clock = Clock::default();
        assert!(!see(&mut clock, 10 * HOUR));
        assert!(see(&mut clock, 5 * HOUR), "of the past");
        assert!(!see(&mut clock, 100 * HOUR));
        assert_eq!(clock.now(), 10 * HOUR, "one line of the future is not believed");
        assert!(!see(&mut clock, 10 * HOUR + 5));
        assert_eq!(clock.now(), 10 * HOUR + 5);
    }

    #[test]
    fn a_quiet_night_and_a_clock_that_was_set_back_are_noticed() {
        let mut clock = Clock::at(10 * HOUR);
        for _ in 0..LEAPS {
            assert!(!see(&mut clock, 20 * HOUR));
        }
        assert_eq!(clock.now(), 20 * HOUR);
        let late = Clock::at(10 * HOUR).see(Moments { first: 20 * HOUR, second: None }, 20 * HOUR);
        assert!(!late.out_of_order);
        for _ in 1..BACKS {
            assert!(see(&mut clock, HOUR));
        }
        assert!(!see(&mut clock, HOUR));
        assert_eq!(clock.now(), HOUR);
    }

    #[test]
    fn a_repeated_hour_is_taken_in_order() {
        let mut clock = Clock::at(HOUR);
        let twice = |at: i64| Moments { first: at, second: Some(at + HOUR) };
        assert_eq!(clock.see(twice(HOUR + 50 * 60_000), 0).at, HOUR + 50 * 60_000);
        let second = clock.see(twice(HOUR + 10 * 60_000), 0);
        assert_eq!((second.at, second.alternative), (2 * HOUR + 10 * 60_000, Some(HOUR + 600_000)));
    }
}
