//! Where a line ends in a file.

use std::io::{BufRead, Read};

use audit_core::record::LINE_BYTES_MAX;

use super::line::LineError;

/// The next line without its newline; `None` at the end of the file. Never more than a line's limit
/// is held.
pub fn next_line(bytes: &mut impl BufRead) -> Option<Result<Vec<u8>, LineError>> {
    let mut unlimited = u64::MAX;
    next_line_within(bytes, &mut unlimited)
}

/// The same, where a line that is too long is passed over while there are so many bytes left for such
/// ones.
pub(super) fn next_line_within(
    bytes: &mut impl BufRead,
    junk_left: &mut u64,
) -> Option<Result<Vec<u8>, LineError>> {
    let mut line = Vec::new();
    if let Err(error) = bytes.take(LINE_BYTES_MAX as u64).read_until(b'\n', &mut line) {
        return Some(Err(unreadable(&error)));
    }
    match line.last() {
        None => None,
        Some(b'\n') => {
            line.pop();
            Some(Ok(line))
        }
        Some(_) if line.len() < LINE_BYTES_MAX => Some(Err(LineError::Torn)),
        Some(_) => Some(Err(skip_line(bytes, junk_left))),
    }
}

fn unreadable(error: &std::io::Error) -> LineError {
    match error.kind() {
        std::io::ErrorKind::InvalidData => LineError::Compressed,
        _ => LineError::Unreadable,
    }
}

/// Passes over the rest of a line that is too long.
fn skip_line(bytes: &mut impl BufRead, junk_left: &mut u64) -> LineError {
    *junk_left = junk_left.saturating_sub(LINE_BYTES_MAX as u64);
    loop {
        if *junk_left == 0 {
            return LineError::Hopeless;
        }
        let (found, used) = match bytes.fill_buf() {
            Err(error) => return unreadable(&error),
            Ok([]) => return LineError::TooLong,
            Ok(buffer) => match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (true, at + 1),
                None => (false, buffer.len()),
            },
        };
        bytes.consume(used);
        *junk_left = junk_left.saturating_sub(used as u64);
        if found {
            return LineError::TooLong;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"kind":"gap"}"#;

    #[test]
    fn long_and_torn_lines_are_told_and_passed_over() {
        let text = format!("{}\n{GOOD}\n{GOOD}", "x".repeat(40_000));
        let mut bytes = std::io::Cursor::new(text);
        assert_eq!(next_line(&mut bytes), Some(Err(LineError::TooLong)));
        assert_eq!(next_line(&mut bytes), Some(Ok(GOOD.into())));
        assert_eq!(next_line(&mut bytes), Some(Err(LineError::Torn)));
        assert_eq!(next_line(&mut bytes), None);
    }
}
