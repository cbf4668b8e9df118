//! Moments, and how lines spell them.

use std::fmt;

/// A moment by both clocks of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Nanoseconds since 1970 in UTC, as far as the machine knows.
    pub unix_ns: i64,
    /// Nanoseconds since the machine was booted, time asleep included. It never jumps.
    pub up_ns: u64,
}

impl Stamp {
    /// The moment of `up_ns`, by a calendar clock that now shows what this stamp says: of what
    /// happened before the clock was set, the time as the clock is set now.
    pub fn at(self, up_ns: u64) -> Stamp {
        let since_ns = up_ns.wrapping_sub(self.up_ns).cast_signed();
        Stamp { unix_ns: self.unix_ns.saturating_add(since_ns), up_ns }
    }

    /// The day in UTC, counted from 1970.
    pub fn day(self) -> i64 {
        self.unix_ns.div_euclid(86_400_000_000_000)
    }

    pub fn rfc3339(self) -> Rfc3339 {
        Rfc3339(self.unix_ns)
    }
}

/// Prints as `2026-11-20T12:00:00.123456Z`: cut to microseconds, because no reader in wide use keeps
/// more, and never rounded.
#[derive(Clone, Copy, Debug)]
pub struct Rfc3339(pub i64);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every i64 of nanoseconds is a moment that jiff knows: the years 1677 to 2262.
        let micros = self.0.div_euclid(1_000);
        let time = jiff::Timestamp::from_microsecond(micros).unwrap_or_default();
        write!(f, "{time:.6}")
    }
}

impl serde::Serialize for Rfc3339 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_six_digits_and_are_never_rounded() {
        assert_eq!(Rfc3339(0).to_string(), "1970-01-01T00:00:00.000000Z");
        assert_eq!(Rfc3339(1_763_640_000_123_456_789).to_string(), "2025-11-20T12:00:00.123456Z");
        assert_eq!(Rfc3339(999_999_999).to_string(), "1970-01-01T00:00:00.999999Z");
        assert_eq!(Rfc3339(-1).to_string(), "1969-12-31T23:59:59.999999Z");
        assert_eq!(Rfc3339(i64::MIN).to_string(), "1677-09-21T00:12:43.145224Z");
        assert_eq!(Rfc3339(i64::MAX).to_string(), "2262-04-11T23:47:16.854775Z");
    }

    #[test]
    fn days_before_1970_count_down() {
        assert_eq!(Stamp { unix_ns: -1, up_ns: 0 }.day(), -1);
        assert_eq!(Stamp { unix_ns: 86_400_000_000_000, up_ns: 0 }.day(), 1);
    }

    #[test]
    fn moments_before_and_after_a_stamp_have_its_calendar() {
        let now = Stamp { unix_ns: 1_000, up_ns: 50 };
        assert_eq!(now.at(50), now);
        assert_eq!(now.at(70), Stamp { unix_ns: 1_020, up_ns: 70 });
        assert_eq!(now.at(20), Stamp { unix_ns: 970, up_ns: 20 });
        assert_eq!(Stamp { unix_ns: i64::MIN, up_ns: 50 }.at(20).unix_ns, i64::MIN);
    }
}
