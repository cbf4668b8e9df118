//! When a segment is full: a pure decision.

use crate::clock::Stamp;

/// When the active segment is closed and a new one begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// At the first line of a new day in UTC.
    pub daily: bool,
    /// Before a line that could make the segment larger than this, in bytes. A segment that
    /// holds nothing but its header takes any line. From 4 KiB to 1020 MiB.
    pub segment_bytes: u64,
}

impl Default for Rotation {
    /// Daily, and at 8 MiB.
    fn default() -> Rotation {
        Rotation { daily: true, segment_bytes: 8 * 1024 * 1024 }
    }
}

/// What is known of the active segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filling {
    /// When its first line was written.
    pub(crate) opened: Stamp,
    pub(crate) bytes: u64,
    /// How many of the bytes are the header's.
    pub(crate) header_bytes: u64,
}

/// A day is turned at most so often, so that a clock that jumps to and fro makes no storm of
/// segments.
const TURNS_APART_NS: u64 = 3600 * 1_000_000_000;

/// What is known of the time, for the turn of a day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Today {
    pub(crate) now: Stamp,
    /// Whether the clock is known to be right.
    pub(crate) synced: bool,
    /// When this run turned a day the last time.
    pub(crate) turned_up_ns: Option<u64>,
}

impl Rotation {
    pub(crate) fn describe(self) -> String {
        let Rotation { daily, segment_bytes } = self;
        let daily = if daily { "daily, " } else { "" };
        format!("{daily}{segment_bytes} bytes")
    }

    /// Why a line of `line_bytes` may not go into the segment any more.
    ///
    /// A clock that stands still never closes a segment, and one that runs backwards only if it is
    /// known to be right: then it was wrong when the segment was opened.
    pub(crate) fn due(
        &self,
        segment: Filling,
        today: Today,
        line_bytes: u64,
    ) -> Option<&'static str> {
        let holds_more_than_its_header = segment.bytes > segment.header_bytes;
        if holds_more_than_its_header
            && segment.bytes.saturating_add(line_bytes) > self.segment_bytes
        {
            return Some("size");
        }
        (self.daily && today.is_another_than(segment.opened)).then_some("day")
    }
}

impl Today {
    fn is_another_than(&self, opened: Stamp) -> bool {
        let Today { now, synced, turned_up_ns } = *self;
        let may_turn =
            turned_up_ns.is_none_or(|turned| now.up_ns.saturating_sub(turned) >= TURNS_APART_NS);
        may_turn && (now.day() > opened.day() || (synced && now.day() < opened.day()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_NS: i64 = 86_400_000_000_000;
    const HEADER: u64 = 10;

    fn at(unix_ns: i64) -> Stamp {
        Stamp { unix_ns, up_ns: 2 * TURNS_APART_NS }
    }

    fn due(opened_ns: i64, bytes: u64, today: Today, line_bytes: u64) -> Option<&'static str> {
        let rotation = Rotation { daily: true, segment_bytes: 1000 };
        let filling = Filling { opened: at(opened_ns), bytes, header_bytes: HEADER };
        rotation.due(filling, today, line_bytes)
    }

    #[test]
    fn a_segment_ends_with_its_day_or_its_size() {
        let at = |unix_ns| Today { now: at(unix_ns), synced: false, turned_up_ns: None };
        assert_eq!(due(0, 900, at(DAY_NS - 1), 100), None);
        assert_eq!(due(0, 900, at(DAY_NS - 1), 101), Some("size"));
        assert_eq!(due(0, HEADER, at(DAY_NS), 10), Some("day"));
        assert_eq!(due(0, HEADER, at(0), 5000), None); // Nothing but a header.
    }

    #[test]
    fn a_clock_runs_backwards_only_if_it_is_known_to_be_right() {
        let at = |synced| Today { now: at(0), synced, turned_up_ns: None };
        assert_eq!(due(DAY_NS, 100, at(false), 10), None);
        assert_eq!(due(DAY_NS, 100, at(true), 10), Some("day"));
    }

    #[test]
    fn days_that_follow_each_other_fast_are_turned_once_an_hour() {
        let now = at(DAY_NS);
        let turned = |ago| Today { now, synced: true, turned_up_ns: Some(now.up_ns - ago) };
        assert_eq!(due(0, 100, turned(TURNS_APART_NS - 1), 10), None);
        assert_eq!(due(0, 100, turned(TURNS_APART_NS), 10), Some("day"));
    }
}
