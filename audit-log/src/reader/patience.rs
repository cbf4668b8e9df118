//! How long a file is read on that does not hold the lines that it should.

use std::io::BufRead;

use super::line::LineError;
use super::next::next_line_within;
use super::raw::front;

/// A segment is given up after so many lines that are none.
const FAULTS_MAX: u32 = 1000;
/// It is given up after so many bytes without a line.
const JUNK_BYTES_MAX: u64 = 1024 * 1024;

/// The patience with one segment. Damage leaves a few lines that cannot be read; what has more of them
/// was made to take time and memory.
#[derive(Debug)]
pub struct Patience {
    faults_left: u32,
    junk_left: u64,
    /// The number of the last line that was one.
    last: Option<u64>,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { faults_left: FAULTS_MAX, junk_left: JUNK_BYTES_MAX, last: None }
    }
}

impl Patience {
    /// The next line without its newline; `None` at the end of the file.
    pub fn next_line(&mut self, bytes: &mut impl BufRead) -> Option<Result<Vec<u8>, LineError>> {
        if self.is_over() {
            return Some(Err(LineError::Hopeless));
        }
        let line = next_line_within(bytes, &mut self.junk_left)?;
        match &line {
            Ok(line) => self.take(line),
            Err(_) => self.fault(0),
        }
        Some(line)
    }

    /// Takes a line into account.
    pub fn take(&mut self, line: &[u8]) {
        match front(line) {
            Some((_, seq)) => self.take_number(seq, line.len()),
            None => self.fault(line.len()),
        }
    }

    /// The same, of a line with this number: one line over and over is as good as none.
    pub fn take_number(&mut self, seq: u64, bytes: usize) {
        if self.last.is_none_or(|last| last < seq) {
            self.junk_left = JUNK_BYTES_MAX;
        } else {
            self.fault(bytes);
        }
        self.last = Some(seq);
    }

    fn fault(&mut self, bytes: usize) {
        self.faults_left = self.faults_left.saturating_sub(1);
        self.junk_left = self.junk_left.saturating_sub(bytes as u64 + 1);
    }

    /// Whether the rest of the segment is not read.
    pub fn is_over(&self) -> bool {
        self.faults_left == 0 || self.junk_left == 0
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::*;

    /// How many lines were taken of a file, and what the last one was.
    fn read(file: impl Read) -> (usize, Option<LineError>) {
        let (mut bytes, mut patience) = (BufReader::new(file), Patience::default());
        let mut count = 0;
        while let Some(line) = patience.next_line(&mut bytes) {
            count += 1;
            if matches!(line, Err(LineError::Hopeless)) {
                return (count, line.err());
            }
        }
        (count, None)
    }

    fn line(seq: u64) -> String {
        format!("{{\"kind\":\"event\",\"seq\":{seq},\"time\":\"\"}}\n")
    }

    #[test]
    fn what_holds_no_lines_is_given_up() {
        let hopeless = |count| (count, Some(LineError::Hopeless));
        assert_eq!(read(std::io::repeat(b'\n')), hopeless(1001));
        assert_eq!(read(std::io::repeat(0)), hopeless(1));
        let long = "x".repeat(10_000) + "\n";
        assert_eq!(read(long.repeat(1000).as_bytes()), hopeless(106));
        assert_eq!(read(line(7).repeat(9000).as_bytes()), hopeless(1002));
    }

    #[test]
    fn a_segment_with_some_damage_is_read_to_its_end() {
        let whole: String = (0..20_000).map(line).collect();
        assert_eq!(read(whole.as_bytes()), (20_000, None));
        let junk = "junk\n".repeat(900);
        let damaged: String = (0..900).map(|seq| line(seq) + &"x".repeat(9000) + "\n").collect();
        assert_eq!(read((junk.clone() + &whole).as_bytes()), (20_900, None));
        assert_eq!(read(damaged.as_bytes()), (1800, None));
    }

    #[test]
    fn lines_that_come_again_before_their_turn_are_no_fault() {
        let lines: String = (900..905).chain(100..900).chain(905..2000).map(line).collect();
        assert_eq!(read(lines.as_bytes()), (1900, None));
    }
}
