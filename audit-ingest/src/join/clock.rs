//! How far the application log has come, although anybody may write lines into it.

use crate::zone::Moments;
use std::collections::VecDeque;

/// Real lines may be out of order by this, in milliseconds: threads.
const BACK_MAX: i64 = 2_000;
/// Further ahead of both logs than this, a line must be followed by others before it is believed.
const LEAP_MAX: i64 = 3_600_000;
/// So many lines in a row.
const LEAPS: u32 = 8;
/// So many lines in a row that seem to be of the past mean that the clock went back.
const BACKS: u32 = 64;

/// The time of the newest line that is believed, and the one that has passed, in milliseconds since
/// 1970.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    now: i64,
    ahead: u32,
    behind: u32,
    passed: i64,
    /// How long a message may be, in bytes. A time has passed when so much was read without an older
    /// one: behind lines of the future that a client wrote comes one that the application did.
    message_max: u64,
    /// Bytes that were read since the begin, or since the clock went back.
    read: u64,
    /// The lines of the last of them that are older than all behind them: where they end, and their
    /// times.
    oldest: VecDeque<(u64, i64)>,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::at(i64::MIN, u64::MAX)
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
    pub(crate) fn at(now: i64, message_max: u64) -> Clock {
        let (passed, oldest) = (i64::MIN, VecDeque::new());
        Clock { now, ahead: 0, behind: 0, passed, message_max, read: 0, oldest }
    }

    /// No line that is older comes any more, whatever a client wrote.
    pub(crate) fn passed(&self) -> i64 {
        self.passed
    }

    /// A line of so many bytes was read, which was written at one of these moments if it has a time.
    pub(crate) fn read(&mut self, bytes: usize, moments: Option<Moments>) {
        self.read += bytes as u64;
        // What seems to be of the past holds the time up: it may be the application's word, and what
        // is ahead of it a client's. So does a repeated hour, until it is over.
        if let Some(at) = moments.map(|it| it.first) {
            while self.oldest.pop_back_if(|(_, other)| *other >= at).is_some() {}
            self.oldest.push_back((self.read, at));
        }
        if let Some(from) = self.read.checked_sub(self.message_max) {
            while self.oldest.pop_front_if(|(end, _)| *end <= from).is_some() {}
            if let Some((_, at)) = self.oldest.front() {
                self.passed = self.passed.max(*at);
            }
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    /// Nothing older comes any more.
    pub(crate) fn advance(&mut self, to: i64) {
        self.now = self.now.max(to);
        self.passed = self.passed.max(to);
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
                self.passed = self.passed.min(at);
                self.read = 0;
                self.oldest.clear();
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
    fn a_time_has_passed_when_no_older_line_follows() {
        let mut clock = Clock::at(i64::MIN, 400);
        let read = |clock: &mut Clock, at: i64, bytes: usize| {
            let moments = Some(Moments { first: at, second: None });
            clock.read(bytes, moments);
            clock.passed()
        };
        for (at, passed) in [
            (HOUR, i64::MIN),
            (11 * HOUR, i64::MIN),
            (99 * HOUR, i64::MIN),
            (12 * HOUR, HOUR),
            (13 * HOUR, 11 * HOUR),
            (14 * HOUR, 12 * HOUR),
            (11 * HOUR, 12 * HOUR),
            (15 * HOUR, 12 * HOUR),
            (15 * HOUR, 12 * HOUR),
            (15 * HOUR, 12 * HOUR),
            (15 * HOUR, 15 * HOUR),
        ] {
            assert_eq!(read(&mut clock, at, 100), passed, "{}", at / HOUR);
        }
        assert_eq!(read(&mut clock, 99 * HOUR, 400), 99 * HOUR, "there is nothing else");
        see(&mut clock, 99 * HOUR);
        for _ in 0..BACKS {
            see(&mut clock, 9 * HOUR);
        }
        assert_eq!(read(&mut clock, 99 * HOUR, 100), 9 * HOUR, "it went back");
    }

    #[test]
    fn a_quiet_night_and_a_clock_that_was_set_back_are_noticed() {
        let mut clock = Clock::at(10 * HOUR, 0);
        for _ in 0..LEAPS {
            assert!(!see(&mut clock, 20 * HOUR));
        }
        assert_eq!(clock.now(), 20 * HOUR);
        let late =
            Clock::at(10 * HOUR, 0).see(Moments { first: 20 * HOUR, second: None }, 20 * HOUR);
        assert!(!late.out_of_order);
        for _ in 1..BACKS {
            assert!(see(&mut clock, HOUR));
        }
        assert!(!see(&mut clock, HOUR));
        assert_eq!(clock.now(), HOUR);
    }

    #[test]
    fn a_repeated_hour_is_taken_in_order() {
        let mut clock = Clock::at(HOUR, 0);
        let twice = |at: i64| Moments { first: at, second: Some(at + HOUR) };
        assert_eq!(clock.see(twice(HOUR + 50 * 60_000), 0).at, HOUR + 50 * 60_000);
        let second = clock.see(twice(HOUR + 10 * 60_000), 0);
        assert_eq!((second.at, second.alternative), (2 * HOUR + 10 * 60_000, Some(HOUR + 600_000)));
    }
}
