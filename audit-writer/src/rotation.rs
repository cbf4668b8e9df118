//! When a segment is full: a pure decision.

use crate::clock::Stamp;

/// When the active segment is closed and a new one begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// At the first line of a new day in UTC.
    pub daily: bool,
    /// Before a line that could make the segment larger than this, in bytes. A segment that
    /// holds nothing but its header takes any line.
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

impl Rotation {
    /// Why a line of `line_bytes` at `now` may not go into the segment any more. A clock that
    /// stands still or runs backwards never closes one.
    pub(crate) fn due(
        &self,
        segment: Filling,
        now: Stamp,
        line_bytes: u64,
    ) -> Option<&'static str> {
        let holds_more_than_its_header = segment.bytes > segment.header_bytes;
        if holds_more_than_its_header
            && segment.bytes.saturating_add(line_bytes) > self.segment_bytes
        {
            return Some("size");
        }
        (self.daily && now.day() > segment.opened.day()).then_some("day")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_NS: i64 = 86_400_000_000_000;

    fn check(opened_ns: i64, bytes: u64, now_ns: i64, line_bytes: u64, due: Option<&str>) {
        let rotation = Rotation { daily: true, segment_bytes: 1000 };
        let at = |unix_ns| Stamp { unix_ns, up_ns: 0 };
        assert_eq!(
            rotation.due(
                Filling { opened: at(opened_ns), bytes, header_bytes: 10 },
                at(now_ns),
                line_bytes
            ),
            due
        );
    }

    #[test]
    fn a_segment_ends_with_its_day_or_its_size() {
        check(0, 900, DAY_NS - 1, 100, None);
        check(0, 900, DAY_NS - 1, 101, Some("size"));
        check(0, 10, DAY_NS, 10, Some("day"));
        check(DAY_NS, 10, 0, 10, None);
        check(0, 10, 0, 5000, None); // Nothing but a header.
    }
}
