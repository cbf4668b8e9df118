//! Which complete files go: a pure decision.

use std::time::Duration;

use crate::clock::Stamp;
use crate::segment::name::Name;

/// How long rotated segments are kept. The active segment is never removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// A segment goes when its last line is older than this.
    pub age: Duration,
    /// The oldest segments go while all of them, the active one included, take more than this, in
    /// bytes.
    pub total_bytes: u64,
}

impl Default for Retention {
    /// 14 days and 256 MiB.
    fn default() -> Retention {
        Retention { age: Duration::from_secs(14 * 86_400), total_bytes: 256 * 1024 * 1024 }
    }
}

/// A complete file of the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Complete {
    pub(crate) name: Name,
    pub(crate) bytes: u64,
}

/// A file that goes, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doomed {
    pub(crate) name: Name,
    pub(crate) why: &'static str,
}

impl Retention {
    /// The files that go, oldest first. `complete` is sorted by name; `active_first_s` and
    /// `active_bytes` are the active segment's first line and size.
    ///
    /// A file's last line is taken to be as old as the first line of the file after it, which is
    /// never older.
    pub(crate) fn doomed(
        &self,
        complete: &[Complete],
        active_first_s: i64,
        active_bytes: u64,
        now: Stamp,
    ) -> Vec<Doomed> {
        let now_s = now.unix_ns.div_euclid(1_000_000_000);
        let age_s = i64::try_from(self.age.as_secs()).unwrap_or(i64::MAX);
        let mut total: u64 = active_bytes + complete.iter().map(|file| file.bytes).sum::<u64>();
        let ends = complete.iter().skip(1).map(|next| next.name.unix_s).chain([active_first_s]);
        let mut doomed = Vec::new();
        for (file, end_s) in complete.iter().zip(ends) {
            let why = if total > self.total_bytes {
                "size"
            } else if now_s.saturating_sub(end_s.max(file.name.unix_s)) > age_s {
                "age"
            } else {
                break; // What follows is younger.
            };
            total = total.saturating_sub(file.bytes);
            doomed.push(Doomed { name: file.name, why });
        }
        doomed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::name::Kind;

    const DAY: i64 = 86_400;

    fn file(day: i64, bytes: u64) -> Complete {
        Complete { name: Name { seq: day as u64, unix_s: day * DAY, kind: Kind::Segment }, bytes }
    }

    fn check(retention: Retention, now_day: i64, expected: &[(u64, &str)]) {
        let files: Vec<Complete> = (0..5).map(|day| file(day, 100)).collect();
        let now = Stamp { unix_ns: now_day * DAY * 1_000_000_000, up_ns: 0 };
        let doomed = retention.doomed(&files, 5 * DAY, 100, now);
        let doomed: Vec<_> = doomed.iter().map(|it| (it.name.seq, it.why)).collect();
        assert_eq!(doomed, expected);
    }

    #[test]
    fn age_counts_from_the_last_line() {
        let two_days = Retention { age: Duration::from_secs(2 * DAY as u64), total_bytes: 10_000 };
        check(two_days, 5, &[(0, "age"), (1, "age")]);
        check(two_days, 0, &[]);
        check(two_days, -100, &[]);
    }

    #[test]
    fn the_oldest_go_until_the_rest_fits() {
        let small = Retention { age: Duration::from_secs(1000 * DAY as u64), total_bytes: 350 };
        check(small, 5, &[(0, "size"), (1, "size"), (2, "size")]);
    }

    #[test]
    fn the_active_segment_stays_whatever_the_limit() {
        let none = Retention { age: Duration::ZERO, total_bytes: 0 };
        check(none, 5, &[(0, "size"), (1, "size"), (2, "size"), (3, "size"), (4, "size")]);
    }
}
