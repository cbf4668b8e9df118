//! A log to read from: what a program that looks into one begins with.

use std::path::Path;

use audit_core::Stream;

use crate::error::Error;
use crate::reader::{Lines, Source, streams_in};
use crate::storage::{Directory, ReadStorage};
use crate::verify::{Progress, Proof, Report, Subject, Trust, prove_in};

/// A log, and one of its streams: its lines, whether they are what was written, and a proof of any of
/// them. Nothing is written, and the log may be in use.
///
/// It is the stream `audit` unless [`stream`](Log::stream) says otherwise.
///
/// ```no_run
/// use audit_log::{Log, VerifierKey};
/// use audit_log::verify::Trust;
///
/// let log = Log::open("/var/log/audit")?;
/// for (position, line) in log.lines()? {
///     match line {
///         Ok(line) => println!("{} {} {}", line.seq, line.time, line.kind),
///         Err(error) => println!("{}:{}: {error}", position.segment, position.line),
///     }
/// }
/// // The key that was kept elsewhere when the log was made.
/// let key: VerifierKey = std::fs::read_to_string("audit.pub")?.trim().parse()?;
/// let report = log.verify(&Trust::in_key(key))?;
/// assert!(report.is_intact());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Log<'a> {
    source: Source<'a>,
    stream: Stream,
}

impl Log<'static> {
    /// The log in a directory of the machine.
    ///
    /// # Errors
    ///
    /// The directory cannot be opened.
    pub fn open(dir: impl AsRef<Path>) -> Result<Log<'static>, Error> {
        let source = Directory::open(dir.as_ref())?.into();
        Ok(Log { source, stream: Stream::Audit })
    }
}

impl<'a> Log<'a> {
    /// The log in a storage.
    pub fn on(storage: &'a dyn ReadStorage) -> Log<'a> {
        Log { source: storage.into(), stream: Stream::Audit }
    }

    /// This stream of the log. Each is a log of its own, with numbers, checkpoints and a key of its
    /// own.
    #[must_use]
    pub fn stream(&self, stream: Stream) -> Log<'a> {
        Log { source: self.source.clone(), stream }
    }

    /// Which streams the log has: those of which it holds a segment, or what is signed of them.
    ///
    /// A stream that the writer was given and that no event went to is among them: a run begins in
    /// each. So is one that an earlier run had and the last one did not.
    ///
    /// # Errors
    ///
    /// The directory cannot be listed.
    pub fn streams(&self) -> Result<Vec<Stream>, Error> {
        streams_in(self.source.storage())
    }

    /// The stream's lines, in the order of their numbers; none if there is no such stream.
    ///
    /// # Errors
    ///
    /// The directory cannot be listed, or a file in it is not the log's.
    pub fn lines(&self) -> Result<Lines<'a>, Error> {
        Lines::of(self.source.clone(), self.stream)
    }

    /// Verifies the stream.
    ///
    /// # Errors
    ///
    /// The directory or a file in it cannot be read, or the anchor is no checkpoint. What is wrong with
    /// the log is no error, but in the report.
    pub fn verify(&self, trust: &Trust) -> Result<Report, Error> {
        self.verify_watched(trust, &Progress::new())
    }

    /// Verifies the stream while another thread looks how far it is.
    ///
    /// # Errors
    ///
    /// As for [`verify`](Log::verify).
    pub fn verify_watched(&self, trust: &Trust, progress: &Progress) -> Result<Report, Error> {
        Subject::of(self.source.storage(), self.stream, trust).verify(progress)
    }

    /// Takes what proves the line of this number: by the first checkpoint after it.
    ///
    /// It reads from the segment on that the line is in; memory does not grow with the log, except
    /// for the notes that the proof consists of.
    ///
    /// # Errors
    ///
    /// [`is_unprovable`](Error::is_unprovable): the line is not there, no checkpoint was made
    /// after it, or something from its segment's beginning on is not what that signed. Or the directory
    /// or a file in it cannot be read.
    pub fn prove(&self, seq: u64) -> Result<Proof, Error> {
        prove_in(self.source.storage(), self.stream, seq)
    }
}
