//! Lines of text from a socket, bounded in length and in time.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::Duration;

use audit_writer::clock::{Clock, SystemClock};

/// What came.
pub enum Got {
    /// A line without its newline; empty if it was no UTF-8.
    Line(String),
    /// More than a line may have.
    TooLong,
    /// No whole line in time.
    Nothing,
    /// The other end closed, or the connection broke.
    End,
}

/// Lines from one connection.
pub struct Lines {
    stream: TcpStream,
    buffer: Vec<u8>,
    bytes_max: usize,
}

impl Lines {
    pub fn new(stream: TcpStream, bytes_max: usize) -> Lines {
        Lines { stream, buffer: Vec::new(), bytes_max }
    }

    /// The next line, if it comes whole in this time: who sends a byte now and then does not keep a
    /// connection.
    pub fn next(&mut self, within: Duration) -> Got {
        let clock = SystemClock::new();
        let end_ns = u128::from(clock.up_ns()) + within.as_nanos();
        loop {
            let newline = self.buffer.iter().position(|byte| *byte == b'\n');
            if newline.unwrap_or(self.buffer.len()) > self.bytes_max {
                return Got::TooLong;
            }
            if let Some(at) = newline {
                let mut line: Vec<u8> = self.buffer.drain(..=at).collect();
                line.truncate(at);
                if line.ends_with(b"\r") {
                    line.pop();
                }
                return Got::Line(String::from_utf8(line).unwrap_or_default());
            }
            let left_ns = end_ns.saturating_sub(u128::from(clock.up_ns()));
            let left = Duration::from_nanos(u64::try_from(left_ns).unwrap_or(u64::MAX));
            match self.read(left) {
                Ok(Some(0)) | Err(_) => return Got::End,
                Ok(Some(_)) => {}
                Ok(None) => return Got::Nothing,
            }
        }
    }

    /// How many bytes came; none in time.
    fn read(&mut self, left: Duration) -> io::Result<Option<usize>> {
        if left.is_zero() {
            return Ok(None);
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut bytes = [0; 1024];
        match self.stream.read(&mut bytes) {
            Ok(count) => {
                self.buffer.extend(bytes.iter().take(count));
                Ok(Some(count))
            }
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Ok(None),
                io::ErrorKind::Interrupted => Ok(Some(1)), // Nothing came; look again.
                _ => Err(error),
            },
        }
    }
}
