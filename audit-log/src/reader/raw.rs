//! A line's bytes, of which only what orders lines is looked at.

/// A line without its newline. It may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// All of it.
    pub bytes: Vec<u8>,
}

/// What every line begins with, up to its kind.
const FRONT: &[u8] = br#"{"kind":""#;
/// A log that grows by a million lines a second has no such number in its first 250,000 years.
const SEQ_MAX: u64 = 1 << 63;
const SEQ: &[u8] = br#"","seq":"#;

/// The kind and the number of a line, if it begins as one does.
pub fn front(line: &[u8]) -> Option<(&[u8], u64)> {
    let rest = line.strip_prefix(FRONT)?;
    let kind = rest.split(|byte| *byte == b'"').next()?;
    let rest = rest.get(kind.len()..)?.strip_prefix(SEQ)?;
    let digits = rest.split(|byte| *byte == b',').next()?;
    let seq = str::from_utf8(digits).ok()?.parse().ok()?;
    // One spelling: neither `+1` nor `01`. And no log comes to a number that wild.
    let is_plain = digits.iter().all(u8::is_ascii_digit) && seq < SEQ_MAX;
    (is_plain && (digits.len() == 1 || !digits.starts_with(b"0"))).then_some((kind, seq))
}

impl Raw {
    /// Its number, if it begins as a line does.
    pub fn seq(&self) -> Option<u64> {
        front(&self.bytes).map(|(_, seq)| seq)
    }

    /// Whether it is of this kind.
    pub fn is_of(&self, kind: &str) -> bool {
        front(&self.bytes).is_some_and(|(own, _)| own == kind.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seq(bytes: &[u8]) -> Option<u64> {
        Raw { bytes: bytes.to_vec() }.seq()
    }

    #[test]
    fn kind_and_number_stand_in_front() {
        let line = br#"{"kind":"lifecycle","seq":42,"time":"#;
        assert_eq!(seq(line), Some(42));
        let raw = Raw { bytes: line.to_vec() };
        assert!(raw.is_of("lifecycle") && !raw.is_of("lifecycl") && !raw.is_of("lifecycle\""));
        for other in [
            &br#"{"kind":"lifecycle","seq":042,"#[..],
            br#"{"kind":"lifecycle","seq":9223372036854775808,"#,
            br#"{"kind":"lifecycle","seq":+4,"#,
            br#"{"kind":"lifecycle","seq":,"#,
            br#"{"v":1,"kind":"lifecycle","seq":4,"#,
            br#"{"kind":"lifecycle""#,
            b"",
        ] {
            assert_eq!(seq(other), None);
        }
    }
}
