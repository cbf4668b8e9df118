//! The time of a line, as RFC 3339.

use crate::time::Rfc3339;

const SECOND_NS: i64 = 1_000_000_000;
/// `2026-11-20T12:00:00.`
const UP_TO_MICROS: usize = 20;

/// Spells the times of lines, and the date and the second again only when the second is another.
#[derive(Debug, Default)]
pub(super) struct Times {
    second: Option<i64>,
    text: String,
}

impl Times {
    /// Appends `2026-11-20T12:00:00.123456Z`.
    pub(super) fn write(&mut self, unix_ns: i64, out: &mut Vec<u8>) {
        let (second, nanos) = (unix_ns.div_euclid(SECOND_NS), unix_ns.rem_euclid(SECOND_NS));
        if self.second != Some(second) {
            self.text = Rfc3339(unix_ns).to_string();
            self.text.truncate(UP_TO_MICROS);
            self.second = Some(second);
        }
        out.extend_from_slice(self.text.as_bytes());
        // A million more, so that there are six digits behind the first.
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(1_000_000 + nanos / 1_000).as_bytes();
        out.extend_from_slice(digits.get(1..).unwrap_or_default());
        out.push(b'Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spelled_as_the_clock_does() {
        let mut times = Times::default();
        let moments =
            [0, -1, 1, 999_999_999, SECOND_NS, 1_763_640_000_123_456_789, i64::MIN, i64::MAX];
        for unix_ns in moments.iter().chain(moments.iter().rev()) {
            let mut out = Vec::new();
            times.write(*unix_ns, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), Rfc3339(*unix_ns).to_string());
        }
    }
}
