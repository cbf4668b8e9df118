//! What of a log could not be read because it is not there any more: it is told, and recorded.

use std::fmt;

use audit_ingest::Log;
use jiff::Timestamp;

/// Why lines are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The file in which reading stopped is not there any more, or one behind it.
    Gone,
    /// It was truncated, and there is no copy of what it had.
    Truncated,
    /// What is compressed is no more what it was.
    Damaged,
    /// It is compressed in a way that cannot be read; how its name ends.
    Packed(&'static str),
    /// It was written to when the one after it had been begun.
    Late,
}

/// A stretch of a log that was not read.
#[derive(Clone, Debug)]
pub(crate) struct Missing {
    pub(crate) log: Log,
    /// What the file was called in which reading stopped, and where.
    pub(crate) file: String,
    pub(crate) offset: u64,
    pub(crate) why: Why,
    /// When the last line before it was written, and the first behind it, in milliseconds since 1970.
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log = match self.log {
            Log::Access => "the access log",
            Log::App => "the application log",
        };
        write!(f, "{}: lines of {log} may be missing", self.file)?;
        for (word, at) in [("from", self.from), ("to", self.to)] {
            if let Some(at) = at.and_then(|it| Timestamp::from_millisecond(it).ok()) {
                write!(f, " {word} {at}")?;
            }
        }
        let offset = self.offset;
        match &self.why {
            Why::Gone => write!(
                f,
                ": the file is not there any more; let logrotate keep files for longer than this is \
                 down, or name their directory with --rotated-in"
            ),
            Why::Truncated => write!(
                f,
                ": it was truncated, and there is no copy of it; let logrotate `create` files, or \
                 `copytruncate` with `rotate 1` or more"
            ),
            Why::Damaged => {
                write!(f, ": it is damaged: of its text only {offset} bytes could be read")
            }
            Why::Packed(end) => write!(
                f,
                ": `{end}` cannot be read, but gzip can: decompress it and give it, or let logrotate \
                 use gzip"
            ),
            Why::Late => write!(
                f,
                ": it was written to behind byte {offset} when the next one had been begun; have the \
                 program reopen its log when it is rotated"
            ),
        }
    }
}
