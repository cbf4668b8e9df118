//! Which complete files go: a pure decision.

use std::time::Duration;

use audit_log::name::Name;

use crate::clock::Stamp;

/// How long rotated segments of a stream are kept. The active segment is never removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// A segment goes when its last line is older than this. That counts only while the clock is
    /// known to be right, and only what was written by a clock that was: otherwise a clock that is
    /// wrong, or somebody who sets it, could empty the log. For a day after the clock jumped by more
    /// than a day nothing goes for its age.
    pub age: Duration,
    /// The oldest segments go while all of the stream's, the active one included, take more than
    /// this, in bytes. The sum over all streams should be less than the disk has for them.
    pub total_bytes: u64,
    /// The oldest segments go while less than this is free on the disk, in bytes, but never so many
    /// that less than a quarter of `total_bytes` is left: who fills the disk must not be able to
    /// empty the log. Of several streams `application` gives room first, then `access`, and `audit`
    /// last. 0 is off.
    pub min_free_bytes: u64,
}

impl Default for Retention {
    /// 14 days and 256 MiB, whatever else is on the disk.
    fn default() -> Retention {
        let age = Duration::from_secs(14 * 86_400);
        Retention { age, total_bytes: 256 * 1024 * 1024, min_free_bytes: 0 }
    }
}

/// A complete file of the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Complete {
    pub(crate) name: Name,
    /// What it takes on the disk.
    pub(crate) bytes: u64,
    /// When its header was written, if by a clock that was known to be right: in seconds since 1970.
    pub(crate) first_s: Option<i64>,
}

/// What the files that go are chosen by, beside the files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings {
    pub(crate) now: Stamp,
    /// Whether ages count now.
    pub(crate) ages_count: bool,
    /// The active segment's first line: when it was written, if by a clock that was right.
    pub(crate) active_first_s: Option<i64>,
    pub(crate) active_bytes: u64,
    pub(crate) free_bytes: u64,
}

/// A file that goes, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doomed {
    pub(crate) name: Name,
    pub(crate) why: &'static str,
}

impl Retention {
    pub(crate) fn describe(self) -> String {
        let Retention { age, total_bytes, min_free_bytes } = self;
        format!("{} s, {total_bytes} bytes, {min_free_bytes} bytes free", age.as_secs())
    }

    /// The files that go, oldest first. `complete` is sorted by name.
    ///
    /// A file's last line is taken to be as old as the first line after it that a right clock
    /// wrote, which is never older.
    pub(crate) fn doomed(&self, complete: &[Complete], around: Surroundings) -> Vec<Doomed> {
        let now_s = around.now.unix_ns.div_euclid(1_000_000_000);
        let age_s = i64::try_from(self.age.as_secs()).unwrap_or(i64::MAX);
        let mut total = around.active_bytes + complete.iter().map(|file| file.bytes).sum::<u64>();
        let mut free = around.free_bytes;
        let mut doomed = Vec::new();
        for (file, end_s) in complete.iter().zip(ends(complete, around.active_first_s)) {
            let is_old = end_s.is_some_and(|end_s| now_s.saturating_sub(end_s) > age_s);
            let may_make_room = total.saturating_sub(file.bytes) >= self.total_bytes / 4;
            let why = if total > self.total_bytes {
                "size"
            } else if around.ages_count && is_old {
                "age"
            } else if free < self.min_free_bytes && may_make_room {
                "free_space"
            } else {
                break; // What follows is younger.
            };
            total = total.saturating_sub(file.bytes);
            free = free.saturating_add(file.bytes);
            doomed.push(Doomed { name: file.name, why });
        }
        doomed
    }
}

/// For each file the first time behind it that a right clock wrote, if there is one.
fn ends(complete: &[Complete], active_first_s: Option<i64>) -> Vec<Option<i64>> {
    let mut ends = Vec::with_capacity(complete.len());
    let mut end_s = active_first_s;
    for file in complete.iter().rev() {
        ends.push(end_s);
        end_s = file.first_s.or(end_s);
    }
    ends.reverse();
    ends
}

/// Whether ages count: not for a day after the clock jumped by more than a day.
#[derive(Debug, Default)]
pub(crate) struct Ages {
    again_up_ns: u64,
}

const DAY_NS: u64 = 86_400 * 1_000_000_000;

impl Ages {
    /// The clock jumped by so much.
    pub(crate) fn jumped(&mut self, by_ns: u64, now: Stamp) {
        if by_ns > DAY_NS {
            self.again_up_ns = now.up_ns.saturating_add(DAY_NS);
        }
    }

    pub(crate) fn count(&self, synced: bool, now: Stamp) -> bool {
        synced && now.up_ns >= self.again_up_ns
    }
}

#[cfg(test)]
mod tests {
    use audit_core::Stream;
    use audit_log::name::Kind;

    use super::*;

    const DAY: i64 = 86_400;

    fn file(day: i64, bytes: u64) -> Complete {
        let name =
            Name { stream: Stream::Audit, seq: day as u64, unix_s: day * DAY, kind: Kind::Segment };
        Complete { name, bytes, first_s: Some(name.unix_s) }
    }

    fn around(now_day: i64) -> Surroundings {
        Surroundings {
            now: Stamp { unix_ns: now_day * DAY * 1_000_000_000, up_ns: 0 },
            ages_count: true,
            active_first_s: Some(5 * DAY),
            active_bytes: 100,
            free_bytes: 0,
        }
    }

    fn retention(days: i64, total_bytes: u64) -> Retention {
        let age = Duration::from_secs((days * DAY).cast_unsigned());
        Retention { age, total_bytes, min_free_bytes: 0 }
    }

    /// Of five files of 100 bytes, a day each, those that go.
    fn doomed(retention: Retention, around: Surroundings) -> Vec<(u64, &'static str)> {
        let files: Vec<Complete> = (0..5).map(|day| file(day, 100)).collect();
        let doomed = retention.doomed(&files, around);
        doomed.iter().map(|it| (it.name.seq, it.why)).collect()
    }

    #[test]
    fn age_counts_from_the_last_line() {
        assert_eq!(doomed(retention(2, 10_000), around(5)), [(0, "age"), (1, "age")]);
        assert_eq!(doomed(retention(2, 10_000), around(0)), []);
        assert_eq!(doomed(retention(2, 10_000), around(-100)), []);
    }

    #[test]
    fn ages_count_only_where_both_clocks_were_right() {
        let unsure = Surroundings { ages_count: false, ..around(1000) };
        assert_eq!(doomed(retention(2, 10_000), unsure), []);
        let mut files: Vec<Complete> = (0..5).map(|day| file(day, 100)).collect();
        for file in files.iter_mut().skip(1) {
            file.first_s = None;
        }
        let doomed = |now| retention(2, 10_000).doomed(&files, around(now)).len();
        // The first line behind the first file that a right clock wrote is the active segment's.
        assert_eq!((doomed(7), doomed(8)), (0, 5));
        let never = Surroundings { active_first_s: None, ..around(1000) };
        assert_eq!(retention(2, 10_000).doomed(&files, never).len(), 0);
    }

    #[test]
    fn after_a_jump_ages_do_not_count_for_a_day() {
        let mut ages = Ages::default();
        let at = |up_ns| Stamp { unix_ns: 0, up_ns };
        assert!(ages.count(true, at(5)) && !ages.count(false, at(5)));
        ages.jumped(DAY_NS, at(5));
        assert!(ages.count(true, at(5)));
        ages.jumped(DAY_NS + 1, at(5));
        assert!(!ages.count(true, at(4 + DAY_NS)));
        assert!(ages.count(true, at(5 + DAY_NS)));
    }

    #[test]
    fn the_oldest_go_until_the_rest_fits() {
        assert_eq!(doomed(retention(1000, 350), around(5)), [0, 1, 2].map(|seq| (seq, "size")));
    }

    #[test]
    fn a_full_disk_takes_three_quarters_and_no_more() {
        let retention = Retention { min_free_bytes: 150, ..retention(1000, 800) };
        assert_eq!(doomed(retention, around(5)), [(0, "free_space"), (1, "free_space")]);
        let greedy = Retention { min_free_bytes: 1000, ..retention };
        // 600 bytes are there, and 200 stay.
        assert_eq!(doomed(greedy, around(5)), [0, 1, 2, 3].map(|seq| (seq, "free_space")));
        let roomy = Surroundings { free_bytes: 1000, ..around(5) };
        assert_eq!(doomed(greedy, roomy), []);
    }

    #[test]
    fn the_active_segment_stays_whatever_the_limit() {
        let none = retention(0, 0);
        assert_eq!(doomed(none, around(5)), [0, 1, 2, 3, 4].map(|seq| (seq, "size")));
    }
}
